"""Images turned, shifted and zoomed: TensorFlow's ImageProjectiveTransformV3 in NumPy, without its perspective part.

Source: tensorflow/core/kernels/image/image_ops.h (TensorFlow 2.21). Each output place (x, y) takes its value from the
input place (a0·x + a1·y + a2, b0·x + b1·y + b2); a place outside of the image is first brought back by the fill mode.
"""

from collections.abc import Callable

import numpy as np


def projected(
    images: np.ndarray, matrices: np.ndarray, interpolation: str, fill_mode: str, fill_value: float
) -> np.ndarray:
    """Each image by its own matrix: float32 (n, height, width, channels) and (n, 6), a0 a1 a2 b0 b1 b2.

    `interpolation`: "bilinear" or "nearest"; `fill_mode`: "constant", "reflect", "wrap" or "nearest", as in Keras.
    """
    height, width = images.shape[1:3]
    x, y = (axis.astype(np.float32) for axis in np.meshgrid(np.arange(width), np.arange(height)))
    a0, a1, a2, b0, b1, b2 = (column[:, np.newaxis, np.newaxis] for column in matrices.astype(np.float32).T)
    across = _FILLS[fill_mode](a0 * x + a1 * y + a2, width)
    down = _FILLS[fill_mode](b0 * x + b1 * y + b2, height)
    read = _Reader(images, fill_value)
    if interpolation == "nearest":
        return read.at(_rounded(down), _rounded(across))
    top, left = np.floor(down), np.floor(across)
    share_down, share_across = ((place - low)[..., np.newaxis] for place, low in ((down, top), (across, left)))
    upper = (1 - share_across) * read.at(top, left) + share_across * read.at(top, left + 1)
    lower = (1 - share_across) * read.at(top + 1, left) + share_across * read.at(top + 1, left + 1)
    return np.asarray((1 - share_down) * upper + share_down * lower, np.float32)


class _Reader:
    """The pixels of images by their places, (n, rows, columns) each; the fill value stands for all beyond the edge."""

    def __init__(self, images: np.ndarray, fill_value: float) -> None:
        self._images, self._fill = images, np.float32(fill_value)
        self._each = np.arange(len(images))[:, np.newaxis, np.newaxis]

    def at(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        height, width = self._images.shape[1:3]
        inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        row, column = (np.where(inside, places, 0).astype(np.intp) for places in (rows, columns))
        found: np.ndarray = np.where(inside[..., np.newaxis], self._images[self._each, row, column], self._fill)
        return found


def _rounded(places: np.ndarray) -> np.ndarray:
    """To whole numbers, halves away from zero as C++ rounds them."""
    return np.asarray(np.copysign(np.floor(np.abs(places) + np.float32(0.5)), places))


def _constant(places: np.ndarray, length: int) -> np.ndarray:
    return places


def _nearest(places: np.ndarray, length: int) -> np.ndarray:
    return np.clip(places, 0, length - 1)


def _reflect(places: np.ndarray, length: int) -> np.ndarray:
    """dcba|abcd|dcba."""
    twice = 2 * length
    below = twice * np.trunc(-places / twice) + places
    below = np.where(below < -length, below + twice, -below - 1)
    above = places - twice * np.trunc(places / twice)
    above = np.where(above >= length, twice - above - 1, above)
    found = np.where(places < 0, below, np.where(places > length - 1, above, places))
    return np.asarray(np.clip(found, 0, length - 1), np.float32)


def _wrap(places: np.ndarray, length: int) -> np.ndarray:
    """abcd|abcd|abcd."""
    last = max(length - 1, 1)
    below = places + length * (np.trunc(-places / last) + 1)
    above = places - length * np.trunc(places / last)
    found = np.where(places < 0, below, np.where(places > length - 1, above, places))
    return np.asarray(np.clip(found, 0, length - 1), np.float32)


_FILLS: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
    "constant": _constant, "nearest": _nearest, "reflect": _reflect, "wrap": _wrap,
}  # fmt: skip
