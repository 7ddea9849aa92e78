"""How far a figure leans, and a figure that leans far set more upright."""

import math

import numpy as np

MOST = 0.3
"""Pixels to the side per pixel up that a figure is left with: three in four of MNIST's lean less."""
WIDEST = 1.0
"""What leans further is no slanted figure but a wide one, such as a dash: it is left as it is."""


def slant(mask: np.ndarray) -> float:
    """Pixels to the right per pixel up, as the least-squares line of the ink's columns over its rows has it.

    `mask` is (height, width) bool with ink in it; 0 for ink in a single row.
    """
    rows, columns = np.nonzero(mask)
    count, row_sum = len(rows), int(rows.sum())
    spread = count * int((rows * rows).sum()) - row_sum**2
    return (row_sum * int(columns.sum()) - count * int((rows * columns).sum())) / spread if spread else 0.0


def upright(mask: np.ndarray) -> np.ndarray:
    """The figure, cropped, (height, width) bool: each row is moved so that it leans by MOST where it leant further."""
    leans = slant(mask)
    if not MOST < abs(leans) <= WIDEST:
        return mask
    height, width = mask.shape
    by = leans - math.copysign(MOST, leans)
    moved = np.floor(by * (np.arange(height) - (height - 1) / 2) + 0.5).astype(int)
    moved -= moved.min()
    wide = np.zeros((height, width + int(moved.max())), bool)
    for row, right in enumerate(moved):
        wide[row, right : right + width] = mask[row]
    columns = np.flatnonzero(wide.any(0))
    return wide[:, columns[0] : columns[-1] + 1]
