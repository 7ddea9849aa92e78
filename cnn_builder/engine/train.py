"""Trains a run: from its request in the store to its score in the store."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnn_builder.data import Dataset, load, split
from cnn_builder.engine.build import Predictor, build_model
from cnn_builder.engine.checkpoints import Checkpoints
from cnn_builder.engine.errors import TrainingError
from cnn_builder.engine.evaluate import evaluation
from cnn_builder.engine.loop import Loop, Score
from cnn_builder.engine.pipeline import Chunks, epoch_order, steps_in_epoch
from cnn_builder.engine.recorder import Recorder
from cnn_builder.runs import Metric, Run, RunSettings, Store
from cnn_builder.runs.checks import check_request
from cnn_builder.settings import Settings


class Diverged(Exception):
    """The loss is no longer a number; `step` counts from 1."""

    def __init__(self, step: int) -> None:
        self.step = step
        super().__init__(f"diverged at step {step}")


@dataclass(frozen=True)
class Parts:
    """The images a run trains on and those it validates on, if any; uint8 (n, height, width, channels) and int64."""

    train: tuple[np.ndarray, np.ndarray]
    validation: tuple[np.ndarray, np.ndarray] | None

    @classmethod
    def of(cls, dataset: Dataset, settings: RunSettings) -> "Parts":
        """The first images train and the rest validate; or all train, and the test images validate."""
        images, labels = dataset.x_train, dataset.y_train
        if settings.validation_data == "test":
            return cls((images, labels), (dataset.x_test, dataset.y_test))
        kept = split(len(images), settings.validation_split)
        validation = (images[kept:], labels[kept:]) if kept < len(images) else None
        return cls((images[:kept], labels[:kept]), validation)


def load_for(run: Run, settings: Settings) -> Dataset:
    """The data set a run asks for, cut to its limits. Raises DatasetError."""
    return load(run.dataset, settings.data).limited(run.settings.train_limit, run.settings.test_limit)


def train(run: Run, store: Store, settings: Settings, dataset: Callable[[], Dataset] | None = None) -> None:
    """Train a run that was given out to this process, and say in the store how it ended.

    Ends as "finished", "stopped" (asked to) or "diverged" (the loss became NaN). Whatever else goes wrong is raised.

    Args:
        dataset: gives the run's images, when it is called; None loads them then.
    """
    images = dataset() if dataset is not None else load_for(run, settings)
    request = run.settings
    for problem in check_request(run.architecture, images.info, request, settings.memory_limit):
        if problem.blocks:
            raise TrainingError(problem.message)
    parts = Parts.of(images, request)
    total = steps_in_epoch(len(parts.train[0]), request.batch_size) * request.epochs
    store.begin(run.run_id, total)
    with Recorder(store, run.run_id) as recorder:
        model = build_model(run.architecture, request.seed)
        checkpoints = Checkpoints(model, settings.run_folder(run.run_id))
        training = Training(run, Loop(model, run.architecture, request), parts, recorder, checkpoints)
        status, reason = training.run()
        result = training.result(Predictor(model, run.architecture), images)
    store.finish(run.run_id, status, reason, result)


class Training:
    """One run at work: where it is, what was best so far."""

    def __init__(self, run: Run, loop: Loop, parts: Parts, recorder: Recorder, checkpoints: Checkpoints) -> None:
        self._request = run.settings
        self._loop = loop
        self._parts = parts
        self._recorder = recorder
        self._checkpoints = checkpoints
        # The test images may validate, but then choose nothing: the test score is to stay one of an independent choice.
        self._chooses = parts.validation is not None and run.settings.validation_data == "split"
        self._best = -1.0
        self._best_epoch: int | None = None
        self._best_train_accuracy: float | None = None
        self._chunks = Chunks()
        self._step = 0
        self._began = 0.0
        self._seconds = 0.0

    def run(self) -> tuple[str, str | None]:
        """Train to the end, a stop or a divergence: the status and its reason. The model then has its best weights."""
        self._loop.hold(*self._parts.train)
        self._began = time.monotonic()
        status, reason = "finished", None
        try:
            for epoch in range(1, self._request.epochs + 1):
                if not self._epoch(epoch):
                    status = "stopped"
                    break
        except Diverged as error:
            status, reason = "diverged", str(error)
        self._seconds = time.monotonic() - self._began
        if status == "stopped" and not self._checkpoints.has_best and self._step:
            self._checkpoints.keep()  # not even one epoch: what there is
        self._checkpoints.close(keep_last=status != "diverged" and self._step > 0)
        return status, reason

    def result(self, predictor: Predictor, dataset: Dataset) -> dict[str, Any] | None:
        """Score the best weights on the test images, in the store's words; None where there are none."""
        if not self._checkpoints.has_best:
            return {"seconds": self._seconds}
        score = self._loop.evaluate(dataset.x_test, dataset.y_test)
        return {
            "best_epoch": self._best_epoch,
            "test_loss": score.loss,
            "test_accuracy": score.accuracy,
            "seconds": self._seconds,
            "evaluation": evaluation(predictor, dataset, self._best_train_accuracy),
        }

    def _epoch(self, epoch: int) -> bool:
        """Train one epoch and validate; False where it was asked to stop on the way."""
        began = time.monotonic()
        images, batch_size = len(self._parts.train[0]), self._request.batch_size
        loss = right = 0.0
        for group in self._chunks.of(epoch_order(images, self._request.seed, epoch), batch_size):
            if self._recorder.stop_requested:
                return False
            self._recorder.check()
            losses, accuracies = self._group(group, epoch)
            loss += float(losses.sum()) * group.shape[1]
            right += float(accuracies.sum()) * group.shape[1]
        score = Score(loss / images, right / images)
        validation = self._loop.evaluate(*self._parts.validation) if self._parts.validation else None
        if validation is not None and not validation.is_finite:
            raise Diverged(self._step)
        self._judge(epoch, score, validation)
        self._recorder.add(
            Metric(
                epoch=epoch,
                step=self._step,
                kind="epoch",
                loss=score.loss,
                accuracy=score.accuracy,
                val_loss=validation.loss if validation else None,
                val_accuracy=validation.accuracy if validation else None,
                seconds=time.monotonic() - began,
            )
        )
        self._checkpoints.epoch_ended()
        return True

    def _group(self, group: np.ndarray, epoch: int) -> tuple[np.ndarray, np.ndarray]:
        """Train on a few batches, and record their means."""
        began = time.monotonic()
        losses, accuracies = self._loop.train(group)
        now = time.monotonic()
        self._chunks.took(len(group), now - began)
        wrong = np.flatnonzero(~np.isfinite(losses))
        if len(wrong):
            raise Diverged(self._step + int(wrong[0]) + 1)
        self._step += len(group)
        self._recorder.at(self._step, epoch)
        self._recorder.add(
            Metric(
                epoch=epoch,
                step=self._step,
                kind="step",
                loss=float(losses.mean()),
                accuracy=float(accuracies.mean()),
                seconds=now - self._began,
            )
        )
        return losses, accuracies

    def _judge(self, epoch: int, score: Score, validation: Score | None) -> None:
        """Keep the weights where they are the best: highest validation accuracy, earliest on ties; else the latest."""
        if self._chooses and validation is not None:
            if validation.accuracy <= self._best:
                return
            self._best = validation.accuracy
        self._best_epoch = epoch
        self._best_train_accuracy = score.accuracy
        self._checkpoints.keep()
