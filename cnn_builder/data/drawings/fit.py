"""A picture brought to a data set's size: the middle square of it, or all of it with margins."""

import numpy as np
from PIL import Image

CROP, PAD = "crop", "pad"


def fitted(colours: np.ndarray, shape: tuple[int, int, int], how: str = CROP) -> np.ndarray:
    """A picture, uint8 (height, width) or (height, width, 3), as uint8 of `shape` (height, width, channels).

    `how`: CROP keeps the middle square; PAD keeps all and fills the margins with the border's usual colour.
    """
    height, width, channels = shape
    square = colours[middle_square(colours)] if how == CROP else _padded(colours)
    picture = Image.fromarray(square).convert("L" if channels == 1 else "RGB")
    # A box filter when shrinking by much: it averages, as thumbnails are made, and does not ring.
    how_resized = Image.Resampling.BOX if len(square) >= 2 * max(height, width) else Image.Resampling.BICUBIC
    return np.asarray(picture.resize((width, height), how_resized)).reshape(shape)


def middle_square(colours: np.ndarray) -> tuple[slice, slice]:
    """Rows and columns of the largest square in the middle."""
    side = min(colours.shape[:2])
    top, left = ((extent - side) // 2 for extent in colours.shape[:2])
    return slice(top, top + side), slice(left, left + side)


def border_colour(colours: np.ndarray) -> np.ndarray:
    """The median of the outermost pixels: a number, or one for each channel; uint8."""
    edges = [colours[0], colours[-1], colours[:, 0], colours[:, -1]]
    return np.median(np.concatenate(edges), axis=0).astype(np.uint8)


def _padded(colours: np.ndarray) -> np.ndarray:
    side = max(colours.shape[:2])
    square = np.empty((side, side, *colours.shape[2:]), np.uint8)
    square[:] = border_colour(colours)
    top, left = ((side - extent) // 2 for extent in colours.shape[:2])
    square[top : top + colours.shape[0], left : left + colours.shape[1]] = colours
    return square
