"""Pictures of things, where greys and colours matter: clothes for Fashion-MNIST, photos for CIFAR-10."""

from functools import partial

import numpy as np
from PIL import Image
from scipy import ndimage

from cnn_builder.data import ink, prepared, strokes
from cnn_builder.data.figure_steps import object_steps
from cnn_builder.data.prepared import Ink, Prepared, Refused


def fashion(image: np.ndarray, ink_is: Ink | None) -> Prepared:
    """Cropped to the object, its longer side 28, in the middle, bright on black, its greys kept.

    After H. Xiao et al., "Fashion-MNIST" (2017), section 2. Returns (28, 28, 1) uint8.
    """
    grey = ink.work_size(ink.to_grey(image))
    if float(grey.max() - grey.min()) < ink.MIN_CONTRAST:
        raise Refused(prepared.BLANK)
    bright = ink.bright_ink(grey, ink_is)
    # Pale cloth is part of the object too: anything clearly off the background counts, and what it encloses.
    mask = ndimage.binary_fill_holes(ink.without_specks(bright > max(12.0, ink.otsu(bright) / 3)))
    if not mask.any():
        raise Refused(prepared.BLANK)
    place = ink.box(mask)
    if max(mask[place].shape) < max(4, 0.04 * min(mask.shape)):
        raise Refused(prepared.DOT)
    if mask.mean() > 0.98:
        raise Refused(prepared.FULL)
    canvas = _longer_side_28(np.where(mask, bright, 0)[place])
    shown = partial(object_steps, image, mask, place, canvas)
    return Prepared(canvas[..., np.newaxis], None, ink.place_warnings(mask), shown)


def _longer_side_28(bright: np.ndarray) -> np.ndarray:
    scale = 28 / max(bright.shape)
    height, width = (max(1, round(extent * scale)) for extent in bright.shape)
    how = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    small = np.clip(strokes.resize(bright, height, width, how), 0, 255)
    top, left = (28 - height) // 2, (28 - width) // 2
    canvas = np.zeros((28, 28), np.uint8)
    canvas[top : top + height, left : left + width] = np.rint(small * (255 / max(float(small.max()), 1.0)))
    return canvas


def photo(image: np.ndarray, shape: tuple[int, int, int]) -> Prepared:
    """The middle square, resized to `shape` (height, width, channels): colour, or grey if it has one channel."""
    height, width, channels = shape
    colours = ink.on_white(image)
    if float(colours.max() - colours.min()) < ink.MIN_CONTRAST:
        raise Refused(prepared.BLANK)
    side = min(colours.shape[:2])
    top, left = ((extent - side) // 2 for extent in colours.shape[:2])
    place = slice(top, top + side), slice(left, left + side)
    square = Image.fromarray(colours[place])
    square = square.convert("L" if channels == 1 else "RGB")
    # A box filter when shrinking by much: it averages, as thumbnails are made, and does not ring.
    how = Image.Resampling.BOX if side >= 2 * max(height, width) else Image.Resampling.BICUBIC
    small = np.asarray(square.resize((width, height), how)).reshape(shape)
    shown = partial(object_steps, image, colours, place, small)
    return Prepared(small, None, (prepared.SMALL,) * (side < min(height, width)), shown)
