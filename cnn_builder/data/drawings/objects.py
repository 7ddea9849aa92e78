"""Pictures of things, where greys and colours matter: clothes for Fashion-MNIST, photos for CIFAR-10."""

from functools import partial

import numpy as np
from PIL import Image
from scipy import ndimage

from cnn_builder.data.drawings import ink, prepared, strokes
from cnn_builder.data.drawings.figure_steps import object_steps
from cnn_builder.data.drawings.fit import CROP, fitted, middle_square
from cnn_builder.data.drawings.prepared import Ink, Prepared, Refused


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
    place = ink.bounding_box(mask)
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


def photo(
    image: np.ndarray,
    shape: tuple[int, int, int],
    how: str = CROP,
    light_background: bool = False,
    ink_is: Ink | None = None,
) -> Prepared:
    """The picture brought to `shape` (height, width, channels): colour, or grey if it has one channel.

    Args:
        how: CROP or PAD, as `fitted` has it.
        light_background: whether the data set's images are on light; a canvas, where ink is bright, is inverted then.
    """
    colours = ink.on_white(image)
    if float(colours.max()) - float(colours.min()) < ink.MIN_CONTRAST:
        raise Refused(prepared.BLANK)
    if ink_is == "bright" and light_background:
        colours = 255 - colours
    kept = middle_square(colours) if how == CROP else (slice(0, colours.shape[0]), slice(0, colours.shape[1]))
    small = fitted(colours, shape, how)
    shown = partial(object_steps, image, colours, kept, small)
    side = min(colours.shape[:2]) if how == CROP else max(colours.shape[:2])
    return Prepared(small, None, (prepared.SMALL,) * (side < min(shape[:2])), shown)
