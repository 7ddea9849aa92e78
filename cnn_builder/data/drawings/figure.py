"""Drawn or photographed figures, made to look like MNIST's or like those of the data set `digits`."""

from functools import partial

import numpy as np
from scipy import ndimage

from cnn_builder.data.drawings import connected_components, figure_steps, ink, prepared, slant, strokes
from cnn_builder.data.drawings.prepared import Ink, Prepared, Refused
from cnn_builder.data.sets import digits

# Stroke widths of most training images, in pixels of the 20×20 box, as `strokes.stroke_width` measures them: a
# drawing within is left as it is, one outside is brought to the nearer end.
MNIST_STROKE = (1.9, 3.0)
DIGITS_STROKE = (2.9, 3.4)


def figure(image: np.ndarray, preparation: str, ink_is: Ink | None, is_digit: bool = False) -> Prepared:
    """One figure as (28, 28, 1) uint8; `preparation` is "mnist" or "digits". Raises Refused.

    `is_digit`: one that leans far may be set more upright, which other figures could be told apart by.
    """
    mask = _ink_mask(ink.work_size(ink.to_grey(image)), ink_is)
    own = mask[ink.bounding_box(mask)]
    if is_digit and preparation == "mnist":
        own = slant.upright(own)
    inside = strokes.depth(own)
    if _is_dot(inside, mask.shape):
        raise Refused(prepared.DOT)
    ratio = strokes.stroke_width(inside) / max(inside.shape)
    if preparation == "digits":
        width = _within(ratio * 20, DIGITS_STROKE)
        result = digits.enlarge(_block_counts(inside, width)[np.newaxis])[0]
    else:
        width = _within(ratio * 20, MNIST_STROKE)
        result = _centred_by_mass(strokes.fit_strokes(inside, 20, width))
    warnings = (*ink.place_warnings(mask), *prepared.stroke_warnings(ratio))
    warnings += (prepared.SEVERAL,) * connected_components.are_several(mask)
    shown = partial(figure_steps.figure_steps, image, mask, own, (ratio * 20, width), result)
    return Prepared(result[..., np.newaxis], None, warnings, shown)


def _ink_mask(grey: np.ndarray, ink_is: Ink | None) -> np.ndarray:
    """Where the ink is. Refuses a picture without contrast, and one that is nearly all ink."""
    if float(grey.max() - grey.min()) < ink.MIN_CONTRAST:
        covered = ink_is is not None and (grey.mean() > 127) == (ink_is == "bright")
        raise Refused(prepared.FULL if covered else prepared.BLANK)
    bright = ink.bright_ink(grey, ink_is)
    # Smoothed, so that a camera's noise is not taken for faint ink.
    if ndimage.gaussian_filter(bright, 1.5).max() < ink.MIN_CONTRAST:
        raise Refused(prepared.BLANK if ink_is is None else prepared.FULL)
    mask = ink.without_specks(ink.within(ink.ink_mask(bright)) if ink_is is None else bright >= ink.otsu(bright))
    if mask.mean() > 0.6:
        raise Refused(prepared.FULL)
    return mask


def _is_dot(inside: np.ndarray, picture: tuple[int, ...]) -> bool:
    """One round spot: as wide as it is long, or too small to be anything. `inside` is the ink's depth, cropped."""
    longest = max(inside.shape)
    return longest < max(4, 0.04 * min(picture)) or 2.0 * float(inside.max()) - 1.0 > 0.7 * longest


def _centred_by_mass(inner: np.ndarray) -> np.ndarray:
    """The digit (at most 20×20, 0 to 1) in 28×28 with its centre of mass in the middle, as MNIST was made."""
    centre = ndimage.center_of_mass(inner)
    top, left = (min(max(round(14 - at), 0), 28 - extent) for at, extent in zip(centre, inner.shape, strict=True))
    canvas = np.zeros((28, 28), np.uint8)
    canvas[top : top + inner.shape[0], left : left + inner.shape[1]] = np.rint(inner * 255)
    return canvas


def _within(width: float, limits: tuple[float, float]) -> float:
    return min(max(width, limits[0]), limits[1])


def _block_counts(depth: np.ndarray, width: float) -> np.ndarray:
    """The digit as `digits` has it: a 32×32 bitmap, counted in 4×4 blocks: (8, 8) from 0 to 16."""
    inner = strokes.fit_strokes(depth, 32, width * 32 / 20) > 0.5
    bitmap = np.zeros((32, 32), bool)
    top, left = ((32 - extent) // 2 for extent in inner.shape)
    bitmap[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    return bitmap.reshape(8, 4, 8, 4).sum(axis=(1, 3)).astype(np.float32)
