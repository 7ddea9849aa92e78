"""What a run's curves show: the diagnostics the coach uses.

Each returns its evidence as a sentence, empty where it does not apply; its thresholds are conventions, stated with it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median

from cnn_builder.runs.models import Metric, Run


@dataclass(frozen=True)
class LearningCurves:
    """A run with its rows, taken apart. Index i is epoch `epoch[i]` (from 1); losses and accuracies are the epoch's.

    `validation` and `validation_accuracy` are empty without validation images. `chance` is the loss of guessing,
    ln(classes). `steps` are the losses of the rows within the epochs after the first, in order.
    """

    run: Run
    epoch: list[int]
    train: list[float]
    accuracy: list[float]
    validation: list[float]
    validation_accuracy: list[float]
    steps: list[float]
    classes: int
    validation_images: int | None

    @property
    def chance(self) -> float:
        return math.log(self.classes)

    @property
    def reference_loss(self) -> list[float]:
        """The loss the coach goes by: the validation loss, or the training loss where there is none."""
        return self.validation or self.train

    @property
    def reference_name(self) -> str:
        return "Validation loss" if self.validation else "Training loss"


def curve_of(run: Run, rows: Sequence[Metric], classes: int, validation_images: int | None = None) -> LearningCurves:
    """The run's rows taken apart. An epoch without a finite loss and accuracy is left out."""
    epochs = [row for row in rows if row.kind == "epoch" and row.loss is not None and row.accuracy is not None]
    validated = [row for row in epochs if row.val_loss is not None and row.val_accuracy is not None]
    whole = validated if validated else epochs  # so that all lists are of the same epochs
    return LearningCurves(
        run,
        [row.epoch for row in whole],
        [row.loss for row in whole if row.loss is not None],
        [row.accuracy for row in whole if row.accuracy is not None],
        [row.val_loss for row in validated if row.val_loss is not None],
        [row.val_accuracy for row in validated if row.val_accuracy is not None],
        [row.loss for row in rows if row.kind == "step" and row.epoch > 1 and row.loss is not None],
        max(classes, 2),
        validation_images,
    )


def noise(values: Sequence[float]) -> float:
    """Standard deviation of the noise on a smooth curve, from its second differences (theirs is √6 of it).

    Of fewer than five values it cannot be told; 3 % of their level is taken then.
    """
    level = abs(fmean(values))
    if len(values) < 5:
        return 0.03 * level
    bends = [abs(a - 2 * b + c) for a, b, c in zip(values, values[1:], values[2:], strict=False)]
    return max(1.4826 * median(bends) / math.sqrt(6), 0.01 * level)


def jumps(curve: LearningCurves) -> str:
    """Of the last ten changes of the training loss at least two, and a fifth, were rises by 10 % and 0.02 ln(classes).

    Or a single one by half, from which it has not come back.
    """
    pairs = list(pairwise(zip(curve.epoch, curve.train, strict=True)))[-10:]
    least = 0.02 * curve.chance
    rises = [(a, b) for a, b in pairs if b[1] - a[1] > max(0.1 * a[1], least)]
    if not rises:
        return ""
    (epoch, before), (_, after) = max(rises, key=lambda pair: pair[1][1] - pair[0][1])
    lost = after > 1.5 * before and after - before > 5 * least and curve.train[-1] > 1.3 * min(curve.train)
    if (len(rises) >= 2 and len(rises) >= 0.2 * len(pairs)) or lost:
        often = f"in {len(rises)} of the last {len(pairs)} epochs, most strongly " if len(rises) > 1 else ""
        return f"Training loss rose {often}from {brief(before)} (epoch {epoch}) to {brief(after)}."
    return ""


def spikes(curve: LearningCurves) -> str:
    """At least three rows of batches above four times the median of the twenty before, by 0.3 ln(classes)."""
    high = []
    for place in range(20, len(curve.steps)):
        usual = median(curve.steps[place - 20 : place])
        if curve.steps[place] > 4 * usual and curve.steps[place] - usual > 0.3 * curve.chance:
            high.append(curve.steps[place])
    if len(high) < 3:
        return ""
    return f"The loss of single batches spiked {len(high)} times, up to {brief(max(high))}."


def swings(curve: LearningCurves) -> str:
    """The validation loss turns at two of three epochs by a fifth of its level, among the last eight; and still does.

    A falling learning rate calms it: what is over needs no smaller one.
    """
    recent = curve.validation[-9:]
    changes = [after - before for before, after in pairwise(recent)]
    if len(changes) < 5:
        return ""
    turns = sum(before * after < 0 for before, after in pairwise(changes))
    size = median(map(abs, changes))
    calm = median(map(abs, changes[-3:])) < 0.2 * median(recent[-4:])
    if turns < (len(changes) - 1) * 2 / 3 or size < 0.2 * median(recent) or calm:
        return ""
    low, high = min(recent), max(recent)
    return f"Validation loss oscillates between {brief(low)} and {brief(high)} in the last {len(recent)} epochs."


