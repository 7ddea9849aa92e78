"""From a run's settings to what trains it: the optimizer, the loss, the learning rate of each step."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnn_builder.engine.backend import keras, tf
from cnn_builder.runs.models import RunSettings
from cnn_builder.runs.settings.combinations import CLIPPING, OPTIMIZER_OPTIONS
from cnn_builder.runs.settings.lr_schedule import factors

KERNELS = ("kernel", "depthwise_kernel", "pointwise_kernel")


@dataclass(frozen=True)
class Recipe:
    """How one run is trained. The optimizer is not built yet; its own learning rate is set before each step."""

    settings: RunSettings
    steps_per_epoch: int
    optimizer: "keras.optimizers.Optimizer"
    loss: "keras.losses.Loss"

    def rates(self, first: int, count: int, base: float) -> np.ndarray:
        """The learning rates of `count` steps from step `first` (from 0, over all epochs) on, float32 (count,).

        Args:
            base: what the schedule multiplies; the settings' learning rate, unless it was changed on the way.
        """
        steps = np.arange(first, first + count)
        return (base * factors(self.settings, steps, self.steps_per_epoch)).astype(np.float32)

    def total(self, labels: "tf.Tensor", outputs: "tf.Tensor", weights: "tf.Tensor | None" = None) -> "tf.Tensor":
        """Mean loss of a batch. `labels` int64 (n,), `outputs` (n, classes), `weights` float32 (n,) or None.

        As in Keras, weighted losses are divided by the number of images, not by the sum of the weights.
        """
        if self.settings.label_smoothing:
            labels = tf.one_hot(labels, outputs.shape[-1])
        return self.loss(labels, outputs, sample_weight=weights)

    def class_weights(self, labels: np.ndarray, classes: int) -> np.ndarray | None:
        """What an image of each class counts, float32 (classes,); None where all count the same.

        "balanced" is n / (classes × images of the class), as in scikit-learn; a class without images counts 0.
        """
        wanted = self.settings.class_weight
        if wanted is None:
            return None
        if wanted != "balanced":
            return np.array(wanted, np.float32)
        counts = np.bincount(labels, minlength=classes)
        return np.where(counts > 0, len(labels) / (classes * np.maximum(counts, 1)), 0).astype(np.float32)


def recipe(settings: RunSettings, steps_per_epoch: int, from_logits: bool) -> Recipe:
    """The recipe that the settings ask for. `from_logits`: whether the network does not end in a softmax."""
    loss: keras.losses.Loss
    if settings.label_smoothing:
        loss = keras.losses.CategoricalCrossentropy(from_logits, settings.label_smoothing)
    else:
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits)
    return Recipe(settings, steps_per_epoch, optimizer(settings), loss)


def optimizer(settings: RunSettings) -> "keras.optimizers.Optimizer":
    """Keras' optimizer with the options that were set; the others keep Keras' defaults."""
    names = (*OPTIMIZER_OPTIONS[settings.optimizer], "weight_decay", *CLIPPING)
    options: dict[str, Any] = {name: getattr(settings, name) for name in names}
    given = {name: value for name, value in options.items() if value is not None}
    return getattr(keras.optimizers, settings.optimizer)(learning_rate=settings.learning_rate, **given)


def penalize_kernels(model: "keras.Model", l2: float) -> None:
    """Have `l2` × the sum of squares of every kernel in the model's losses, as `kernel_regularizer` does.

    A kernel with a penalty of its own keeps that one. Biases, scales and offsets are never penalized.
    """
    if not l2:
        return
    for variable in model.trainable_variables:
        if variable.name in KERNELS and variable.regularizer is None:
            variable.regularizer = keras.regularizers.L2(l2)


def make_deterministic(settings: RunSettings) -> None:
    """Where the settings ask for it, have TensorFlow compute the same bits each time, for the rest of this process."""
    if settings.deterministic:
        tf.config.experimental.enable_op_determinism()
