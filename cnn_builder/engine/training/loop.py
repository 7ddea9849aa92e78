"""The compiled steps: several training steps in one execution, and one batch of evaluation."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cnn_builder.architecture import Architecture
from cnn_builder.data.sets.on_disk import in_memory, is_on_disk
from cnn_builder.engine.backend import keras, tf
from cnn_builder.engine.build import IMAGES, gives_probabilities, network_input
from cnn_builder.engine.optimizer_factory import penalize_kernels, recipe
from cnn_builder.engine.training.pipeline import steps_in_epoch
from cnn_builder.engine.training.precision import computing, lowered
from cnn_builder.engine.training.streaming import Stream
from cnn_builder.engine.training.strided_convolution import sliced_inputs
from cnn_builder.runs import RunSettings
from cnn_builder.runs.forecast import EVALUATION_BATCH

HOST = "/device:CPU:0"
"""Where the images lie. TensorFlow gathers uint8 on the processor only: held by a GPU, all of them would be fetched
from it for every batch."""
_Step = Callable[["tf.Tensor", "tf.Tensor", "tf.Tensor"], tuple["tf.Tensor", "tf.Tensor"]]
"""One training step: a batch's places, its images, and the learning rate -> mean loss and accuracy."""


@dataclass(frozen=True)
class LossAndAccuracy:
    """Mean cross-entropy and share read right over some images."""

    loss: float
    accuracy: float

    @property
    def is_finite(self) -> bool:
        return math.isfinite(self.loss)


