"""A trained model opened up: the output of every layer, and the way from any layer to the scores of the classes."""

import threading
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

import numpy as np

from cnn_builder.architecture import Architecture, trace
from cnn_builder.engine.backend import keras, tf
from cnn_builder.engine.build import IMAGES, Predictor, check_images, network_input
from cnn_builder.engine.cache import Cache


class Inside:
    """A model with what the views ask of it. Images are uint8 (height, width, channels), layers counted from 0.

    Several threads may ask at once, as long as nobody changes its weights; for that, take a copy of the model.
    """

    def __init__(self, model: "keras.Sequential", architecture: Architecture) -> None:
        self.model = model
        self.architecture = architecture
        self.shapes = [row.output_shape for row in trace(architecture).rows]
        self.predictor = Predictor(model, architecture)
        self.still = threading.RLock()
        """Held while weights are changed for a moment."""
        self._compiled = Cache()
        self._tracing = threading.Lock()  # a layer may be without its softmax while a graph is traced
        self._soon: dict[Any, Future[Any]] = {}
        self._lock = threading.Lock()

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """One row of probabilities an image, (n, classes). `images` is uint8 (n, height, width, channels)."""
        return self.predictor.probabilities(images)

    def activations(self, image: np.ndarray) -> list[np.ndarray]:
        """The output of every layer for one image, without the batch, as Keras computes it in inference."""
        return [np.asarray(output)[0] for output in self._all_outputs()(self.checked(image)[np.newaxis])]

    def layer_input(self, index: int, image: np.ndarray) -> np.ndarray:
        """What reaches layer `index`: for the first the scaled image as the input takes it, else the output before."""
        self.layer(index)
        if index == 0:
            return np.asarray(network_input(self.checked(image)[np.newaxis], self.architecture))[0]
        return self.activations(image)[index - 1]

    def layer(self, index: int) -> "keras.Layer":
        """The Keras layer at a place. Raises ValueError."""
        if not 0 <= index < len(self.model.layers):
            raise ValueError(f"The network has layers 1 to {len(self.model.layers)}, not {index + 1}.")
        return self.model.layers[index]

    def checked(self, image: np.ndarray) -> np.ndarray:
        """The image. Raises ValueError unless it is uint8 (height, width, channels) that the network's input takes."""
        check_images(image[np.newaxis], self.architecture)
        return image

    def made_once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What `make` gives, made once, also when several threads ask for it."""
        return self._compiled.get_or_make(key, make)

    def graph(self, key: Hashable, function: Callable[..., Any], *signature: "tf.TensorSpec") -> Any:
        """The function as a graph, traced once: that takes longer than running it. Without XLA, as elsewhere.

        It has no `if` and no loop over tensors: AutoGraph would rewrite it for nothing.
        """

        def make() -> Any:
            compiled = tf.function(function, input_signature=signature, jit_compile=False, autograph=False)
            with self._tracing:
                compiled.get_concrete_function()
            return compiled

        return self.made_once(key, make)

    def soon(self, key: object, make: Callable[[], Any]) -> "Future[Any]":
        """What `make` gives, made once, in the background."""
        with self._lock:
            if key in self._soon:
                return self._soon[key]
            future: Future[Any] = Future()
            self._soon[key] = future

        def work() -> None:
            try:
                future.set_result(make())
            except BaseException as error:  # told to whoever asks for the result
                future.set_exception(error)

        # A daemon: nobody waits for it when the process ends.
        threading.Thread(target=work, name="soon", daemon=True).start()
        return future

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
        def run(images: "tf.Tensor") -> list["tf.Tensor"]:
            tensor, outputs = network_input(images, self.architecture), []
            for layer in self.model.layers:
                tensor = layer(tensor, training=False)
                outputs.append(tensor)
            return outputs

        return self.graph("activations", run, IMAGES)


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
