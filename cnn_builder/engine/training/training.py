"""The training itself: epoch after epoch, stopped, changed and gone on with on the way."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from cnn_builder.data import Dataset
from cnn_builder.engine.build import Predictor
from cnn_builder.engine.data_split import Parts
from cnn_builder.engine.early_stopping import Watch
from cnn_builder.engine.errors import TrainingError
from cnn_builder.engine.evaluate import Tested, evaluation
from cnn_builder.engine.training.checkpoints import Checkpoints
from cnn_builder.engine.training.layer_recorder import LayerRecorder
from cnn_builder.engine.training.loop import Loop, LossAndAccuracy
from cnn_builder.engine.training.pipeline import Chunks, epoch_order
from cnn_builder.engine.training.recorder import Recorder
from cnn_builder.runs import Event, Metric, ResumePoint, Run
from cnn_builder.runs.results.best_epoch import improves
from cnn_builder.runs.store.events import LEARNING_RATE


class Diverged(Exception):
    """The loss is no longer a number; `step` counts from 1."""

    def __init__(self, step: int) -> None:
        self.step = step
        super().__init__(f"diverged at step {step}")


@dataclass
class Place:
    """Where training is: with the variables, everything that it takes to go on. `step` is over all epochs, from 1.

    Attributes:
        images: how many train; another number is another data set.
        epoch: the one being trained, from 1.
        batches: how many of it are done; `loss` and `right` sum over their images.
        rates: how many requests of a learning rate were obeyed; `learning_rate` is the one in force.
        best: the validation accuracy of the epoch that is kept; below 0 before there is one.
        ended: why it stopped early, once it has.
    """

    images: int
    learning_rate: float
    step: int = 0
    epoch: int = 1
    batches: int = 0
    loss: float = 0.0
    right: float = 0.0
    epoch_seconds: float = 0.0
    seconds: float = 0.0
    rates: int = 0
    best: float = -1.0
    ended: str | None = None
    best_epoch: int | None = None
    best_train_accuracy: float | None = None


class Training:
    """One run at work: where it is, what was best so far."""

    def __init__(
        self,
        run: Run,
        loop: Loop,
        parts: Parts,
        recorder: Recorder,
        checkpoints: Checkpoints,
        layers: LayerRecorder | None = None,
    ) -> None:
        self._request = run.settings
        self._architecture = run.architecture
        self._loop = loop
        self._parts = parts
        self._recorder = recorder
        self._checkpoints = checkpoints
        self._layers = layers
        self._place = Place(len(parts.train[1]), loop.learning_rate)
        self._watch = Watch(run.settings)
        self._chunks = Chunks()
        self._began = self._epoch_began = 0.0

    def go_on(self, state: Mapping[str, Any]) -> ResumePoint:
        """Start from a checkpoint's state; its variables are put back already. Raises TrainingError."""
        kept = dict(state)
        pending = [Metric(**row) for row in kept.pop("pending")]
        watched = kept.pop("watch")
        place = Place(**kept)
        if place.images != self._place.images:
            raise TrainingError(
                f"The run cannot go on: it trained on {place.images:,} images, the data set now gives "
                f"{self._place.images:,}. Start a new run."
            )
        self._place = place
        self._watch.restore(watched)
        self._loop.set_learning_rate(place.learning_rate)
        over = place.ended is not None or place.epoch > self._request.epochs
        at = place.epoch - 1 if over else place.epoch
        return ResumePoint(place.step, at if place.step else 0, place.epoch - 1, place.seconds, pending)

    def run(self) -> tuple[str, str | None]:
        """Train to the end, a stop or a divergence: the status and its reason. The model then has its best weights."""
        self._loop.hold(*self._parts.train, self._parts.added)
        if self._layers is not None:
            self._layers.begin(self._place.epoch - 1, fresh=self._place.step == 0)
        self._began = time.monotonic() - self._place.seconds
        status, reason = "finished", None
        try:
            while self._place.epoch <= self._request.epochs and self._place.ended is None:
                if not self._epoch():
                    status = "stopped"
                    break
            reason = self._place.ended
            if self._layers is not None and status == "finished":
                self._layers.end()  # while the model has its last weights, not yet its best ones again
        except Diverged as error:
            status, reason = "diverged", str(error)
        self._place.seconds = time.monotonic() - self._began
        if status != "diverged" and self._place.step:
            self._checkpoints.write_now(self._state())
        if status == "stopped" and not self._checkpoints.has_best and self._place.step:
            self._checkpoints.keep()  # not even one epoch: what there is
        self._checkpoints.close()
        return status, reason

    def result(self, predictor: Predictor, dataset: Dataset) -> dict[str, Any] | None:
        """Score the best weights on the test images, in the store's words; None where there are none."""
        place = self._place
        if not self._checkpoints.has_best:
            return {"seconds": place.seconds}
        score, outputs = self._loop.examine(dataset.x_test, dataset.y_test)
        tested = Tested(outputs, place.best_train_accuracy)
        architecture, folder = self._architecture, self._checkpoints.folder
        return {
            "best_epoch": place.best_epoch,
            "test_loss": score.loss,
            "test_accuracy": score.accuracy,
            "seconds": place.seconds,
            "evaluation": evaluation(tested, predictor, architecture, dataset, folder),
        }

    def _epoch(self) -> bool:
        """Train what is left of the epoch and validate; False where it was asked to stop on the way."""
        place, request = self._place, self._request
        self._epoch_began = time.monotonic() - place.epoch_seconds
        order = epoch_order(place.images, request.seed, place.epoch, request.shuffle)
        self._loop.begin_epoch(order, place.batches)
        for group in self._chunks.of(order, request.batch_size, place.batches):
            if not self._obey():
                return False
            self._group(group)
        score = LossAndAccuracy(place.loss / place.images, place.right / place.images)
        validation = self._loop.evaluate(*self._parts.validation) if self._parts.validation else None
        if validation is not None and not validation.is_finite:
            raise Diverged(place.step)
        self._judge(score, validation)
        self._record(score, validation)
        self._follow(validation)
        self._checkpoints.epoch_ended(place.epoch)
        if self._layers is not None:
            self._layers.epoch_ended(place.epoch)
        place.epoch, place.batches = place.epoch + 1, 0
        place.loss = place.right = place.epoch_seconds = 0.0
        self._epoch_began = time.monotonic()
        if self._checkpoints.due(epoch_end=True):
            self._checkpoints.write(self._state())
        return True

    def _obey(self) -> bool:
        """Do what the run is asked; False where that is to stop."""
        self._recorder.check()
        asked = self._recorder.asked
        if asked.stop:
            return False
        if asked.learning_rate is not None and asked.rates > self._place.rates:
            self._place.rates = asked.rates
            self._change_rate(asked.learning_rate)
        if self._checkpoints.due(epoch_end=False):
            self._checkpoints.write(self._state())
        return True

    def _group(self, group: np.ndarray) -> None:
        """Train on a few batches, and record their means."""
        place = self._place
        began = time.monotonic()
        losses, accuracies = self._loop.train(group)
        now = time.monotonic()
        self._checkpoints.trained()
        self._recorder.doing(None)
        self._chunks.took(len(group), now - began)
        wrong = np.flatnonzero(~np.isfinite(losses))
        if len(wrong):
            raise Diverged(place.step + int(wrong[0]) + 1)
        place.step += len(group)
        place.batches += len(group)
        for loss, accuracy in zip(losses.tolist(), accuracies.tolist(), strict=True):
            # One by one: how the steps were grouped, which the clock decides, changes not even the last bit.
            place.loss += loss * group.shape[1]
            place.right += accuracy * group.shape[1]
        self._recorder.at(place.step, place.epoch)
        self._recorder.add(
            Metric(
                epoch=place.epoch,
                step=place.step,
                kind="step",
                loss=float(losses.mean()),
                accuracy=float(accuracies.mean()),
                seconds=now - self._began,
            )
        )

    def _judge(self, score: LossAndAccuracy, validation: LossAndAccuracy | None) -> None:
        """Keep the weights where the epoch is the best so far."""
        place = self._place
        accuracy = None if validation is None else validation.accuracy
        if not improves(self._request, accuracy, place.best if place.best >= 0 else None):
            return
        if accuracy is not None:
            place.best = accuracy
        if not self._checkpoints.is_finite():  # the last step's loss was a number, what it made of the weights is not
            raise Diverged(place.step)
        place.best_epoch = place.epoch
        place.best_train_accuracy = score.accuracy
        self._checkpoints.keep()

    def _record(self, score: LossAndAccuracy, validation: LossAndAccuracy | None) -> None:
        self._recorder.add(
            Metric(
                epoch=self._place.epoch,
                step=self._place.step,
                kind="epoch",
                loss=score.loss,
                accuracy=score.accuracy,
                val_loss=validation.loss if validation else None,
                val_accuracy=validation.accuracy if validation else None,
                seconds=time.monotonic() - self._epoch_began,
            )
        )

    def _follow(self, validation: LossAndAccuracy | None) -> None:
        """Stop early or go slower, where the settings ask for it."""
        given = (None, None) if validation is None else (validation.loss, validation.accuracy)
        verdict = self._watch.epoch(*given)
        self._place.ended = verdict.stop
        if verdict.factor != 1:
            epochs = self._request.reduce_on_plateau
            why = f"no improvement for {'1 epoch' if epochs == 1 else f'{epochs} epochs'}"
            self._change_rate(self._loop.learning_rate * verdict.factor, why)

    def _change_rate(self, value: float, why: str = "") -> None:
        self._loop.set_learning_rate(value)
        self._place.learning_rate = value
        self._recorder.tell(Event(LEARNING_RATE, self._place.step, self._place.epoch, value, why))

    def _state(self) -> dict[str, Any]:
        now = time.monotonic()
        place = replace(self._place, seconds=now - self._began, epoch_seconds=now - self._epoch_began)
        pending = [asdict(row) for row in self._recorder.pending()]
        return {**asdict(place), "pending": pending, "watch": self._watch.state()}
