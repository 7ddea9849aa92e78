"""The compiled steps: several training steps in one execution, and one batch of evaluation."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnn_builder.architecture import Architecture
from cnn_builder.engine.backend import keras, tf
from cnn_builder.engine.build import gives_probabilities, scaled
from cnn_builder.runs import RunSettings

EVALUATION_BATCH = 256


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
    """

    def __init__(self, model: "keras.Model", architecture: Architecture, settings: RunSettings) -> None:
        self._model = model
        self._loss = keras.losses.SparseCategoricalCrossentropy(from_logits=not gives_probabilities(architecture))
        self._optimizer = getattr(keras.optimizers, settings.optimizer)(learning_rate=settings.learning_rate)
        self._optimizer.build(model.trainable_variables)
        self._signature = [
            tf.TensorSpec([None, *architecture.input_shape], tf.uint8),
            tf.TensorSpec([None], tf.int64),
        ]
        self._evaluate = self._compile_evaluate()
        self._train: Any = None

    def hold(self, images: np.ndarray, labels: np.ndarray) -> None:
        """Take the training images, uint8 (n, height, width, channels), and labels, int64 (n,)."""
        self._train = self._compile_train(tf.constant(images), tf.constant(labels))

    def train(self, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Train on batches of image indices, int32 (steps, batch size): each step's mean loss and accuracy."""
        losses, accuracies = self._train(group)
        return np.asarray(losses), np.asarray(accuracies)

    def evaluate(self, images: np.ndarray, labels: np.ndarray) -> Score:
        """The model's score, without training it."""
        total = 0.0
        right = 0
        for start in range(0, len(images), EVALUATION_BATCH):
            part = slice(start, start + EVALUATION_BATCH)
            loss, count = self._evaluate(images[part], labels[part])
            total += float(loss) * len(labels[part])
            right += int(count)
        return Score(total / len(labels), right / len(labels))

    def _total_loss(self, labels: "tf.Tensor", outputs: "tf.Tensor") -> "tf.Tensor":
        """Mean cross-entropy and the layers' penalties on their weights, as Keras reports it."""
        return tf.add_n([self._loss(labels, outputs), *self._model.losses])

    def _compile_evaluate(self) -> Any:
        # One signature for batches of all sizes; without XLA, which halves the speed on a CPU.
        @tf.function(input_signature=self._signature, jit_compile=False)
        def evaluate(images: "tf.Tensor", labels: "tf.Tensor") -> tuple["tf.Tensor", "tf.Tensor"]:
            outputs = self._model(scaled(images), training=False)
            return self._total_loss(labels, outputs), tf.reduce_sum(tf.cast(_right(labels, outputs), tf.int64))

        return evaluate

    def _compile_train(self, images: "tf.Tensor", labels: "tf.Tensor") -> Any:
        variables = self._model.trainable_variables

        def step(indices: "tf.Tensor") -> tuple["tf.Tensor", "tf.Tensor"]:
            batch, truth = scaled(tf.gather(images, indices)), tf.gather(labels, indices)
            with tf.GradientTape() as tape:
                outputs = self._model(batch, training=True)
                loss = self._total_loss(truth, outputs)
            self._optimizer.apply(tape.gradient(loss, variables), variables)
            return loss, tf.reduce_mean(tf.cast(_right(truth, outputs), tf.float32))

        @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32)], jit_compile=False)
        def train(group: "tf.Tensor") -> tuple["tf.Tensor", "tf.Tensor"]:
            steps = tf.shape(group)[0]
            losses = tf.TensorArray(tf.float32, steps)
            accuracies = tf.TensorArray(tf.float32, steps)
            for index in tf.range(steps):
                loss, accuracy = step(group[index])
                losses = losses.write(index, loss)
                accuracies = accuracies.write(index, accuracy)
            return losses.stack(), accuracies.stack()

        return train


def _right(labels: "tf.Tensor", outputs: "tf.Tensor") -> "tf.Tensor":
    return tf.equal(tf.argmax(outputs, axis=-1), labels)
