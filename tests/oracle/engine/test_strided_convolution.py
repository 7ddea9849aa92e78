"""1×1 convolutions with strides in training: the same numbers as Keras', by another way."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from cnn_builder.engine.training.strided_convolution import sliced_inputs

# Keras' own way of turning TensorFlow's variables into arrays is not yet NumPy 2's.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


def computed(model: keras.Sequential, images: tf.Tensor) -> list[np.ndarray]:
    """The outputs, and the gradients of the sum of their squares by the weights and the images."""
    with tf.GradientTape() as tape:
        tape.watch(images)
        outputs = model(images, training=True)
        loss = tf.reduce_sum(outputs**2)
    return [np.asarray(outputs), *map(np.asarray, tape.gradient(loss, [*model.trainable_variables, images]))]


@pytest.mark.parametrize(("size", "strides", "padding"), [(7, 2, "valid"), (8, 2, "same"), (9, (3, 2), "same")])
@pytest.mark.parametrize("groups", [1, 2])
def test_outputs_and_gradients_are_keras_own(size: int, strides: object, padding: str, groups: int) -> None:
    layer = keras.layers.Conv2D(6, 1, strides=strides, padding=padding, groups=groups, activation="tanh")
    model = keras.Sequential([keras.Input((size, size, 4)), layer])
    images = tf.constant(np.random.default_rng(0).normal(size=(3, size, size, 4)).astype(np.float32))
    expected = computed(model, images)
    with sliced_inputs(model):
        assert "convolution_op" in vars(layer)
        found = computed(model, images)
    assert "convolution_op" not in vars(layer)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_other_layers_are_left_alone() -> None:
    layers = [keras.layers.Conv2D(4, 3, strides=2), keras.layers.Conv2D(4, 1), keras.layers.MaxPooling2D(1, strides=2)]
    model = keras.Sequential([keras.Input((9, 9, 1)), *layers])
    with sliced_inputs(model):
        assert not any("convolution_op" in vars(layer) for layer in layers)
