"""From an architecture to a Keras model, by the names and arguments that the layers give."""

import random

import numpy as np

from cnn_builder.architecture import Architecture, trace
from cnn_builder.architecture.notices import is_softmax
from cnn_builder.engine.backend import keras, tf
from cnn_builder.engine.errors import BuildError


def build_model(architecture: Architecture, seed: int | None = None) -> "keras.Sequential":
    """The architecture as a Keras model with fresh weights; images go in with pixels from 0 to 1.

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


def gives_probabilities(architecture: Architecture) -> bool:
    """Whether the network ends in a softmax; otherwise its outputs are logits."""
    return bool(architecture.layers) and is_softmax(architecture.layers[-1])


def scaled(images: "tf.Tensor") -> "tf.Tensor":
    """Pixels as networks get them: uint8 from 0 to 255 become float32 from 0 to 1."""
    return tf.cast(images, tf.float32) / 255.0


class Predictor:
    """A model compiled to answer with probabilities."""

    def __init__(self, model: "keras.Model", architecture: Architecture) -> None:
        self._shape = architecture.input_shape
        softmaxed = gives_probabilities(architecture)

        # A batch of any size runs on one compiled graph; without XLA, which is slower on a CPU.
        @tf.function(input_signature=[tf.TensorSpec([None, *self._shape], tf.uint8)], jit_compile=False)
        def run(images: "tf.Tensor") -> "tf.Tensor":
            outputs = model(scaled(images), training=False)
            return outputs if softmaxed else tf.nn.softmax(outputs)

        self._run = run

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """One row of probabilities per image. `images` is uint8 (n, height, width, channels). Raises ValueError."""
        if images.dtype != np.uint8 or images.shape[1:] != self._shape:
            raise ValueError(f"expected uint8 images of {self._shape}, received {images.dtype} of {images.shape[1:]}")
        return np.asarray(self._run(images))


def probabilities(model: "keras.Model", architecture: Architecture, images: np.ndarray) -> np.ndarray:
    """One row of probabilities per image, (n, classes). `images` is uint8 (n, height, width, channels)."""
    return Predictor(model, architecture).probabilities(images)
