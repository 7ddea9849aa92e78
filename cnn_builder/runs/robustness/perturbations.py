"""The changes of an image that a network is tested against, with their levels; what they do is in `engine/insight`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

SEED = 0
"""Chooses the test images, and which way each is changed."""
IMAGES = 1000
"""Test images that are read at every level …"""
MOST_NUMBERS = 50_000_000
"""… unless they hold more numbers than this together: then fewer."""


def images_read(count: int, shape: tuple[int, ...]) -> int:
    """How many of so many test images of this shape (height, width, channels) are read."""
    return min(count, IMAGES, max(MOST_NUMBERS // prod(shape), 1))


@dataclass(frozen=True)
class Perturbation:
    """One way to change an image, by more and more.

    Attributes:
        key: its name in files and on the command line.
        neutral: the level at which an image stays as it is.
        unit: what is written behind a level.
        of_side: the levels, the neutral one included, in order, for images whose shorter side has so many pixels.
        ways: how many ways there are to go so far (directions, places, patterns); each test image is given one.
        tried: on a single image, so many of them are tried.
        directions: what the levels below and above the neutral one are called.
    """

    key: str
    title: str
    unit: str
    neutral: float
    of_side: Callable[[int], tuple[float, ...]]
    about: str
    ways: int = 1
    tried: int = 1
    directions: tuple[str, str] = ("", "")
    adversarial: bool = False

    def levels(self, shape: tuple[int, ...]) -> tuple[float, ...]:
        """The levels for images of this shape (height, width, channels), in order."""
        return self.of_side(min(shape[:2]))

    @property
    def axis(self) -> str:
        """What the levels are measured in."""
        return {"×": "factor", "°": "degrees", "px": "pixels", "%": "per cent"}.get(self.unit, self.unit)

    def level_text(self, level: float) -> str:
        """ "15°", "3 px", "× 0.5"; a minus is a minus sign."""
        number = f"{level:g}".replace("-", "−")
        if self.unit == "×":
            return f"×{number}"
        return f"{number}{self.unit}" if self.unit == "°" else f"{number} {self.unit}"


def _always(*levels: float) -> Callable[[int], tuple[float, ...]]:
    return lambda side: levels


def _pixels(*shares: float) -> Callable[[int], tuple[float, ...]]:
    """Whole numbers of pixels, near these shares of the side, with 0."""
    return lambda side: (0.0, *sorted({float(max(1, round(side * share))) for share in shares}))


def _widths(*pixels: float) -> Callable[[int], tuple[float, ...]]:
    """Pixels of an image of 28, in proportion for a larger one, in steps of a quarter."""
    return lambda side: tuple(sorted({round(4 * width * max(side, 28) / 28) / 4 for width in pixels}))


_GREY_LEVELS = _always(0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)

PERTURBATIONS: dict[str, Perturbation] = {
    one.key: one
    for one in (
        Perturbation(
            "shift", "Shift", "px", 0.0, _pixels(1 / 28, 2 / 28, 3 / 28, 4 / 28, 6 / 28, 8 / 28),
            "Moved so many pixels along a row, a column or both; each test image in one of eight directions.", 8, 8,
        ),
        Perturbation(
            "rotation", "Rotation", "°", 0.0, _always(-60, -45, -30, -20, -10, 0, 10, 20, 30, 45, 60),
            "Turned around the centre; positive is counter-clockwise.", directions=("clockwise", "counter-clockwise"),
        ),
        Perturbation(
            "scale", "Scale", "×", 1.0, _always(0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.35, 1.5, 1.75),
            "Made smaller or larger around the centre.", directions=("smaller", "larger"),
        ),
        Perturbation(
            "thickness", "Stroke thickness", "px", 0.0, _widths(-1.25, -1, -0.75, -0.5, -0.25, 0, 0.5, 1, 1.5, 2, 3),
            "Strokes made thinner or thicker by so many pixels on each side.", directions=("thinner", "thicker"),
        ),
        Perturbation(
            "noise", "Noise", "%", 0.0, _always(0, 5, 10, 15, 20, 30, 40, 60),
            "Gaussian noise on every pixel; its standard deviation in per cent of the range from black to white.",
            2**20, 8,
        ),
        Perturbation(
            "contrast", "Contrast", "×", 1.0, _always(0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0),
            "The distance of every pixel to the channel's mean, multiplied; what leaves black or white is cut off.",
            directions=("weaker", "stronger"),
        ),
        Perturbation(
            "occlusion", "Occlusion", "px", 0.0, _pixels(0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
            "A square with sides of so many pixels is covered with the colour of the border, at one of 25 places.",
            25, 25,
        ),
        Perturbation(
            "fgsm", "Adversarial step (FGSM)", "of 255", 0.0, _GREY_LEVELS,
            "Every pixel moves by so many of 255 levels, the way that raises the loss: one step along the sign of the "
            "gradient.", adversarial=True,
        ),
        Perturbation(
            "pgd", "Adversarial steps (PGD)", "of 255", 0.0, _GREY_LEVELS,
            "Every pixel may move by up to so many of 255 levels, in several steps that each raise the loss.",
            adversarial=True,
        ),
    )
}  # fmt: skip
"""By key, in the order in which they are shown."""
