"""Whether ink is one figure or several: a 5 with its flag apart is one, a 4 beside a 2 are two."""

import itertools

import numpy as np
from scipy import ndimage

from cnn_builder.data.drawings.ink import EIGHT

_TALL = 0.55  # of the tallest part's height: a flag, a dot or a bar is lower
_APART = 0.12  # of the height: the halves of a broken 0 come nearer than two digits do


def are_several(mask: np.ndarray) -> bool:
    """Whether figures of about one height stand side by side in the ink, (height, width) bool."""
    pieces, count = ndimage.label(mask, structure=EIGHT)
    if count < 2:
        return False
    found = [place for place in ndimage.find_objects(pieces) if place is not None]
    tallest = max(rows.stop - rows.start for rows, _ in found)
    tall = [number for number, (rows, _) in enumerate(found, 1) if rows.stop - rows.start >= _TALL * tallest]
    tall.sort(key=lambda number: found[number - 1][1].start)
    pairs = itertools.pairwise(tall)
    return any(_beside(found[a - 1], found[b - 1]) and _gap(pieces, a, b) >= _APART * tallest for a, b in pairs)


def _beside(left: tuple[slice, slice], right: tuple[slice, slice]) -> bool:
    """Beside each other: nearly no column and at least half of the rows in common."""
    columns = _common(left[1], right[1])
    rows = _common(left[0], right[0])
    lower = min(left[0].stop - left[0].start, right[0].stop - right[0].start)
    narrower = min(left[1].stop - left[1].start, right[1].stop - right[1].start)
    return columns <= 0.25 * narrower and rows >= 0.5 * lower


def _common(first: slice, second: slice) -> int:
    return max(0, min(first.stop, second.stop) - max(first.start, second.start))


def _gap(pieces: np.ndarray, first: int, second: int) -> float:
    """The shortest way between two pieces, in pixels."""
    away = ndimage.distance_transform_edt(pieces != first)
    return float(away[pieces == second].min())
