"""Mixed precision, against Keras' own mixed_bfloat16, and for every type of layer."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from cnn_builder.architecture import LAYER_TYPES, Architecture, trace
from cnn_builder.data import load_dataset
from cnn_builder.engine.build import Predictor, build_model
from cnn_builder.engine.train import train
from cnn_builder.engine.training.loop import Loop
from cnn_builder.engine.training.precision import computing, lowered
from cnn_builder.runs import RunSettings, Store
from cnn_builder.settings import Settings

# Keras' own way of turning TensorFlow's variables into arrays is not yet NumPy 2's.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

MIXED = RunSettings(precision="mixed_bfloat16", batch_size=8, optimizer="SGD", learning_rate=0.1)
CLASSES = 4
IMAGES = np.random.default_rng(0).integers(0, 256, (40, 12, 12, 1), np.uint8)
LABELS = np.random.default_rng(1).integers(0, CLASSES, 40)
GROUP = np.arange(40, dtype=np.int32).reshape(5, 8)
FIRST: dict[str, Any] = {"type": "Conv2D", "filters": 4, "kernel_size": 3, "activation": "relu"}
LAST: tuple[dict[str, Any], ...] = ({"type": "Flatten"}, {"type": "Dense", "units": CLASSES, "activation": "softmax"})


def network(*layers: dict[str, Any]) -> Architecture:
    return Architecture.from_dict(
        {"version": 1, "name": "tiny", "input_shape": [12, 12, 1], "layers": [*layers, *LAST]}
    )


SMALL = network(FIRST, {"type": "MaxPooling2D"}, FIRST)


def trained(architecture: Architecture, settings: RunSettings) -> tuple[keras.Sequential, Loop, np.ndarray]:
    """The network after five steps, with each step's loss."""
    model = build_model(architecture, seed=3)
    loop = Loop(model, architecture, settings)
    loop.hold(IMAGES, LABELS)
    return model, loop, loop.train(GROUP)[0]


def test_a_step_is_keras_own_in_mixed_bfloat16() -> None:
    model, _, _ = trained(SMALL, MIXED)
    fresh = build_model(SMALL, seed=3)
    theirs = keras.Sequential([keras.Input((12, 12, 1))])
    last = len(fresh.layers) - 1
    for place, layer in enumerate(fresh.layers):
        policy = "float32" if place == last else "mixed_bfloat16"
        theirs.add(type(layer).from_config({**layer.get_config(), "dtype": policy}))
    theirs.set_weights(fresh.get_weights())
    theirs.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy", jit_compile=False)
    for batch in GROUP:
        theirs.train_on_batch(IMAGES[batch].astype(np.float32) / 255, LABELS[batch])
    for ours, expected in zip(model.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-3, atol=1e-5)


def test_it_is_not_float32_but_near_it() -> None:
    mixed, _, losses = trained(SMALL, MIXED)
    plain, _, exact = trained(SMALL, MIXED.model_copy(update={"precision": "float32"}))
    assert not np.array_equal(losses, exact)
    np.testing.assert_allclose(losses, exact, rtol=0.02)
    kernels = [model.layers[0].get_weights()[0] for model in (mixed, plain)]
    np.testing.assert_allclose(*kernels, atol=0.02)


@pytest.mark.parametrize("name", LAYER_TYPES)
def test_every_layer_trains_in_it_and_is_scored_in_float32(name: str) -> None:
    example, bare = LAYER_TYPES[name].example(), network(FIRST)
    on_a_map, on_a_vector = bare.insert(1, example), bare.insert(2, example)
    to_a_vector = on_a_map.remove(2)  # it takes the place of Flatten
    architecture = next(one for one in (on_a_map, to_a_vector, on_a_vector) if trace(one).error is None)
    model, loop, losses = trained(architecture, MIXED)
    assert np.isfinite(losses).all()
    assert {weight.dtype for weight in model.weights} == {"float32"}
    assert {layer.compute_dtype for layer in model.layers} == {"float32"}
    _, outputs = loop.examine(IMAGES, LABELS)
    again = build_model(architecture, seed=5)
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(outputs, Predictor(again, architecture).probabilities(IMAGES))


def test_what_gives_the_probabilities_and_what_moves_pixels_stays_float32() -> None:
    turn = {"type": "RandomRotation", "factor": 0.1}
    architecture = network({"type": "Rescaling", "scale": 2.0}, turn, FIRST, turn, FIRST)
    model = build_model(architecture, seed=0)
    assert [model.layers.index(layer) for layer in lowered(model, architecture)] == [2, 4, 5]
    alone = network()
    assert lowered(build_model(alone, seed=0), alone) == []


def test_policies_come_back_after_an_error() -> None:
    model = build_model(SMALL, seed=0)
    with pytest.raises(ZeroDivisionError), computing("mixed_bfloat16", model.layers):
        assert model.layers[0].compute_dtype == "bfloat16"
        raise ZeroDivisionError
    assert {layer.compute_dtype for layer in model.layers} == {"float32"}


def test_a_run_in_it_learns_the_digits(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    ten = {**LAST[1], "units": 10}
    layers = [{**FIRST, "filters": 8, "strides": 2}, FIRST, LAST[0], ten]
    architecture = Architecture.from_dict({"version": 1, "name": "small", "input_shape": [28, 28, 1], "layers": layers})
    request = RunSettings(epochs=6, precision="mixed_bfloat16", learning_rate=0.003)
    with Store.open(settings) as store:
        store.create_run(architecture, "digits", request)
        run = store.claim_next(1)
        assert run is not None
        train(run, store, settings, lambda: load_dataset("digits"))
        done = store.get(run.run_id)
    assert done.status == "finished" and done.test_accuracy is not None and done.test_accuracy > 0.9