def rise(curve: LearningCurves) -> str:
    """All late epochs are above the lowest validation loss by 5 % and 3 times the noise; training loss fell on."""
    values, train = curve.validation, curve.train
    if len(values) < 4:
        return ""
    lowest = values.index(min(values))
    late = values[-max(2, len(values) // 8) :]
    margin = max(0.05 * values[lowest], 3 * noise(values[: lowest + 1] if lowest >= 5 else values))
    if len(values) - len(late) <= lowest or min(late) - values[lowest] < margin or train[-1] > 0.95 * train[lowest]:
        return ""
    return (
        f"Validation loss rose from {brief(values[lowest])} (epoch {curve.epoch[lowest]}) to {brief(values[-1])} "
        f"while training loss fell from {brief(train[lowest])} to {brief(train[-1])}."
    )


def gap(curve: LearningCurves) -> str:
    """Training accuracy is ahead by 0.05 and by 3 standard errors of the validation accuracy, in the last 3 epochs.

    By 0.02 is enough where hardly any training image is misclassified any more: the gap can grow no further.
    """
    if not curve.validation_accuracy:
        return ""
    train, validation = fmean(curve.accuracy[-3:]), fmean(curve.validation_accuracy[-3:])
    images = curve.validation_images
    error = math.sqrt(max(validation * (1 - validation), 0.0) / images) if images else 0.0
    if train - validation < max(0.02 if train > 0.995 else 0.05, 3 * error):
        return ""
    return (
        f"In the last three epochs training accuracy is {brief(train)} and validation accuracy "
        f"{brief(validation)}: a gap of {brief(train - validation)}."
    )


LEAST_GAP = 0.005
"""Of the accuracies: less is not called a gap."""


@dataclass(frozen=True)
class Means:
    """Means of the last three epochs."""

    accuracy: float
    val_accuracy: float
    loss: float
    val_loss: float

    @classmethod
    def of(cls, curve: LearningCurves) -> "Means | None":
        """None without validation images."""
        if not curve.validation_accuracy:
            return None
        columns = (curve.accuracy, curve.validation_accuracy, curve.train, curve.validation)
        return cls(*(fmean(values[-3:]) for values in columns))

    @property
    def ahead(self) -> float:
        """How far training accuracy is ahead of validation accuracy; negative where it is behind."""
        return self.accuracy - self.val_accuracy

    def __str__(self) -> str:
        """The four numbers with their differences; "ahead" is said of the better one."""
        accuracy, loss = self.ahead, self.val_loss - self.loss
        return (
            f"In the last three epochs training accuracy is {brief(self.accuracy)} and validation accuracy "
            f"{brief(self.val_accuracy)}: training is {_ahead(accuracy)}. Training loss is {brief(self.loss)} and "
            f"validation loss {brief(self.val_loss)}: training is {_ahead(loss)}."
        )


def small_gap(curve: LearningCurves) -> tuple[int, str]:
    """Which way training and validation differ beyond chance, and the evidence: 1 training ahead, -1 behind, 0 neither.

    Beyond chance: the accuracies by 0.005 and 3 standard errors; or the losses by a quarter of the smaller one, 0.02
    and 3 standard errors, for which the variance of an image's loss is taken to be its mean.
    """
    means = Means.of(curve)
    if means is None:
        return 0, ""
    images = curve.validation_images or math.inf
    error = math.sqrt(max(means.val_accuracy * (1 - means.val_accuracy), 0.0) / images)
    accuracy, least = means.ahead, max(LEAST_GAP, 3 * error)
    loss = means.val_loss - means.loss
    least_loss = max(0.25 * min(means.loss, means.val_loss), 0.02, 3 * math.sqrt(means.val_loss / images))
    if accuracy >= least or (loss >= least_loss and accuracy > -least):
        return 1, str(means)
    if -accuracy >= least or -loss >= least_loss:
        return -1, str(means)
    return 0, ""


def _ahead(difference: float) -> str:
    """How far training is ahead, in words; `difference` is positive where it is."""
    if abs(difference) < 0.0005:
        return "level"
    return f"{brief(abs(difference))} {'ahead' if difference > 0 else 'behind'}"


def brief(value: float | None) -> str:
    return "none" if value is None else f"{value:.3g}"
