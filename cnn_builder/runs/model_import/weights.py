"""The weights of a model file, taken by name and shape: from Keras 3's layout and from the older one of `.h5`."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from itertools import count, takewhile
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from cnn_builder.architecture import trace
from cnn_builder.architecture.architecture import Architecture
from cnn_builder.architecture.errors import shown
from cnn_builder.architecture.formats.keras_config import Described, WeightSource
from cnn_builder.architecture.layers.base import Weight
from cnn_builder.architecture.memory import bytes_text
from cnn_builder.limits import MAX_PARAMETERS
from cnn_builder.runs.errors import ModelFileError
from cnn_builder.runs.model_import.hdf5 import AGAIN, array, guarded

MODEL_WEIGHTS = "model_weights"
_BEFORE_KERAS_3 = "_layer_checkpoint_dependencies"
"""What Keras 2 called the group "layers" in the `.keras` files it wrote."""
_ALSO = {"kernel": ("kernel", "depthwise_kernel"), "alpha": ("alpha", "alphas")}
"""Names of a weight in other versions of Keras."""

Find = Callable[[WeightSource, tuple[Weight, ...], str], list[Any]]
"""Finds a layer's arrays, in the order of its weights; the last argument names the layer in errors."""


def check_size(architecture: Architecture) -> None:
    """Raise ModelFileError for a network that does not fit together, or has too many parameters.

    Nothing has been allocated by then but the description itself.
    """
    traced = trace(architecture)
    if traced.error is not None:
        raise ModelFileError(f"The model cannot be imported: {traced.error.message}")
    if not architecture.layers:
        raise ModelFileError("The model cannot be imported: expected at least one layer, found none.")
    if traced.total_params > MAX_PARAMETERS:
        biggest = max(traced.rows, key=lambda row: row.params)
        raise ModelFileError(
            f"The model has {traced.total_params:,} parameters, which need {bytes_text(4 * traced.total_params)}; "
            f"expected at most {MAX_PARAMETERS:,}. Most are in layer {biggest.index + 1} ({biggest.type}, counted "
            f"from 1), {biggest.params:,}. Import a smaller model."
        )


def arrays(described: Described, find: Find) -> Iterator[tuple[str, np.ndarray]]:
    """The weights one after the other, each with its name "layer.place"; layers and places count from 0.

    Raises ModelFileError naming the layer.
    """
    architecture = described.architecture
    rows = trace(architecture).rows
    for index, (layer, row, source) in enumerate(zip(architecture.layers, rows, described.sources, strict=True)):
        wanted = layer.weights(row.input_shape)
        if not wanted:
            continue
        place = f"Layer {index + 1} ({layer.type} {shown(source.name)}, counted from 1)"
        with guarded():
            found = find(source, wanted, place)
        for position, (weight, one) in enumerate(zip(wanted, found, strict=True)):
            with guarded():
                values = array(one, weight.shape, f"{place}: {weight.name}")
            yield f"{index}.{position}", values


def in_keras_3(file: h5py.File) -> Find:
    """Finds weights in a `model.weights.h5`: each layer is a group, its arrays are numbered in Keras' order."""

    def find(source: WeightSource, wanted: tuple[Weight, ...], place: str) -> list[Any]:
        root = source.group if "layers" in file else source.group.replace("layers", _BEFORE_KERAS_3)
        group = file.get(f"{root}/vars")
        names = ", ".join(weight.name for weight in wanted)
        if not isinstance(group, h5py.Group) or not len(group):
            raise ModelFileError(f"{place}: expected the weights {names}, found none. {AGAIN}")
        called = group.attrs.get("name", source.name)
        if called != source.name:
            raise ModelFileError(f"{place}: expected its weights, found those of {shown(called)}. {AGAIN}")
        if len(group) != len(wanted):
            raise ModelFileError(
                f"{place}: expected {len(wanted)} weights ({names}), found {len(group)}. Quantized and LoRA models "
                f"cannot be read. {AGAIN}"
            )
        return [group.get(str(position)) for position in range(len(wanted))]

    return find


def in_legacy(file: h5py.File) -> Find:
    """Finds weights in an `.h5` file: each layer of the model has a group with the names of its arrays."""
    root = file.get(MODEL_WEIGHTS)
    if not isinstance(root, h5py.Group):
        raise ModelFileError(f"The .h5 file has no weights: expected a group {MODEL_WEIGHTS}, found none. {AGAIN}")

    def find(source: WeightSource, wanted: tuple[Weight, ...], place: str) -> list[Any]:
        group = root.get(source.outer)
        if not isinstance(group, h5py.Group):
            raise ModelFileError(f"{place}: expected its weights, found none. {AGAIN}")
        inside = source.outer != source.name
        named = {_key(name, inside): name for name in _names(group, place)}
        found = []
        for weight in wanted:
            keys = [(source.name if inside else "", name) for name in _ALSO.get(weight.name, (weight.name,))]
            name = next((named[key] for key in keys if key in named), None)
            if name is None:
                there = ", ".join(shown(one, 30) for one in list(named.values())[:4]) or "none"
                raise ModelFileError(f"{place}: expected the weight {weight.name}, found {there}. {AGAIN}")
            found.append(group.get(name))
        return found

    return find


def write_weights(path: Path, found: Iterator[tuple[str, np.ndarray]]) -> None:
    """Write the arrays into an `.npz`, one at a time, so that only one is in memory. Raises OSError."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, values in found:
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, values, allow_pickle=False)


def _names(group: h5py.Group, place: str) -> list[str]:
    """The names of a layer's arrays; a long list is cut into several attributes. Raises ModelFileError."""
    parts = [group.attrs["weight_names"]] if "weight_names" in group.attrs else []
    if not parts:
        chunks = takewhile(group.attrs.__contains__, (f"weight_names{number}" for number in count()))
        parts = [group.attrs[chunk] for chunk in chunks]
    names = []
    for name in (one for part in parts for one in np.asarray(part).reshape(-1).tolist()):
        names.append(name.decode("utf-8", "replace") if isinstance(name, bytes) else name)
    if not all(isinstance(name, str) for name in names):
        raise ModelFileError(f"{place}: expected the names of its weights, found something else. {AGAIN}")
    return names


def _key(name: str, inside: bool) -> tuple[str, str]:
    """("", "kernel") for "model/conv2d/kernel:0", and ("conv2d", "kernel") in a model inside."""
    parts = name.removesuffix(":0").split("/")
    return (parts[-2] if inside and len(parts) > 1 else "", parts[-1])
