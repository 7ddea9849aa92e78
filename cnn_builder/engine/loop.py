"""The compiled steps: several training steps in one execution, and one batch of evaluation."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cnn_builder.architecture import Architecture
from cnn_builder.engine.backend import keras, tf
from cnn_builder.engine.build import gives_probabilities, scaled
from cnn_builder.engine.pipeline import steps_in_epoch
from cnn_builder.engine.precision import computing, lowered
from cnn_builder.engine.recipe import penalize_kernels, recipe
from cnn_builder.runs import RunSettings
from cnn_builder.runs.forecast import EVALUATION_BATCH


@dataclass(frozen=True)
class Score:
    """Mean cross-entropy and share read right over some images."""

    loss: float
    accuracy: float

    @property
    def is_finite(self) -> bool:
        return math.isfinite(self.loss)


class Loop:
    """A model with its optimizer, and its training images held once as uint8.

    Written out rather than left to `Model.fit`: every step's loss is known (so that a divergence has a step), and an
    epoch takes about three quarters of the time. The arithmetic is that of `compile(optimizer, "sparse_categorical_
    crossentropy", ["accuracy"])` with `fit`, except that the last batch counts by its images in the epoch's means.
    The learning rates of a group of steps go in with it, so that a schedule costs nothing and needs no state.
    With mixed precision only the training steps compute in it; every score is float32's.
    """

    def __init__(self, model: "keras.Model", architecture: Architecture, settings: RunSettings) -> None:
        self._model = model
        self._settings = settings
        self._recipe = recipe(settings, 1, from_logits=not gives_probabilities(architecture))
        self._base = settings.learning_rate
        self._lowered = lowered(model, architecture)
        penalize_kernels(model, settings.l2)
        self._optimizer = self._recipe.optimizer
        self._optimizer.build(model.trainable_variables)
        self._signature = [
            tf.TensorSpec([None, *architecture.input_shape], tf.uint8),
            tf.TensorSpec([None], tf.int64),
        ]
        self._evaluate = self._compile_evaluate()
        self._train: Any = None

    @property
    def learning_rate(self) -> float:
        """What the schedule multiplies: the settings' learning rate, unless it was changed on the way."""
        return self._base

    def set_learning_rate(self, value: float) -> None:
        """Train on with another learning rate, from the next `train` on."""
        self._base = value

    @property
    def variables(self) -> list["keras.Variable"]:
        """All that training changes: weights, statistics, random generators, the count of steps, optimizer slots.

        Always in the same order. These and `learning_rate` are all there is to put back to go on bit by bit.
        """
        return [*self._model.variables, *self._optimizer.variables]

    def hold(self, images: np.ndarray, labels: np.ndarray) -> None:
        """Take the training images, uint8 (n, height, width, channels), and labels, int64 (n,)."""
        steps = steps_in_epoch(len(labels), self._settings.batch_size)
        self._recipe = replace(self._recipe, steps_per_epoch=steps)
        weights = self._recipe.class_weights(labels, self._model.output_shape[-1])
        counts = None if weights is None else tf.constant(weights[labels])
        self._train = self._compile_train(tf.constant(images), tf.constant(labels), counts)

    def train(self, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Train on batches of image indices, int32 (steps, batch size): each step's mean loss and accuracy."""
        losses, accuracies = self._train(group, self._recipe.rates(self._step, len(group), self._base))
        return np.asarray(losses), np.asarray(accuracies)

    @property
    def _step(self) -> int:
        """Steps done, which the optimizer counts."""
        return int(self._optimizer.iterations.numpy())

    def evaluate(self, images: np.ndarray, labels: np.ndarray) -> Score:
        """The model's score, without training it."""
        return self.examine(images, labels)[0]

    def examine(self, images: np.ndarray, labels: np.ndarray) -> tuple[Score, np.ndarray]:
        """The model's score and, of the same pass, its outputs, float32 (n, classes)."""
        total = 0.0
        outputs = []
        for start in range(0, len(images), EVALUATION_BATCH):
            part = slice(start, start + EVALUATION_BATCH)
            loss, given = self._evaluate(images[part], labels[part])
            total += float(loss) * len(labels[part])
            outputs.append(np.asarray(given))
        together = np.concatenate(outputs)
        right = int(np.count_nonzero(together.argmax(axis=1) == labels))
        return Score(total / len(labels), right / len(labels)), together

    def _total_loss(self, labels: "tf.Tensor", outputs: "tf.Tensor", weights: "tf.Tensor | None" = None) -> "tf.Tensor":
        """Mean cross-entropy and the layers' penalties on their weights, as Keras reports it."""
        return tf.add_n([self._recipe.total(labels, outputs, weights), *self._model.losses])

    def _compile_evaluate(self) -> Any:
        # One signature for batches of all sizes; without XLA, which halves the speed on a CPU.
        @tf.function(input_signature=self._signature, jit_compile=False)
        def evaluate(images: "tf.Tensor", labels: "tf.Tensor") -> tuple["tf.Tensor", "tf.Tensor"]:
            outputs = self._model(scaled(images), training=False)
            return self._total_loss(labels, outputs), outputs

        return evaluate

    def _compile_train(self, images: "tf.Tensor", labels: "tf.Tensor", counts: "tf.Tensor | None") -> Any:
        """`counts`: how much each image counts in the loss, float32 (n,); None where all count the same."""
        variables = self._model.trainable_variables

        def step(indices: "tf.Tensor", rate: "tf.Tensor") -> tuple["tf.Tensor", "tf.Tensor"]:
            batch, truth = scaled(tf.gather(images, indices)), tf.gather(labels, indices)
            weights = None if counts is None else tf.gather(counts, indices)
            with tf.GradientTape() as tape:
                with computing(self._settings.precision, self._lowered):
                    outputs = self._model(batch, training=True)
                loss = self._total_loss(truth, outputs, weights)
            self._optimizer.learning_rate.assign(rate)
            self._optimizer.apply(tape.gradient(loss, variables), variables)
            return loss, tf.reduce_mean(tf.cast(_right(truth, outputs), tf.float32))

        signature = [tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None], tf.float32)]

        @tf.function(input_signature=signature, jit_compile=False)
        def train(group: "tf.Tensor", rates: "tf.Tensor") -> tuple["tf.Tensor", "tf.Tensor"]:
            steps = tf.shape(group)[0]
            losses = tf.TensorArray(tf.float32, steps)
            accuracies = tf.TensorArray(tf.float32, steps)
            for index in tf.range(steps):
                loss, accuracy = step(group[index], rates[index])
                losses = losses.write(index, loss)
                accuracies = accuracies.write(index, accuracy)
            return losses.stack(), accuracies.stack()

        return train


def _right(labels: "tf.Tensor", outputs: "tf.Tensor") -> "tf.Tensor":
    return tf.equal(tf.argmax(outputs, axis=-1), labels)
