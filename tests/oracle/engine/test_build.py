"""Models against their architectures: Keras' own names, arguments, shapes and parameters."""

import keras
import numpy as np
import pytest

from cnn_builder.architecture import LAYER_TYPES, PRESETS, Architecture, trace
from cnn_builder.engine.build import Predictor, build_model, gives_probabilities, probabilities
from cnn_builder.engine.errors import BuildError

TRAINABLE = [name for name, preset in PRESETS.items() if trace(preset.architecture).error is None]


@pytest.mark.parametrize("name", TRAINABLE)
def test_a_model_is_its_trace(name: str) -> None:
    architecture = PRESETS[name].architecture
    traced = trace(architecture)
    model = build_model(architecture)
    assert [type(layer).__name__ for layer in model.layers] == [row.type for row in traced.rows]
    assert [layer.output.shape[1:] for layer in model.layers] == [row.output_shape for row in traced.rows]
    assert [layer.count_params() for layer in model.layers] == [row.params for row in traced.rows]
    assert model.count_params() == traced.total_params


@pytest.mark.parametrize("name", LAYER_TYPES)
def test_every_layer_type_is_built_with_its_own_arguments(name: str) -> None:
    layer = LAYER_TYPES[name].example()
    shape = (12, 12, 4) if name != "Dense" else (2, 2, 1)
    layers = (layer,) if name != "Dense" else (LAYER_TYPES["Flatten"].example(), layer)
    built = build_model(Architecture(name="one", input_shape=shape, layers=layers)).layers[-1]
    assert type(built) is getattr(keras.layers, name)
    direct = getattr(keras.layers, name)(**layer.keras_kwargs(), name=built.name)
    direct(built.input)
    assert built.get_config() == direct.get_config()


def test_a_stack_that_does_not_fit_is_refused_in_our_words() -> None:
    with pytest.raises(BuildError, match="counted from 1"):
        build_model(PRESETS["L3"].architecture)


def test_the_seed_alone_decides_the_weights() -> None:
    architecture = PRESETS["L2"].architecture
    first, again, other = (build_model(architecture, seed).get_weights() for seed in (3, 3, 4))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])


def test_probabilities_are_those_of_the_scaled_image_with_and_without_a_softmax() -> None:
    with_softmax = PRESETS["L1"].architecture
    last = with_softmax.layers[-1]
    logits = with_softmax.replace(len(with_softmax.layers) - 1, last.changed(activation=None))
    assert gives_probabilities(with_softmax) and not gives_probabilities(logits)
    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28, 1), np.uint8)
    one, two = (probabilities(build_model(a, seed=0), a, images) for a in (with_softmax, logits))
    np.testing.assert_allclose(one, two, rtol=1e-5)
    np.testing.assert_allclose(one.sum(axis=1), 1, rtol=1e-5)
    expected = build_model(with_softmax, seed=0).predict(images / 255.0, verbose=0)
    np.testing.assert_allclose(one, expected, rtol=1e-4)


def test_a_predictor_refuses_other_images() -> None:
    architecture = PRESETS["L1"].architecture
    with pytest.raises(ValueError, match="expected uint8 images that"):
        Predictor(build_model(architecture), architecture).probabilities(np.zeros((1, 8, 8, 1), np.uint8))
