"""What several seeds of one request reach, and whether two networks differ over their seeds.

Means have Student's 95 % t-interval, a comparison is the paired t-test: both know how much a score moves from seed to
seed, which the interval of one trained model does not.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cnn_builder.data import same_test_images
from cnn_builder.runs.models import Run
from cnn_builder.runs.results.confidence_interval import Interval

LEVEL = 0.95
FEWEST = 2
"""Seeds that it takes to know anything of how a score moves."""


@dataclass(frozen=True)
class SeedScores:
    """The test accuracies of runs that differ by their seed alone, in the order of the seeds.

    Attributes:
        interval: of the mean, 95 %.
        active: how many further runs wait or train; `failed`: have ended early, or without a score.
    """

    seeds: tuple[int, ...]
    accuracies: tuple[float, ...]
    mean: float
    interval: Interval
    active: int = 0
    failed: int = 0


def seed_scores(runs: Sequence[Run]) -> SeedScores | None:
    """The scores of runs that differ by their seed, as `Store.seed_runs` finds them; None of fewer than two scores."""
    active = sum(run.is_active for run in runs)
    done = _by_seed(runs)
    if len(done) < FEWEST:
        return None
    seeds, accuracies = tuple(done), tuple(done.values())
    mean, interval = mean_interval(accuracies)
    within = Interval(max(interval.low, 0.0), min(interval.high, 1.0))
    return SeedScores(seeds, accuracies, mean, within, active, len(runs) - len(done) - active)


def mean_interval(values: Sequence[float]) -> tuple[float, Interval]:
    """The mean of at least two values with its 95 % t-interval.

    mean ± t(0.975, n − 1) · s / √n: Student, "The probable error of a mean", Biometrika 6 (1908).
    """
    from scipy.special import stdtrit  # here: the pages that show no seeds do without it

    mean = math.fsum(values) / len(values)
    half = float(stdtrit(len(values) - 1, (1 + LEVEL) / 2)) * _standard_error(values)
    return mean, Interval(mean - half, mean + half)


def _standard_error(values: Sequence[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1) / len(values))


@dataclass(frozen=True)
class SeedVerdict:
    """The second network's mean accuracy minus the first's, over the seeds that both were trained with.

    Attributes:
        interval: of the difference, 95 %.
        p_value: of the two-sided paired t-test; 1 where all differences are 0, 0 where all are the same otherwise.
    """

    seeds: tuple[int, ...]
    first_mean: float
    second_mean: float
    difference: float
    interval: Interval
    p_value: float

    @property
    def distinguishable(self) -> bool:
        return not self.interval.holds_zero


def seed_verdict(first: Sequence[Run], second: Sequence[Run]) -> SeedVerdict | None:
    """Compare two requests, pair by pair of the same seed; None where fewer than two seeds have both scores.

    Each is one request's runs, as `Store.seed_runs` finds them. Only runs with the same test images are compared.
    """
    if not first or not second or not same_test_images(first[0].dataset, second[0].dataset):
        return None
    if first[0].settings.test_limit != second[0].settings.test_limit:
        return None
    one, two = _by_seed(first), _by_seed(second)
    seeds = tuple(seed for seed in sorted(one) if seed in two)
    if len(seeds) < FEWEST:
        return None
    differences = [two[seed] - one[seed] for seed in seeds]
    difference, interval = mean_interval(differences)
    before, after = (math.fsum(scores[seed] for seed in seeds) / len(seeds) for scores in (one, two))
    return SeedVerdict(seeds, before, after, difference, interval, _p_value(differences))


def _by_seed(runs: Sequence[Run]) -> dict[int, float]:
    """The scores by seed; of a run that was stopped on the way the score says nothing of the request."""
    finished = [run for run in runs if run.status == "finished"]
    return {run.settings.seed: run.test_accuracy for run in finished if run.test_accuracy is not None}


def _p_value(differences: Sequence[float]) -> float:
    from scipy.special import stdtr

    mean, error = math.fsum(differences) / len(differences), _standard_error(differences)
    if error == 0:
        return 1.0 if mean == 0 else 0.0
    return float(2 * stdtr(len(differences) - 1, -abs(mean / error)))


def seed_words(scores: SeedScores) -> str:
    """The scores in a sentence or two."""
    low, high = min(scores.accuracies), max(scores.accuracies)
    words = (
        f"Over {len(scores.seeds)} seeds ({seeds_listed(scores.seeds)}) the mean test accuracy is {scores.mean:.4f}, "
        f"95 % confidence interval {scores.interval.low:.4f} to {scores.interval.high:.4f}; lowest {low:.4f} "
        f"(seed {scores.seeds[scores.accuracies.index(low)]}), highest {high:.4f} "
        f"(seed {scores.seeds[scores.accuracies.index(high)]})."
    )
    if scores.active:
        words += f" {scores.active} more {'waits or trains' if scores.active == 1 else 'wait or train'}."
    if scores.failed:
        words += f" {scores.failed} ended early or without a score."
    return words


def seeds_listed(seeds: Sequence[int]) -> str:
    """Seeds in the order given: "0 to 4" where they follow each other, else "0, 3, 7"."""
    if len(seeds) > FEWEST and list(seeds) == list(range(seeds[0], seeds[0] + len(seeds))):
        return f"{seeds[0]} to {seeds[-1]}"
    return ", ".join(map(str, seeds))
