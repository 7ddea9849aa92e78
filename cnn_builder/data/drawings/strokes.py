"""Ink as a shape: its stroke width, and drawing it again at a given size and width."""

import math

import numpy as np
from PIL import Image
from scipy import ndimage

SCALE = 8  # working pixels per pixel of the result


def depth(mask: np.ndarray) -> np.ndarray:
    """How far each pixel of the ink is from the next without, (height, width) float; outside of the mask is none."""
    return np.asarray(ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1])


def stroke_width(inside: np.ndarray) -> float:
    """Typical width of the strokes in pixels: twice the median distance to the edge along the middle line.

    `inside` is the ink's `depth`.
    """
    ridge = (inside == ndimage.maximum_filter(inside, 3, mode="constant")) & (inside > 0)
    return 2.0 * float(np.median(inside[ridge])) - 1.0 if ridge.any() else 0.0


def resize(values: np.ndarray, height: int, width: int, how: Image.Resampling) -> np.ndarray:
    """(height, width) numbers to another size, as float32."""
    return np.asarray(Image.fromarray(values.astype(np.float32)).resize((max(1, width), max(1, height)), how))


def fit_strokes(inside: np.ndarray, side: int, width: float | None) -> np.ndarray:
    """The cropped ink, given by its `depth`, drawn with its longer side `side` pixels and strokes about `width` wide.

    Returns coverage from 0 to 1, (h, w) float32 with max(h, w) == side. `width` None keeps the strokes.
    """
    length, own = max(inside.shape), stroke_width(inside)
    # Two equations for the enlargement f and the growth g, in the mask's pixels:
    # (length + g) · f = side · SCALE and (own + g) · f = width · SCALE.
    if width is None:
        factor, grow = side * SCALE / length, 0.0
    else:
        factor = (side - width) * SCALE / max(length - own, length / 4)
        grow = width * SCALE / factor - own
    padded = np.pad(inside, 2 + math.ceil(max(grow, 0.0)))
    # Inside counts from +0.5, outside from −0.5, so that the zero line runs between pixels.
    ink = padded > 0
    field = np.where(ink, padded - 0.5, 0.5 - ndimage.distance_transform_edt(~ink))
    height, breadth = (round(extent * factor) for extent in field.shape)
    field = ndimage.gaussian_filter(resize(field, height, breadth, Image.Resampling.BICUBIC), SCALE / 4)
    drawn = field > -grow / 2
    if not drawn.any():
        drawn = field >= field.max()
    rows, columns = np.flatnonzero(drawn.any(1)), np.flatnonzero(drawn.any(0))
    drawn = drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    shrink = side / max(drawn.shape)
    height, breadth = (max(1, round(extent * shrink)) for extent in drawn.shape)
    return np.clip(resize(drawn, height, breadth, Image.Resampling.BOX), 0, 1)
