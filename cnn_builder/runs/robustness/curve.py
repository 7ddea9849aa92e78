"""How many test images a network still reads right, level by level; where that falls below 90 %."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnn_builder.runs.results.confidence_interval import paired_difference
from cnn_builder.runs.results.score_comparison import Verdict

THRESHOLD = 0.9


@dataclass(frozen=True, eq=False)
class RobustnessCurve:
    """One perturbation of the same test images at each of its levels.

    Attributes:
        levels: in order; `neutral` is among them.
        right: bool (levels, images): which images are read right.
    """

    key: str
    neutral: float
    levels: tuple[float, ...]
    right: np.ndarray

    @property
    def images(self) -> int:
        return int(self.right.shape[1])

    @property
    def accuracies(self) -> list[float]:
        """The share read right, one a level."""
        return [float(value) for value in self.right.mean(axis=1)]

    @property
    def unchanged(self) -> float:
        """The accuracy on the images as they are."""
        return self.accuracies[self.levels.index(self.neutral)]

    @property
    def limits(self) -> Limits:
        """The level on either side from where on accuracy is below 90 %."""
        start, values = self.levels.index(self.neutral), self.accuracies
        down = _crossing(self.levels[start::-1], values[start::-1])
        return Limits(down, _crossing(self.levels[start:], values[start:]))


@dataclass(frozen=True)
class Limits:
    """Where accuracy falls below 90 %: `low` on the way to smaller levels, `high` to larger ones.

    Between two measured levels it is taken to change evenly. None where it stays at or above 90 % as far as was tested,
    or where there are no levels on that side; the neutral level itself where it is lower from the start.
    """

    low: float | None
    high: float | None


def _crossing(levels: Sequence[float], values: Sequence[float]) -> float | None:
    if values[0] < THRESHOLD and len(levels) > 1:
        return levels[0]
    for place in range(1, len(levels)):
        before, after = values[place - 1], values[place]
        if after < THRESHOLD:
            share = (before - THRESHOLD) / (before - after)
            return levels[place - 1] + share * (levels[place] - levels[place - 1])
    return None


def first_failures(curve: RobustnessCurve) -> list[int]:
    """Places of the first measured levels below 90 %, on either side; the outermost where there is none."""
    start, values = curve.levels.index(curve.neutral), curve.accuracies
    found = []
    for side in (range(start - 1, -1, -1), range(start + 1, len(values))):
        if side:
            found.append(next((place for place in side if values[place] < THRESHOLD), side[-1]))
    return found


def change_at(before: RobustnessCurve, after: RobustnessCurve, place: int) -> Verdict:
    """How much more is read right at one level by the second network, image by image. Raises ValueError.

    Both must have been measured on the same images and levels.
    """
    if before.levels != after.levels or before.images != after.images:
        raise ValueError("The two curves are not of the same levels and images.")
    one, two = before.right[place], after.right[place]
    gained, lost = int((two & ~one).sum()), int((one & ~two).sum())
    images = before.images
    interval = paired_difference(gained, lost, images)
    return Verdict((gained - lost) / images, interval, images, True, gained, lost)