class Loop:
    """A model with its optimizer, and its training images held once as uint8, or streamed where they are on the disk.

    Written out rather than left to `Model.fit`: every step's loss is known (so that a divergence has a step), and an
    epoch takes about three quarters of the time. The arithmetic is that of `compile(optimizer, "sparse_categorical_
    crossentropy", ["accuracy"])` with `fit`, except that the last batch counts by its images in the epoch's means.
    The learning rates of a group of steps go in with it, so that a schedule costs nothing and needs no state.
    With mixed precision only the training steps compute in it; every score is float32's.
    """

    def __init__(self, model: "keras.Model", architecture: Architecture, settings: RunSettings) -> None:
        self._model = model
        self._architecture = architecture
        self._settings = settings
        self._recipe = recipe(settings, 1, from_logits=not gives_probabilities(architecture))
        self._base = settings.learning_rate
        self._lowered = lowered(model, architecture)
        penalize_kernels(model, settings.l2)
        self._optimizer = self._recipe.optimizer
        self._optimizer.build(model.trainable_variables)
        self._signature = [IMAGES, tf.TensorSpec([None], tf.int64)]
        self._evaluate = self._compile_evaluate()
        self._train: Any = None
        self._stream: Stream | None = None
        self._batches: Any = None

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

    def hold(self, images: np.ndarray, labels: np.ndarray, added: np.ndarray | None = None) -> None:
        """Take the training images, uint8 (n, height, width, channels), and labels, int64 (n,).

        `added`: the last of the images, where those before are on the disk and cannot be joined with them.
        """
        steps = steps_in_epoch(len(labels), self._settings.batch_size)
        self._recipe = replace(self._recipe, steps_per_epoch=steps)
        weights = self._recipe.class_weights(labels, self._model.output_shape[-1])
        counts = None if weights is None else tf.constant(weights[labels])
        step = self._step_on(tf.constant(labels), counts)
        if is_on_disk(images):
            self._stream = Stream(images, added)
            self._train = self._compile_streamed(step, self._stream)
        else:
            with tf.device(HOST):
                held = tf.constant(images)
            self._train = self._compile_train(step, held)

    def begin_epoch(self, order: np.ndarray, skip: int = 0) -> None:
        """Begin an epoch that takes the images in this order, int32 (n,), without its first `skip` batches."""
        if self._stream is not None:
            batch = self._settings.batch_size
            left = order[skip * batch :]
            self._batches = self._stream.batches(left, batch) if len(left) else None

    def train(self, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Train on batches of image indices, int32 (steps, batch size): each step's mean loss and accuracy.

        They are the next ones of the epoch's order.
        """
        batches = group if self._stream is None else self._batches
        losses, accuracies = self._train(batches, self._recipe.rates(self._step, len(group), self._base))
        return np.asarray(losses), np.asarray(accuracies)

    @property
    def _step(self) -> int:
        """Steps done, which the optimizer counts."""
        return int(self._optimizer.iterations.numpy())

    def evaluate(self, images: np.ndarray, labels: np.ndarray) -> LossAndAccuracy:
        """The model's score, without training it."""
        return self.examine(images, labels)[0]

    def examine(self, images: np.ndarray, labels: np.ndarray) -> tuple[LossAndAccuracy, np.ndarray]:
        """The model's score and, of the same pass, its outputs, float32 (n, classes)."""
        total = 0.0
        outputs = []
        for start in range(0, len(images), EVALUATION_BATCH):
            part = slice(start, start + EVALUATION_BATCH)
            loss, given = self._evaluate(in_memory(images[part]), labels[part])
            total += float(loss) * len(labels[part])
            outputs.append(np.asarray(given))
        together = np.concatenate(outputs)
        right = int(np.count_nonzero(together.argmax(axis=1) == labels))
        return LossAndAccuracy(total / len(labels), right / len(labels)), together

    def total_loss(self, labels: "tf.Tensor", outputs: "tf.Tensor", weights: "tf.Tensor | None" = None) -> "tf.Tensor":
        """Mean cross-entropy and the layers' penalties on their weights, as Keras reports it."""
        return tf.add_n([self._recipe.total(labels, outputs, weights), *self._model.losses])

    def _compile_evaluate(self) -> Any:
        # One signature for batches of all sizes; without XLA, which halves the speed on a CPU.
        @tf.function(input_signature=self._signature, jit_compile=False, autograph=False)
        def evaluate(images: "tf.Tensor", labels: "tf.Tensor") -> tuple["tf.Tensor", "tf.Tensor"]:
            outputs = self._model(network_input(images, self._architecture), training=False)
            return self.total_loss(labels, outputs), outputs

        return evaluate

    def _step_on(self, labels: "tf.Tensor", counts: "tf.Tensor | None") -> _Step:
        """One training step on a batch's places, its images and a learning rate.

        `counts`: how much each image counts in the loss, float32 (n,); None where all count the same.
        """
        variables = self._model.trainable_variables

        def step(places: "tf.Tensor", pixels: "tf.Tensor", rate: "tf.Tensor") -> tuple["tf.Tensor", "tf.Tensor"]:
            batch = network_input(pixels, self._architecture)
            truth = tf.gather(labels, places)
            weights = None if counts is None else tf.gather(counts, places)
            with tf.GradientTape() as tape:
                with computing(self._settings.precision, self._lowered), sliced_inputs(self._model):
                    outputs = self._model(batch, training=True)
                loss = self.total_loss(truth, outputs, weights)
            self._optimizer.learning_rate.assign(rate)
            self._optimizer.apply(tape.gradient(loss, variables), variables)
            return loss, tf.reduce_mean(tf.cast(_right(truth, outputs), tf.float32))

        return step

    def _compile_train(self, step: _Step, images: "tf.Tensor") -> Any:
        signature = [tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None], tf.float32)]

        @tf.function(input_signature=signature, jit_compile=False, autograph=False)
        def train(group: "tf.Tensor", rates: "tf.Tensor") -> tuple["tf.Tensor", "tf.Tensor"]:
            def one(index: "tf.Tensor") -> tuple["tf.Tensor", "tf.Tensor"]:
                with tf.device(HOST):
                    pixels = tf.gather(images, group[index])
                return step(group[index], pixels, rates[index])

            return _one_by_one(tf.shape(group)[0], one)

        return train

    def _compile_streamed(self, step: _Step, stream: Stream) -> Any:
        signature = [stream.spec, tf.TensorSpec([None], tf.float32)]

        @tf.function(input_signature=signature, jit_compile=False, autograph=False)
        def train(batches: "tf.data.Iterator", rates: "tf.Tensor") -> tuple["tf.Tensor", "tf.Tensor"]:
            def one(index: "tf.Tensor") -> tuple["tf.Tensor", "tf.Tensor"]:
                places, pixels = batches.get_next()
                return step(places, pixels, rates[index])

            return _one_by_one(tf.shape(rates)[0], one)

        return train


def _one_by_one(
    steps: "tf.Tensor", step: Callable[["tf.Tensor"], tuple["tf.Tensor", "tf.Tensor"]]
) -> tuple["tf.Tensor", "tf.Tensor"]:
    """The losses and accuracies of so many steps, float32 (steps,) each; `step` is given its number, from 0.

    Written as a loop of TensorFlow's: to let AutoGraph make one of Python's takes longer than to trace the network.
    """

    def go_on(index: "tf.Tensor", losses: Any, accuracies: Any) -> tuple["tf.Tensor", Any, Any]:
        loss, accuracy = step(index)
        return index + 1, losses.write(index, loss), accuracies.write(index, accuracy)

    empty = [tf.TensorArray(tf.float32, steps) for _ in range(2)]
    _, losses, accuracies = tf.while_loop(lambda index, *_: index < steps, go_on, (tf.constant(0), *empty))
    return losses.stack(), accuracies.stack()


def _right(labels: "tf.Tensor", outputs: "tf.Tensor") -> "tf.Tensor":
    return tf.equal(tf.argmax(outputs, axis=-1), labels)
