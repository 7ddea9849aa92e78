"""From an architecture to a Keras model, by the names and arguments that the layers give."""

import random

import numpy as np

from cnn_builder.architecture import Architecture, trace
from cnn_builder.architecture.input_shapes import is_view
from cnn_builder.architecture.notices import is_softmax
from cnn_builder.engine.backend import keras, tf
from cnn_builder.engine.errors import BuildError


def build_model(architecture: Architecture, seed: int | None = None) -> "keras.Sequential":
    """The architecture as a Keras model with fresh weights; what `network_input` makes of images goes in.

    Args:
        seed: makes the weights, and what Dropout drops, the same each time; it sets Python's and NumPy's generators.
            None leaves them alone.

    Raises BuildError where a layer does not fit.
    """
    error = trace(architecture).error
    if error is not None:
        raise BuildError(error.message)
    if seed is not None:
        # Keras draws the seeds of its initializers and generators from Python's. TensorFlow's own is of no use here,
        # and setting it empties caches of kernels that other threads of TensorFlow may still use: it crashed.
        random.seed(seed)
        np.random.seed(seed)
    model = keras.Sequential([keras.Input(architecture.input_shape)])
    for layer in architecture.layers:
        model.add(getattr(keras.layers, layer.type)(**layer.keras_kwargs()))
    return model


def in_use(model: "keras.Sequential", architecture: Architecture) -> "keras.Sequential":
    """The model with the same weights and without the layers that are at work in training only.

    In what `model.export` writes, Keras' augmentations would go on changing images.
    """
    pairs = zip(model.layers, architecture.layers, strict=True)
    kept = [made for made, layer in pairs if not layer.training_only]
    return keras.Sequential([keras.Input(architecture.input_shape), *kept])


def gives_probabilities(architecture: Architecture) -> bool:
    """Whether the network ends in a softmax; otherwise its outputs are logits."""
    return bool(architecture.layers) and is_softmax(architecture.layers[-1])


IMAGES = tf.TensorSpec([None, None, None, None], tf.uint8)
"""Any number of images (n, height, width, channels), as data sets have them, whatever the kind of the input."""


def scaled(images: "tf.Tensor") -> "tf.Tensor":
    """Pixels as networks get them: uint8 from 0 to 255 become float32 from 0 to 1."""
    return tf.cast(images, tf.float32) / 255.0


def viewed(pixels: "tf.Tensor", architecture: Architecture) -> "tf.Tensor":
    """Images (n, height, width, channels) in the shape of the network's input: the same numbers, row by row."""
    return tf.reshape(pixels, [-1, *architecture.input_shape])


def network_input(images: "tf.Tensor", architecture: Architecture) -> "tf.Tensor":
    """What a network gets of uint8 images (n, height, width, channels): scaled, in the shape of its input."""
    return viewed(scaled(images), architecture)


def check_images(images: np.ndarray, architecture: Architecture) -> None:
    """Raise ValueError unless these are uint8 images (n, height, width, channels) that the network takes."""
    if images.dtype != np.uint8 or not is_view(images.shape[1:], architecture.input_shape):
        raise ValueError(
            f"expected uint8 images that an input of {architecture.input_shape} takes, (height, width, channels) each, "
            f"received {images.dtype} of {images.shape[1:]}"
        )


class Predictor:
    """A model compiled to answer with probabilities."""

    def __init__(self, model: "keras.Model", architecture: Architecture) -> None:
        self._architecture = architecture
        softmaxed = gives_probabilities(architecture)

        # A batch of any size runs on one compiled graph; without XLA, which is slower on a CPU.
        @tf.function(input_signature=[IMAGES], jit_compile=False, autograph=False)
        def run(images: "tf.Tensor") -> "tf.Tensor":
            outputs = model(network_input(images, architecture), training=False)
            return outputs if softmaxed else tf.nn.softmax(outputs)

        self._run = run

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """One row of probabilities per image. `images` is uint8 (n, height, width, channels). Raises ValueError."""
        check_images(images, self._architecture)
        return np.asarray(self._run(images))


def probabilities(model: "keras.Model", architecture: Architecture, images: np.ndarray) -> np.ndarray:
    """One row of probabilities per image, (n, classes). `images` is uint8 (n, height, width, channels)."""
    return Predictor(model, architecture).probabilities(images)
