"""The coach: reads a run's curves and says what they show, on what evidence, and which one change to try.

Pure: rows in, findings out. Below three epochs it reports nothing but divergence, and it reports nothing that the noise
of the curve could explain. The diagnostics and their thresholds are in curve_diagnostics.py.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cnn_builder.runs.coach import suggestions
from cnn_builder.runs.coach.curve_diagnostics import (
    LEAST_GAP,
    LearningCurves,
    Means,
    brief,
    curve_of,
    gap,
    jumps,
    noise,
    rise,
    small_gap,
    spikes,
    swings,
)
from cnn_builder.runs.coach.layer_diagnostics import dead_layer, dead_relus, exploding, vanishing
from cnn_builder.runs.coach.suggestions import Suggestion
from cnn_builder.runs.layer_statistics.statistics import EpochStatistics
from cnn_builder.runs.models import Metric, Run
from cnn_builder.runs.results.best_epoch import rule_words

FEWEST_EPOCHS = 3
_Findings = Iterator["Finding"]


@dataclass(frozen=True)
class Finding:
    """What a curve shows.

    Args:
        code: one of diverged, rate_high, rate_low, not_learning, penalty_high, overfitting, mild_gap, ahead,
            underfitting, plateau, short, fine; of the layers dead_relu, vanishing, exploding.
        title: the same in words; `evidence`: the numbers it rests on; `advice`: what to try and why.
        suggested: changes that are cheap to make, the best first.
    """

    code: str
    title: str
    evidence: str
    advice: str = ""
    suggested: tuple[Suggestion, ...] = ()


def findings(
    run: Run,
    rows: Sequence[Metric],
    classes: int,
    validation_images: int | None = None,
    layers: Sequence[EpochStatistics] = (),
) -> tuple[Finding, ...]:
    """What the curve and the layers show, the most important first; empty while there is too little to judge by.

    Args:
        rows: epoch rows, and as many of the step rows as are at hand, in order.
        classes: of the data set.
        validation_images: how many there are, where known: few of them make the accuracy uncertain.
        layers: the statistics of its layers, in the order of the epochs.
    """
    inside = tuple(_of_layers(run, layers))
    found = _of_curve(run, rows, classes, validation_images)
    if not inside or run.status == "diverged":
        return found
    found = tuple(finding for finding in found if finding.code != "fine")
    # What goes wrong in the layers is why a network does not learn; of one that learns it is told last.
    learns = not _SLOW & {finding.code for finding in found}
    return (*found, *inside) if learns else (*inside, *found)


_SLOW = {"not_learning", "rate_low", "rate_high", "underfitting", "plateau"}


def _of_curve(run: Run, rows: Sequence[Metric], classes: int, validation_images: int | None) -> tuple[Finding, ...]:
    if run.status == "diverged":
        return tuple(_diverged(run, rows))
    curve = curve_of(run, rows, classes, validation_images)
    if len(curve.epoch) < FEWEST_EPOCHS:
        return ()
    readers: tuple[Callable[[LearningCurves], _Findings], ...] = (_not_learning, _rate_high, _rate_low, _overfitting)
    found = [*_penalized(curve)] or [finding for read in readers for finding in read(curve)]
    if not found:
        found = [*_levelled(curve)] or [*_short(curve)]
    if not {"overfitting", "penalty_high", "not_learning"} & {finding.code for finding in found}:
        found += _small_gap(curve)
    if not found and not run.is_active:
        found = [_fine(curve)]
    return tuple(found)


def _of_layers(run: Run, layers: Sequence[EpochStatistics]) -> _Findings:
    if evidence := exploding(layers):
        advice = "Such updates overshoot. Clip the gradients or lower the learning rate."
        suggested = (*suggestions.clip(run), *suggestions.rate(run, 0.1))
        yield Finding("exploding", "Exploding gradients", evidence, advice, suggested[:2])
    if evidence := vanishing(layers):
        advice = (
            "Sigmoid and tanh make gradients smaller in every layer that they pass. ReLU, BatchNormalization or fewer "
            "layers keep them."
        )
        yield Finding("vanishing", "Vanishing gradients", evidence, advice, tuple(suggestions.relu_instead(run)))
    dead = dead_layer(layers)
    if dead is not None:
        advice = "A unit that is 0 for every image gets no gradient and does not come back by itself."
        suggested = (*suggestions.leaky(run, dead.index), *suggestions.rate(run, 1 / 3))
        yield Finding("dead_relu", "Dead ReLUs", dead_relus(layers), advice, suggested[:2])


def _diverged(run: Run, rows: Sequence[Metric]) -> _Findings:
    known = [row for row in rows if row.loss is not None]
    last = f" after {brief(known[-1].loss)} in epoch {known[-1].epoch}" if known else ""
    yield Finding(
        "diverged",
        "Diverged",
        f"The loss is no longer finite{last}: the updates were too large.",
        "A learning rate ten times smaller almost always solves this; gradient clipping can also help.",
        tuple(suggestions.rate(run, 0.1)),
    )


def _penalized(curve: LearningCurves) -> _Findings:
    """With an L2 penalty the loss ends above that of guessing: most of it is the penalty, and nothing can be read."""
    l2 = curve.run.settings.l2
    if not l2 or min(curve.train[-2:]) <= curve.chance:
        return
    evidence = (
        f"With an L2 penalty of {l2:g} the training loss is {brief(curve.train[-1])}; random guessing gives "
        f"{brief(curve.chance)}. The accuracy is {brief(curve.accuracy[-1])}."
    )
    advice = "The penalty keeps the weights so small that the network can learn little."
    yield Finding("penalty_high", "L2 penalty too high", evidence, advice, tuple(suggestions.less_regular(curve.run)))


def _not_learning(curve: LearningCurves) -> _Findings:
    """Still as good as guessing: loss within 3 % of ln(classes), accuracy below one and a half of chance."""
    guess = 1 / curve.classes
    if min(curve.train[-2:]) < 0.97 * curve.chance or max(curve.accuracy[-2:]) > 1.5 * guess:
        return
    evidence = (
        f"After {curve.epoch[-1]} epochs the training loss is {brief(curve.train[-1])} and the accuracy "
        f"{brief(curve.accuracy[-1])}; random guessing gives {brief(curve.chance)} and {brief(guess)}."
    )
    run = curve.run
    falls = all(after < before for before, after in pairwise(curve.train))
    if falls and max(curve.train) <= 1.05 * curve.chance:
        advice = "The loss falls, but very slowly: the updates are too small."
        yield Finding("rate_low", "Learning rate too low", evidence, advice, tuple(suggestions.rate(run, 10)))
    elif max([*curve.train, *curve.steps]) > 1.3 * curve.chance or run.settings.learning_rate >= _high(run):
        advice = "Updates that are too large can leave all ReLUs at 0; the network then stops learning."
        yield Finding("rate_high", "Learning rate too high", evidence, advice, tuple(suggestions.rate(run, 0.1)))
    else:
        advice = "First try another learning rate; then check that the labels match the images."
        yield Finding("not_learning", "Not learning", evidence, advice, tuple(suggestions.rate(run, 0.1)))


def _high(run: Run) -> float:
    """From where on a learning rate is suspicious by itself."""
    return 0.2 if run.settings.optimizer in ("SGD", "Adagrad") else 0.005


def _rate_high(curve: LearningCurves) -> _Findings:
    """The training loss jumps, or the validation loss swings, or single batches do."""
    evidence = jumps(curve) or spikes(curve) or swings(curve)
    if evidence and not any(_not_learning(curve)):
        advice = "A smaller or decaying learning rate makes the training more stable."
        suggested = (*suggestions.rate(curve.run, 1 / 3), *suggestions.slow_down(curve.run))[:2]
        yield Finding("rate_high", "Learning rate too high", evidence, advice, tuple(dict.fromkeys(suggested)))


def _rate_low(curve: LearningCurves) -> _Findings:
    """Falls evenly, far from done: the later half by at least 0.6 of the earlier, and still above ln(classes)/2."""
    train, run = curve.train, curve.run
    if len(train) < 4 or train[-1] < 0.5 * curve.chance or curve.accuracy[-1] > 0.8:
        return
    if curve.epoch[-1] <= run.settings.warmup_epochs + 2:
        return
    middle = len(train) // 2
    earlier = (train[0] - train[middle]) / middle
    later = (train[middle] - train[-1]) / (len(train) - 1 - middle)
    falls = all(after < before for before, after in pairwise(train))
    if not falls or later < 0.6 * earlier or any(_not_learning(curve)):
        return
    evidence = (
        f"Training loss falls evenly and slowly, by about {brief(later)} per epoch, from {brief(train[0])} to "
        f"{brief(train[-1])} in {curve.epoch[-1]} epochs."
    )
    factor = 10 if train[-1] > 0.85 * curve.chance else 3
    yield Finding(
        "rate_low",
        "Learning rate too low",
        evidence,
        "A larger learning rate learns faster.",
        tuple(suggestions.rate(run, factor)),
    )


def _overfitting(curve: LearningCurves) -> _Findings:
    evidence = rise(curve)
    rising = bool(evidence)
    evidence = evidence or gap(curve)
    if not evidence:
        return
    advice = (
        "The network memorizes its training images. Regularization or more images help. "
        f"{rule_words(curve.run.settings)}"
    )
    suggested = [*suggestions.more_regular(curve.run), *(suggestions.stop_early(curve.run) if rising else ())]
    yield Finding("overfitting", "Overfitting", evidence, advice, tuple(suggested[:2]))


def _small_gap(curve: LearningCurves) -> _Findings:
    """A gap that is there, but small; of the unusual direction only once the run has ended.

    In the first epochs training is behind on every healthy curve, since its values are means over the epoch.
    """
    direction, evidence = small_gap(curve)
    if direction > 0:
        advice = (
            "A small gap: the network fits its training images a little better than new ones. It usually grows with "
            f"more epochs. {rule_words(curve.run.settings)}"
        )
        suggested = tuple(suggestions.more_regular(curve.run))
        yield Finding("mild_gap", "Mild overfitting", evidence, advice, suggested[:1])
    elif direction < 0 and not curve.run.is_active:
        advice = (
            "This is no overfitting. Dropout and augmentation act only during training, and training values are means "
            "over an epoch in which the network still improved."
        )
        yield Finding("ahead", "Validation ahead of training", evidence, advice)


def _levelled(curve: LearningCurves) -> _Findings:
    """No loss improved by more than 1 % (validation) or 2 % (training) in the last quarter, of at least four epochs."""
    count = len(curve.epoch)
    window = max(4, count // 4)
    if count < window + 2 or curve.accuracy[-1] >= 0.99:
        return
    before, since = min(curve.reference_loss[:-window]), min(curve.reference_loss[-window:])
    train_before, train_since = min(curve.train[:-window]), min(curve.train[-window:])
    if since < 0.99 * before or train_since < 0.98 * train_before:
        return
    evidence = (
        f"The loss has not improved since epoch {curve.epoch[-window - 1]}: training loss {brief(curve.train[-1])}, "
        f"accuracy {brief(curve.accuracy[-1])}"
    )
    if curve.validation_accuracy:
        evidence += f"; validation {brief(curve.validation[-1])} and {brief(curve.validation_accuracy[-1])}"
    run = curve.run
    if curve.accuracy[-1] < 0.9:
        advice = (
            "The network does not even fit its training images. More filters or layers help, or less regularization."
        )
        yield Finding("underfitting", "Underfitting", f"{evidence}.", advice, tuple(suggestions.less_regular(run)))
    else:
        advice = "A lower learning rate towards the end often helps a little; otherwise, the network is at its limit."
        yield Finding("plateau", "Plateau", f"{evidence}.", advice, tuple(suggestions.slow_down(run)))


def _short(curve: LearningCurves) -> _Findings:
    """Ended by its epochs while the loss to go by fell at each of the last two, by 2 % an epoch and over the noise."""
    run, values = curve.run, curve.reference_loss
    if run.status != "finished" or run.reason or curve.epoch[-1] < run.settings.epochs:
        return
    fall = values[-3] - values[-1]
    if not values[-3] > values[-2] > values[-1] or values[-1] > min(values):
        return
    if fall < max(0.04 * values[-3], 2 * noise(values)):
        return
    evidence = f"{curve.reference_name} was still falling at the end: {brief(values[-3])}, {brief(values[-2])}, "
    yield Finding(
        "short",
        "Not enough epochs",
        f"{evidence}{brief(values[-1])} in the last three epochs.",
        "Train for more epochs.",
        tuple(suggestions.longer(run)),
    )


def _fine(curve: LearningCurves) -> Finding:
    evidence = f"Training loss {brief(curve.train[0])} → {brief(curve.train[-1])}"
    if curve.validation:
        lowest = curve.validation.index(min(curve.validation))
        evidence += f"; validation loss lowest in epoch {curve.epoch[lowest]}, {brief(curve.validation[lowest])}"
    return Finding("fine", "No problem found", f"{evidence}. {_no_sign(curve)}")


def _no_sign(curve: LearningCurves) -> str:
    """That there is no gap, or how large the one is that could be chance."""
    means = Means.of(curve)
    if means is None or abs(means.ahead) < LEAST_GAP:
        return "No sign of overfitting or of a wrong learning rate."
    which = "ahead of" if means.ahead > 0 else "behind"
    images = f" with {curve.validation_images:,} validation images" if curve.validation_images else ""
    return (
        f"In the last three epochs training accuracy is {brief(abs(means.ahead))} {which} validation accuracy, which "
        f"can be chance{images}. No sign of a wrong learning rate."
    )
