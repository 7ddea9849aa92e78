"""Model files as Keras writes them, made without Keras, so that they can be made wrong."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

INPUT = {"class_name": "InputLayer", "config": {"batch_shape": [None, 8, 8, 1], "name": "input_layer"}}
CONV = {"class_name": "Conv2D", "config": {"name": "conv2d", "filters": 2, "kernel_size": [3, 3]}}
FLATTEN = {"class_name": "Flatten", "config": {"name": "flatten"}}
DENSE = {"class_name": "Dense", "config": {"name": "dense", "units": 3, "activation": "softmax"}}
LAYERS: tuple[dict[str, Any], ...] = (INPUT, CONV, FLATTEN, DENSE)
SHAPES = {"conv2d": {"kernel": (3, 3, 1, 2), "bias": (2,)}, "dense": {"kernel": (72, 3), "bias": (3,)}}
Change = Callable[[h5py.File], object]


def config(*layers: dict[str, Any]) -> str:
    """The description of a Sequential model; by default of the one whose weights `SHAPES` has."""
    return json.dumps({"class_name": "Sequential", "config": {"name": "small", "layers": list(layers or LAYERS)}})


def values(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def weights(change: Change | None = None) -> bytes:
    """A `model.weights.h5`."""
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        for name, arrays in SHAPES.items():
            group = file.create_group(f"layers/{name}/vars")
            group.attrs["name"] = name
            for place, (array, shape) in enumerate(arrays.items()):
                group[str(place)] = values(shape, len(array))
        if change:
            change(file)
    return content.getvalue()


def keras_file(
    path: Path, described: str | bytes | None = None, change: Change | None = None, version: str = "3.15.1",
    without: str = "",
) -> Path:  # fmt: skip
    """A `.keras` file; `without` leaves out one of its members."""
    members = {
        "metadata.json": json.dumps({"keras_version": version}),
        "config.json": config() if described is None else described,
        "model.weights.h5": weights(change),
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            if name != without:
                archive.writestr(name, content)
    return path


def h5_file(
    path: Path, described: str | bytes | None = None, change: Change | None = None, version: str = "2.15.0"
) -> Path:
    """An `.h5` file as Keras 2 writes it; a long description takes the newer form of HDF5."""
    with h5py.File(path, "w", libver="latest" if described and len(described) > 60_000 else "earliest") as file:
        file.attrs["keras_version"] = version
        file.attrs["model_config"] = config() if described is None else described
        for name, arrays in SHAPES.items():
            group = file.create_group(f"model_weights/{name}")
            group.attrs["weight_names"] = [f"{name}/{array}:0".encode() for array in arrays]
            for array, shape in arrays.items():
                group[f"{name}/{array}:0"] = values(shape, len(array))
        if change:
            change(file)
    return path
