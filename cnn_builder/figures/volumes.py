"""How large each layer's output is drawn: boxes whose sides follow the shape."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

TALLEST, SMALLEST = 100.0, 12.0
MOST_CELLS = 12
_SLANT = 0.32


@dataclass(frozen=True)
class Cuboid:
    """A box in oblique view, in pixels: the front is ``width`` × ``height``, the depth runs up and right by ``slant``.

    A map's height is the front's height, its width the slant, its channels the front's width; without a channel axis
    it is as thin as one with a single channel. The front of a short
    vector is divided into ``cells``, one a number; 0 for all others.
    """

    width: float
    height: float
    slant: float
    cells: int = 0


def boxes(shapes: Iterable[Sequence[int]]) -> list[Cuboid]:
    """One box a shape, all on one scale.

    Sides of maps grow with the square root of their size, so that 28, 14 and 7 differ clearly and a 1×1 map can still
    be seen; channels and vectors grow with the logarithm, so that 512 channels stay on the page.
    """
    shapes = list(shapes)
    longest = max((max(shape[:2]) for shape in shapes if len(shape) > 1), default=1)
    return [_map(shape, longest) if len(shape) > 1 else _vector(shape[0]) for shape in shapes]


def _map(shape: Sequence[int], longest: int) -> Cuboid:
    height, width, channels = (*shape, 1)[:3]
    depth = round(6 + 6.5 * math.log2(channels), 1)
    return Cuboid(depth, _side(height, longest), round(_SLANT * _side(width, longest), 1))


def _side(size: int, longest: int) -> float:
    return round(SMALLEST + (TALLEST - SMALLEST) * math.sqrt(size / longest), 1)


def _vector(length: int) -> Cuboid:
    height = round(min(TALLEST + 20, 12 + 9 * math.log2(length)), 1)
    return Cuboid(10.0, height, 4.0, length if length <= MOST_CELLS else 0)
