"""The coach: reads a run's curve and says what it shows, on what evidence, and which one change to try.

Pure: rows in, findings out. Below three epochs it says nothing (but that a run diverged), and where the noise of the
curve could explain what it sees, it does not speak of it. The signs and their thresholds are in signs.py.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cnn_builder.runs import remedies
from cnn_builder.runs.models import Metric, Run
from cnn_builder.runs.remedies import Remedy
from cnn_builder.runs.signs import Curve, curve_of, gap, jumps, noise, number, rise, spikes, swings

FEWEST_EPOCHS = 3
_Findings = Iterator["Finding"]


@dataclass(frozen=True)
class Finding:
    """What a curve shows.

    Args:
        code: one of diverged, rate_high, rate_low, not_learning, penalty_high, overfitting, underfitting, plateau,
            short, fine.
        title: the same in words; `evidence`: the numbers it rests on; `advice`: what to try and why.
        tries: changes that are cheap to make, the best first.
    """

    code: str
    title: str
    evidence: str
    advice: str = ""
    tries: tuple[Remedy, ...] = ()


def findings(
    run: Run, rows: Sequence[Metric], classes: int, validation_images: int | None = None
) -> tuple[Finding, ...]:
    """What the curve shows, the most important first; empty while there is too little to judge by.

    Args:
        rows: epoch rows, and as many of the step rows as are at hand, in order.
        classes: of the data set.
        validation_images: how many there are, where known: few of them make the accuracy uncertain.
    """
    if run.status == "diverged":
        return tuple(_diverged(run, rows))
    curve = curve_of(run, rows, classes, validation_images)
    if len(curve.epoch) < FEWEST_EPOCHS:
        return ()
    readers: tuple[Callable[[Curve], _Findings], ...] = (_not_learning, _rate_high, _rate_low, _overfitting)
    found = [*_penalized(curve)] or [finding for read in readers for finding in read(curve)]
    if not found:
        found = [*_levelled(curve)] or [*_short(curve)]
    if not found and not run.is_active:
        found = [_fine(curve)]
    return tuple(found)


def _diverged(run: Run, rows: Sequence[Metric]) -> _Findings:
    known = [row for row in rows if row.loss is not None]
    last = f" after {number(known[-1].loss)} in epoch {known[-1].epoch}" if known else ""
    yield Finding(
        "diverged",
        "Diverged",
        f"The loss is no longer a number{last}: the steps were too long and the weights ran away.",
        "A learning rate ten times smaller almost always mends it; clipping the gradients is the other way.",
        tuple(remedies.rate(run, 0.1)),
    )


def _penalized(curve: Curve) -> _Findings:
    """With an L2 penalty the loss ends above that of guessing: most of it is the penalty, and nothing can be read."""
    l2 = curve.run.settings.l2
    if not l2 or min(curve.train[-2:]) <= curve.chance:
        return
    said = (
        f"With an L2 penalty of {l2:g} the training loss is {number(curve.train[-1])}; guessing alone gives "
        f"{number(curve.chance)}. The accuracy is {number(curve.accuracy[-1])}."
    )
    advice = "The weights are kept so small that little can be learned."
    yield Finding("penalty_high", "L2 penalty too high", said, advice, tuple(remedies.less_regular(curve.run)))


def _not_learning(curve: Curve) -> _Findings:
    """Still as good as guessing: loss within 3 % of ln(classes), accuracy below one and a half of chance."""
    guess = 1 / curve.classes
    if min(curve.train[-2:]) < 0.97 * curve.chance or max(curve.accuracy[-2:]) > 1.5 * guess:
        return
    said = (
        f"After {curve.epoch[-1]} epochs the training loss is {number(curve.train[-1])} and the accuracy "
        f"{number(curve.accuracy[-1])}; guessing gives {number(curve.chance)} and {number(guess)}."
    )
    run = curve.run
    falls = all(after < before for before, after in pairwise(curve.train))
    if falls and max(curve.train) <= 1.05 * curve.chance:
        advice = "It falls, but hardly: the steps are too short."
        yield Finding("rate_low", "Learning rate too low", said, advice, tuple(remedies.rate(run, 10)))
    elif max([*curve.train, *curve.steps]) > 1.3 * curve.chance or run.settings.learning_rate >= _high(run):
        advice = "Too long steps can leave all ReLUs at 0, and nothing is learned from there on."
        yield Finding("rate_high", "Learning rate too high", said, advice, tuple(remedies.rate(run, 0.1)))
    else:
        advice = "Another learning rate is the first thing to try; then look whether the labels fit the images."
        yield Finding("not_learning", "Not learning", said, advice, tuple(remedies.rate(run, 0.1)))


def _high(run: Run) -> float:
    """From where on a learning rate is suspicious by itself."""
    return 0.2 if run.settings.optimizer in ("SGD", "Adagrad") else 0.005


def _rate_high(curve: Curve) -> _Findings:
    """The training loss jumps, or the validation loss swings, or single batches do."""
    said = jumps(curve) or spikes(curve) or swings(curve)
    if said and not any(_not_learning(curve)):
        advice = "Shorter steps, or steps that get shorter, settle it."
        tries = (*remedies.rate(curve.run, 1 / 3), *remedies.slow_down(curve.run))[:2]
        yield Finding("rate_high", "Learning rate too high", said, advice, tuple(dict.fromkeys(tries)))


def _rate_low(curve: Curve) -> _Findings:
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
    said = (
        f"Training loss falls evenly and slowly, by about {number(later)} an epoch, from {number(train[0])} to "
        f"{number(train[-1])} in {curve.epoch[-1]} epochs."
    )
    factor = 10 if train[-1] > 0.85 * curve.chance else 3
    yield Finding(
        "rate_low", "Learning rate too low", said, "Longer steps get there sooner.", tuple(remedies.rate(run, factor))
    )


def _overfitting(curve: Curve) -> _Findings:
    said = rise(curve)
    rising = bool(said)
    said = said or gap(curve)
    if not said:
        return
    advice = "It learns its images by heart. The best epoch is kept anyway; what helps is less freedom, or more images."
    tries = [*remedies.more_regular(curve.run), *(remedies.stop_early(curve.run) if rising else ())]
    yield Finding("overfitting", "Overfitting", said, advice, tuple(tries[:2]))


def _levelled(curve: Curve) -> _Findings:
    """No loss improved by more than 1 % (validation) or 2 % (training) in the last quarter, of at least four epochs."""
    count = len(curve.epoch)
    window = max(4, count // 4)
    if count < window + 2 or curve.accuracy[-1] >= 0.99:
        return
    before, since = min(curve.judged[:-window]), min(curve.judged[-window:])
    train_before, train_since = min(curve.train[:-window]), min(curve.train[-window:])
    if since < 0.99 * before or train_since < 0.98 * train_before:
        return
    said = (
        f"Neither loss got better since epoch {curve.epoch[-window - 1]}: training loss {number(curve.train[-1])}, "
        f"accuracy {number(curve.accuracy[-1])}"
    )
    if curve.validation_accuracy:
        said += f"; validation {number(curve.validation[-1])} and {number(curve.validation_accuracy[-1])}"
    run = curve.run
    if curve.accuracy[-1] < 0.9:
        advice = "It does not even fit its own training images: more filters or another layer, or less regularization."
        yield Finding("underfitting", "Underfitting", f"{said}.", advice, tuple(remedies.less_regular(run)))
    else:
        advice = "Shorter steps towards the end often gain a little more; else this is what the network can do."
        yield Finding("plateau", "Plateau", f"{said}.", advice, tuple(remedies.slow_down(run)))


def _short(curve: Curve) -> _Findings:
    """Ended by its epochs while the loss to go by fell at each of the last two, by 2 % an epoch and over the noise."""
    run, values = curve.run, curve.judged
    if run.status != "finished" or run.reason or curve.epoch[-1] < run.settings.epochs:
        return
    fall = values[-3] - values[-1]
    if not values[-3] > values[-2] > values[-1] or values[-1] > min(values):
        return
    if fall < max(0.04 * values[-3], 2 * noise(values)):
        return
    said = f"{curve.judged_name} was still falling when it ended: {number(values[-3])}, {number(values[-2])}, "
    yield Finding(
        "short",
        "Not enough epochs",
        f"{said}{number(values[-1])} in the last three epochs.",
        "Train longer.",
        tuple(remedies.longer(run)),
    )


def _fine(curve: Curve) -> Finding:
    said = f"Training loss {number(curve.train[0])} → {number(curve.train[-1])}"
    if curve.validation:
        lowest = curve.validation.index(min(curve.validation))
        said += f"; validation loss lowest in epoch {curve.epoch[lowest]}, {number(curve.validation[lowest])}"
    return Finding("fine", "Nothing stands out", f"{said}. No sign of overfitting or of a wrong learning rate.")
