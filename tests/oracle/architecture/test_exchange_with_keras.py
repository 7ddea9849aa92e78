"""What goes out and comes in, against Keras itself: saved models are read back, exported code computes the same."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings

from cnn_builder.architecture import LAYER_TYPES, PRESETS, Architecture, Layer, trace
from cnn_builder.architecture.formats import keras_code, notebook
from cnn_builder.architecture.formats.opening import open_network
from cnn_builder.engine.build import build_model
from cnn_builder.runs import RunSettings
from cnn_builder.runs.results.training_code import run_notebook
from tests.support.strategies import architecture

SAME_ACTIVATIONS = {"swish": "silu", "hard_swish": "hard_silu"}
"""Keras writes one name for both."""


def normal(layer: Layer) -> dict[str, Any]:
    """A layer's arguments, those that mean the same written the same."""
    arguments = {"type": layer.type, **layer.keras_kwargs()}
    if "activation" in arguments:
        arguments["activation"] = SAME_ACTIVATIONS.get(arguments["activation"], arguments["activation"]) or "linear"
    if "pool_size" in arguments:
        arguments["strides"] = arguments["strides"] or arguments["pool_size"]
    return arguments


def assert_same(read: Architecture, written: Architecture) -> None:
    assert read.input_shape == written.input_shape
    assert [normal(layer) for layer in read.layers] == [normal(layer) for layer in written.layers]


def functional(model: keras.Sequential) -> keras.Model:
    """The same layers in the functional style."""
    return keras.Model(model.inputs, model.outputs)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(architecture())
def test_what_keras_describes_is_read_back(network: Architecture) -> None:
    assume(trace(network).error is None and network.layers)
    model = build_model(network)
    for described in (model, functional(model)):
        assert_same(open_network("model.json", described.to_json().encode()), network)
    config = json.dumps(model.get_config(), default=keras.saving.serialize_keras_object)
    assert_same(open_network("model.json", config.encode()), network)


# Keras' own, while it writes the weights.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("name", LAYER_TYPES)
def test_every_layer_type_comes_back_from_a_keras_file(name: str, tmp_path: Path) -> None:
    cls = LAYER_TYPES[name]
    before = () if name != "Dense" else (LAYER_TYPES["Flatten"].example(),)
    network = Architecture((8, 8, 3), (*before, cls.example()), "one")
    file = tmp_path / "model.keras"
    build_model(network).save(file)
    assert_same(open_network(file.name, file.read_bytes()), network)


RUN = """
import runpy, sys
import numpy as np
for folder in sys.argv[1:]:
    model = runpy.run_path(f"{folder}/model.py")["model"]
    kept = np.load(f"{folder}/weights.npz")
    model.set_weights([kept[f"arr_{number}"] for number in range(len(kept.files))])
    np.save(f"{folder}/outputs.npy", model.predict(np.load(f"{folder}/images.npy"), verbose=0))
"""


def every_layer() -> Architecture:
    """One stack with every layer type that leaves the images alone outside training."""
    makes = [cls.example() for name, cls in LAYER_TYPES.items() if name not in ("Flatten", "Dense")]
    on_maps = [layer for layer in makes if not layer.ends_map and layer.type != "Reshape"]
    ends = [LAYER_TYPES["Flatten"].example(), LAYER_TYPES["Reshape"].example()]
    head = [*ends, LAYER_TYPES["Dense"].create({"units": 5, "activation": "tanh"})]
    return Architecture((64, 64, 3), (*on_maps, *head), "every layer")


def fits(name: str) -> bool:
    return trace(PRESETS[name].architecture).error is None


def test_exported_code_run_elsewhere_with_the_same_weights_gives_the_same_outputs(tmp_path: Path) -> None:
    networks = [every_layer(), *(PRESETS[name].architecture for name in PRESETS if fits(name))]
    expected = []
    for number, network in enumerate(networks):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "model.py").write_text(keras_code.write_code(network), encoding="utf-8")
        model = build_model(network, seed=number)
        rng = np.random.default_rng(number)
        weights = [weight + rng.uniform(0, 0.1, weight.shape).astype("float32") for weight in model.get_weights()]
        model.set_weights(weights)
        images = rng.random((3, *network.input_shape), np.float32)
        np.savez(folder / "weights.npz", *weights)
        np.save(folder / "images.npy", images)
        expected.append(model.predict(images, verbose=0))
    folders = [str(tmp_path / str(number)) for number in range(len(networks))]
    done = subprocess.run([sys.executable, "-c", RUN, *folders], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for folder, outputs in zip(folders, expected, strict=True):
        np.testing.assert_allclose(np.load(f"{folder}/outputs.npy"), outputs, rtol=1e-4, atol=1e-5)


def test_a_notebook_trains_its_network_from_the_first_cell_to_the_last(tmp_path: Path) -> None:
    layers = [
        {"type": "Conv2D", "filters": 4, "kernel_size": 5, "strides": 3, "activation": "relu"},
        {"type": "Flatten"},
        {"type": "Dense", "units": 10},
    ]
    network = Architecture.from_dict({"name": "tiny", "input_shape": [28, 28, 1], "layers": layers})
    script = tmp_path / "cells.py"
    cells = notebook.code_cells(run_notebook(network, "digits", RunSettings(epochs=2)).encode())
    script.write_text("\n\n".join(cells), encoding="utf-8")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    accuracy = float(done.stdout.rpartition("Test accuracy ")[2].split(",")[0])
    assert accuracy > 0.5
