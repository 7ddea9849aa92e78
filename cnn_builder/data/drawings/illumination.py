"""Light that falls unevenly on paper: a lamp at one side, dark corners, the edge of a shadow. Found and taken out."""

from collections.abc import Iterator

import numpy as np
from scipy import ndimage

from cnn_builder.data.drawings.prepared import Ink

_GRID = 24  # cells along the longer side in which the broad slope of the light is measured
_NEAR_INK = 0.25  # of the way from ink to background
_TAIL = 0.5  # per cent of the pixels that may be anything


def is_uneven(grey: np.ndarray, frame: np.ndarray) -> bool:
    """Whether the border's pixels are of many brightnesses, and not only background and ink that reaches it."""
    if min(grey.shape) < 40:
        return False
    background = float(np.median(frame))
    extreme = np.where(frame < background, grey.min(), grey.max())
    off = np.abs(frame - background) > 10
    inked = np.abs(frame - extreme) <= _NEAR_INK * np.abs(extreme - background)
    return bool(np.mean(off & ~inked) > 0.1)


def evened(grey: np.ndarray) -> Iterator[np.ndarray]:
    """Ways to see ink from 0 (background) up to 255, the light's own changes taken out, the likeliest first.

    Each is (height, width) float32. First the broad slope goes, then what is wider than any stroke. The slope is
    wrong where a shadow has an edge: the second way leaves it in. The third takes only thin strokes for ink.
    """
    slope = _slope(grey)
    smooth = ndimage.gaussian_filter(grey, 1.0)
    side = _ink_side(grey - slope)
    level = np.full_like(grey, np.median(grey))
    for light, part in ((slope, 4), (level, 4), (slope, 8)):
        yield _above(smooth, light, side, max(5, min(grey.shape) // part))


def _above(smooth: np.ndarray, light: np.ndarray, ink: Ink, size: int) -> np.ndarray:
    """Dark ink swallows a share of the light, so it is measured as one; bright ink (chalk, a screen) adds to it.

    An opening or closing with a square keeps the edge of a shadow sharp, where a blur would not.
    """
    if ink == "bright":
        rest = smooth - light
        rest = rest - ndimage.grey_opening(rest, size=(size, size))
    else:
        share = smooth / np.maximum(light, 8.0)
        rest = 255 * (1 - share / np.maximum(ndimage.grey_closing(share, size=(size, size)), 0.05))
    # Both rest on the extremes of the noise: the middle of what is left is the background.
    return np.clip(rest - np.median(rest), 0, 255).astype(np.float32)


def _ink_side(rest: np.ndarray) -> Ink:
    """Whether the ink is darker or brighter than what is around it."""
    low, middle, high = np.percentile(rest, [_TAIL, 50, 100 - _TAIL])
    return "dark" if middle - low > high - middle else "bright"


def _slope(grey: np.ndarray) -> np.ndarray:
    """The light as a surface of second degree, fitted to the picture with what sticks out of it left out."""
    step = max(1, max(grey.shape) // _GRID)
    rows, columns = (np.linspace(-1, 1, extent, dtype=np.float32) for extent in grey.shape)
    terms = _terms(rows[::step], columns[::step])
    values = ndimage.uniform_filter(grey, step)[::step, ::step].ravel()
    kept = np.ones(len(values), bool)
    for _ in range(4):
        factors, *_ = np.linalg.lstsq(terms[kept], values[kept], rcond=None)
        off = np.abs(values - terms @ factors)
        kept = off <= max(2.5 * float(np.median(off)), 2.0)
        if kept.sum() < 3 * terms.shape[1]:
            break
    return np.asarray(_terms(rows, columns) @ factors).reshape(grey.shape)


def _terms(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    down, across = (part.ravel() for part in np.meshgrid(rows, columns, indexing="ij"))
    return np.stack([np.ones_like(down), down, across, down * across, down**2, across**2], axis=1)
