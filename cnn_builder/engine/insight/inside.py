"""A trained model opened up: the output of every layer, and the way from any layer to the scores of the classes."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

import numpy as np

from cnn_builder.architecture import Architecture, trace
from cnn_builder.engine.backend import keras, tf
from cnn_builder.engine.build import Predictor, scaled


class Inside:
    """A model with what the views ask of it. Images are uint8 (height, width, channels), layers counted from 0."""

    def __init__(self, model: "keras.Sequential", architecture: Architecture) -> None:
        self.model = model
        self.architecture = architecture
        self.shapes = [row.output_shape for row in trace(architecture).rows]
        self.predictor = Predictor(model, architecture)
        self.still = threading.RLock()
        """Held while weights are changed for a moment, and while something is computed in the background."""
        self._outputs: Any = None
        self._compiled: dict[Any, Any] = {}
        self._soon: dict[Any, Future[Any]] = {}

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """One row of probabilities an image, (n, classes). `images` is uint8 (n, height, width, channels)."""
        return self.predictor.probabilities(images)

    def activations(self, image: np.ndarray) -> list[np.ndarray]:
        """The output of every layer for one image, without the batch, as Keras computes it in inference."""
        return [np.asarray(output)[0] for output in self._all_outputs()(self.checked(image)[np.newaxis])]

    def layer_input(self, index: int, image: np.ndarray) -> np.ndarray:
        """What reaches layer `index`: the scaled image for the first, else the output of the layer before."""
        self.layer(index)
        if index == 0:
            return np.asarray(scaled(self.checked(image)))
        return self.activations(image)[index - 1]

    def layer(self, index: int) -> "keras.Layer":
        """The Keras layer at a place. Raises ValueError."""
        if not 0 <= index < len(self.model.layers):
            raise ValueError(f"The network has layers 1 to {len(self.model.layers)}, not {index + 1}.")
        return self.model.layers[index]

    def checked(self, image: np.ndarray) -> np.ndarray:
        """The image. Raises ValueError unless it is uint8 of the network's input shape."""
        if image.dtype != np.uint8 or image.shape != self.architecture.input_shape:
            raise ValueError(
                f"expected a uint8 image of {self.architecture.input_shape}, received {image.dtype} of {image.shape}"
            )
        return image

    def compiled(self, key: object, make: Callable[[], Any]) -> Any:
        """What `make` gives, made once: compiling a graph takes longer than running it."""
        if key not in self._compiled:
            self._compiled[key] = make()
        return self._compiled[key]

    def soon(self, key: object, make: Callable[[], Any]) -> "Future[Any]":
        """What `make` gives, made once, in the background."""
        if key not in self._soon:
            future: Future[Any] = Future()
            self._soon[key] = future

            def work() -> None:
                try:
                    future.set_result(make())
                except BaseException as error:  # told to whoever asks for the result
                    future.set_exception(error)

            # A daemon: nobody waits for it when the process ends.
            threading.Thread(target=work, name="soon", daemon=True).start()
        return self._soon[key]

    def to_logits(self, tensor: "tf.Tensor", start: int) -> "tf.Tensor":
        """The layers from `start` on, the last softmax left out: (batch, classes).

        Gradients of a probability vanish where the network is sure; those of a logit do not.
        """
        last = len(self.model.layers) - 1
        for layer in self.model.layers[start:last]:
            tensor = layer(tensor, training=False)
        if start > last or isinstance(self.model.layers[last], keras.layers.Softmax):
            return tensor
        with _linear(self.model.layers[last]):
            return self.model.layers[last](tensor, training=False)

    def _all_outputs(self) -> Any:
        def make() -> Any:
            shape = [None, *self.architecture.input_shape]

            @tf.function(input_signature=[tf.TensorSpec(shape, tf.uint8)], jit_compile=False)
            def run(images: "tf.Tensor") -> list["tf.Tensor"]:
                tensor, outputs = scaled(images), []
                for layer in self.model.layers:
                    tensor = layer(tensor, training=False)
                    outputs.append(tensor)
                return outputs

            return run

        return self.compiled("activations", make)


@contextmanager
def _linear(layer: "keras.Layer") -> Iterator[None]:
    """The layer without its softmax while a graph is traced."""
    activation = getattr(layer, "activation", None)
    if activation is not keras.activations.softmax:
        yield
        return
    layer.activation = keras.activations.linear
    try:
        yield
    finally:
        layer.activation = activation
