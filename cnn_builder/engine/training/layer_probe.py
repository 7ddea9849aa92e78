"""Looks at every layer between two epochs, on a few training images, without changing anything."""

from collections.abc import Callable
from math import prod

import numpy as np

from cnn_builder.architecture import Architecture, trace
from cnn_builder.architecture.layers import Layer
from cnn_builder.engine.backend import keras, tf
from cnn_builder.engine.build import network_input
from cnn_builder.engine.training.strided_convolution import sliced_inputs
from cnn_builder.runs.layer_statistics.statistics import Distribution, EpochStatistics, LayerStatistics, sampled

FEWEST_IMAGES, MOST_IMAGES = 64, 256
ONE_IN = 64
"""Of so many training images one is read, within these bounds: forward and back, that is below 2 % of an epoch."""
MOST_NUMBERS = 16_000_000
"""Outputs of all layers for all probe images, which are held at once: 64 MB."""
MOST_LAYERS = 100

Loss = Callable[["tf.Tensor", "tf.Tensor"], "tf.Tensor"]


def probe_places(images: int, architecture: Architecture) -> np.ndarray:
    """Which of so many training images are looked at, in order: the same ones after every epoch."""
    outputs = sum(prod(row.output_shape) for row in trace(architecture).rows) or 1
    wanted = min(max(images // ONE_IN, FEWEST_IMAGES), MOST_IMAGES, max(MOST_NUMBERS // outputs, 1))
    return np.sort(np.random.default_rng(0).permutation(images)[:wanted])


class LayerProbe:
    """A model with the images it is looked at with.

    Nothing of a training step happens: dropout and augmentation are off and draw no random number, BatchNormalization
    takes its moving averages and does not move them. So a run is the same, bit by bit, with this and without.

    Args:
        loss: of labels and outputs, the penalties on weights included.
        images: uint8 (n, height, width, channels); labels: int64 (n,).
    """

    def __init__(
        self, model: "keras.Sequential", architecture: Architecture, loss: Loss, images: np.ndarray, labels: np.ndarray
    ) -> None:
        self._model = model
        self._layers = architecture.layers
        self._loss = loss
        # Not compiled: tracing a graph takes longer than running it so rarely.
        self._inputs = network_input(tf.constant(images), architecture)
        self._labels = tf.constant(labels)

    def statistics(self, epoch: int) -> EpochStatistics:
        """All layers as they are now, after this epoch (0: before the first)."""
        variables = self._model.trainable_variables
        outputs = []
        with tf.GradientTape() as tape, sliced_inputs(self._model):
            tensor = self._inputs
            for layer in self._model.layers:
                tensor = layer(tensor, training=False)
                outputs.append(tensor)
            loss = self._loss(self._labels, tensor)
        gradients = {id(v): g for v, g in zip(variables, tape.gradient(loss, variables), strict=True)}
        places = zip(self._model.layers, self._layers, outputs, strict=True)
        found = [_layer(index, *place, gradients) for index, place in enumerate(places)]
        shown = [layer for layer in found if layer.weights is not None or layer.activations is not None]
        return EpochStatistics(epoch, len(self._labels), tuple(shown[:MOST_LAYERS]), self._filters())

    def _filters(self) -> np.ndarray | None:
        first = next((layer for layer in self._model.layers if isinstance(layer, keras.layers.Conv2D)), None)
        return None if first is None else np.asarray(first.kernel.numpy(), np.float32)


def _layer(
    index: int, made: "keras.Layer", layer: Layer, output: "tf.Tensor", gradients: dict[int, "tf.Tensor"]
) -> LayerStatistics:
    trained = made.trainable_variables
    weights = slopes = activations = None
    if trained:
        # Variable by variable, so that the few biases are not lost among the many weights of a kernel.
        weights = Distribution.of(np.concatenate([sampled(variable.numpy()) for variable in trained]))
        slopes = Distribution.of(np.concatenate([_slopes(gradients[id(variable)], variable) for variable in trained]))
    units = dead = 0
    if trained or layer.category == "Activation":
        values = output.numpy()
        activations = Distribution.of(values)
        if gives_relu(layer):
            highest = values.max(axis=tuple(range(values.ndim - 1)))
            units, dead = len(highest), int(np.count_nonzero(highest <= 0))
    return LayerStatistics(index, layer.type, weights, slopes, activations, units, dead)


def gives_relu(layer: Layer) -> bool:
    """Whether the layer's outputs are those of a ReLU, which is 0 for everything below 0."""
    if layer.type == "ReLU":
        return not getattr(layer, "negative_slope", 0.0) and not getattr(layer, "threshold", 0.0)
    return getattr(layer, "activation", None) == "relu"


def _slopes(gradient: "tf.Tensor | None", variable: "keras.Variable") -> np.ndarray:
    """A weight that the loss does not depend on has no gradient: it is 0."""
    return sampled(np.zeros(variable.shape, np.float32) if gradient is None else np.asarray(gradient))
