"""What a page that runs by itself holds of a run: its network, and test images with the probabilities to expect."""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np

from cnn_builder.architecture import Architecture
from cnn_builder.engine.backend import keras
from cnn_builder.engine.build import Predictor, gives_probabilities
from cnn_builder.engine.data_split import load_for
from cnn_builder.engine.export.agreement import compared, in_batches
from cnn_builder.engine.training.checkpoints import load_model
from cnn_builder.runs import Run
from cnn_builder.runs.run_files import BEST
from cnn_builder.runs.store.events import Event
from cnn_builder.settings import Settings

SAMPLES = 40
"""Test images in the page: enough for a fault of any layer to show, in about 40 kB."""
ROUNDING = 9e-4
"""Where float16 weights move a stored probability by more, the page holds them as float32: it may differ by 0.001."""


def write_page_data(run: Run, events: list[Event], settings: Settings, path: Path) -> dict[str, Any]:
    """Write the page's data as JSON. Returns what `compared` found of the page's weights on the run's test images.

    Raises ModelError where the run has no model, DatasetError, OSError.
    """
    model = load_model(run.architecture, settings.run_folder(run.run_id) / BEST)
    dataset = load_for(run, settings)
    own = in_batches(Predictor(model, run.architecture).probabilities, dataset.x_test)
    weight_type = "float16"
    facts = _of_rounded(model, run.architecture, dataset.x_test, own, dataset.y_test)
    if not facts["sample_difference"] <= ROUNDING:
        weight_type, facts = "float32", compared(own, own, dataset.y_test)
    facts.pop("sample_difference", None)
    data = {
        "network": network_data(model, run.architecture, weight_type),
        "samples": {
            "images": _text(dataset.x_test[:SAMPLES].tobytes()),
            "labels": dataset.y_test[:SAMPLES].tolist(),
            "probabilities": [[round(float(p), 7) for p in row] for row in own[:SAMPLES]],
        },
    }
    path.write_text(json.dumps(data, allow_nan=False, separators=(",", ":")), encoding="utf-8")
    return {**facts, "weight_type": weight_type}


def network_data(model: "keras.Model", architecture: Architecture, weight_type: str) -> dict[str, Any]:
    """The network as `offline/network/network.js` reads it; `weight_type` is "float16" or "float32"."""
    layers, arrays = [], []
    for layer, made in zip(architecture.layers, model.layers, strict=True):
        if layer.training_only:
            continue
        weights = [(weight.name, np.asarray(weight)) for weight in made.weights]
        arrays += [array.astype(f"<{np.dtype(weight_type).str[1:]}").tobytes() for _, array in weights]
        named = [{"name": name, "shape": list(array.shape)} for name, array in weights]
        layers.append({"type": layer.type, "settings": layer.keras_kwargs(), "weights": named})
    return {
        "input_shape": list(architecture.input_shape),
        "softmax": gives_probabilities(architecture),
        "weight_type": weight_type,
        "weights": _text(b"".join(arrays)),
        "layers": layers,
    }


def _of_rounded(
    model: "keras.Model", architecture: Architecture, images: np.ndarray, own: np.ndarray, labels: np.ndarray
) -> dict[str, Any]:
    """What rounding the weights to float16 does to the probabilities; the model is left as it was."""
    weights = model.get_weights()
    with np.errstate(over="ignore"):  # a weight above 65,504 becomes infinite, which shows in the difference
        model.set_weights([array.astype(np.float16).astype(np.float32) for array in weights])
    rounded = in_batches(Predictor(model, architecture).probabilities, images)
    model.set_weights(weights)
    facts = compared(own, np.nan_to_num(rounded), labels)
    return {**facts, "sample_difference": compared(own[:SAMPLES], rounded[:SAMPLES], labels[:SAMPLES])["difference"]}


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
