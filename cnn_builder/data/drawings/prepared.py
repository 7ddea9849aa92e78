"""The result of preparing a picture, and the sentences it is refused or warned with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

Ink = Literal["bright", "dark"]

BLANK = "The picture is blank. Draw one figure, large and in the middle."
FULL = "Almost the whole picture is covered, so no shape can be found. Clear it and draw one figure."
DOT = "This is only a dot. Draw one whole figure, large and in the middle."

OFF_CENTRE = "Off-centre: the figure was moved to the middle."
TINY = "Very small: the figure was enlarged and may be misclassified. Draw it larger."
THIN = "Very thin strokes: they were thickened to look like the training images."
THICK = "Very thick strokes: they were thinned, and gaps may have closed up. Use a thinner pen."
SEVERAL = "More than one figure: they are classified as if they were one. Draw one at a time."
SMALL = "The picture is smaller than the training images, so it was enlarged."


@dataclass(frozen=True, eq=False)
class PreparationStep:
    """One step of the preparation: a picture of where it stands, uint8 (height, width) or (…, 3), and a line."""

    name: str
    line: str
    image: np.ndarray


def no_steps() -> tuple[PreparationStep, ...]:
    return ()


@dataclass(frozen=True, eq=False)
class Prepared:
    """`image` is what the model will see, uint8 of the data set's shape; None where `refused` says why.

    `steps` draws how it came about, the first step first; drawn only when asked for.
    """

    image: np.ndarray | None
    refused: str | None = None
    warnings: tuple[str, ...] = ()
    steps: Callable[[], tuple[PreparationStep, ...]] = no_steps


class Refused(Exception):
    """There is nothing in the picture to read; the text says why. Never leaves `prepare`."""


def stroke_warnings(ratio: float) -> tuple[str, ...]:
    """`ratio` is stroke width over the figure's longer side; MNIST's is mostly 0.08 to 0.2."""
    return (THIN,) * (ratio < 0.04) + (THICK,) * (ratio > 0.27)
