"""The preparation of a picture drawn step by step, for people who wonder why it was classified as it was."""

import math

import numpy as np
from PIL import Image

from cnn_builder.data.drawings import ink, strokes
from cnn_builder.data.drawings.prepared import PreparationStep
from cnn_builder.data.drawings.slant import slant

SIDE = 96  # pixels of a step's longer side, at most
RED = (232, 76, 61)


def figure_steps(
    image: np.ndarray, mask: np.ndarray, own: np.ndarray, widths: tuple[float, float], result: np.ndarray
) -> tuple[PreparationStep, ...]:
    """The way from a picture to the (28, 28) input of a digit's network.

    `mask` is where ink was found, `own` the figure cropped and perhaps set upright, `widths` the strokes' width before
    and after, in pixels of the 20×20 box.
    """
    rows, columns = place = ink.bounding_box(mask)
    height, width = rows.stop - rows.start, columns.stop - columns.start
    inside = strokes.depth(own)
    before, after = widths
    kept = abs(before - after) < 0.05
    found = float(mask.mean())
    leant = not np.array_equal(own, mask[place])
    return (
        PreparationStep("Picture", _size_and_scale(image.shape, mask.shape), small(image)),
        PreparationStep("Ink found", f"{100 * found:.0f} % of the picture; specks are removed.", small(_grey(mask))),
        PreparationStep("Bounding box", f"{width}×{height} pixels.", _outlined(mask, place)),
        *([PreparationStep("Slant", _turned(mask[place], own), small(_grey(_in_square(own))))] if leant else []),
        PreparationStep("Scale", "The longer side becomes 20 pixels.", _in_box(strokes.fit_strokes(inside, 20, None))),
        PreparationStep(
            "Stroke width",
            f"{after:.1f} pixels, unchanged."
            if kept
            else f"From {before:.1f} to {after:.1f} pixels, as in the training images.",
            _in_box(strokes.fit_strokes(inside, 20, after)),
        ),
        PreparationStep("Centre of mass", "Moved to the centre of 28×28 pixels.", crossed(result)),
        PreparationStep("Input", "The image given to the network.", result),
    )


def object_steps(
    image: np.ndarray, shown: np.ndarray, place: tuple[slice, slice], result: np.ndarray
) -> tuple[PreparationStep, ...]:
    """The way of a picture of a thing; `place` is the part of `shown` that is kept."""
    rows, columns = place
    size = f"{columns.stop - columns.start}×{rows.stop - rows.start}"
    return (
        PreparationStep("Picture", _size_and_scale(image.shape, shown.shape), small(image)),
        PreparationStep("Bounding box", f"{size} pixels.", _outlined(shown, place)),
        PreparationStep("Input", f"Resized to {result.shape[1]}×{result.shape[0]}.", result.squeeze()),
    )


def _turned(before: np.ndarray, after: np.ndarray) -> str:
    degrees = [abs(round(math.degrees(math.atan(slant(each))))) for each in (before, after)]
    return f"From {degrees[0]}° to {degrees[1]}°, as in most of the training images."


def _size_and_scale(image: tuple[int, ...], used: tuple[int, ...]) -> str:
    """The size of a picture, and the one at which it is measured: shapes are (height, width) or (…, channels)."""
    own = f"{image[1]}×{image[0]} pixels"
    if image[:2] == used[:2]:
        return f"{own}."
    return f"{own}, {'enlarged' if used[0] > image[0] else 'reduced'} to {used[1]}×{used[0]} to find the ink."


def small(image: np.ndarray) -> np.ndarray:
    """The picture with at most SIDE pixels a side, grey or colour."""
    if image.ndim == 3 and image.shape[2] != 3:
        image = ink.on_white(image)
    scale = min(1.0, SIDE / max(image.shape[:2]))
    height, width = (max(1, round(extent * scale)) for extent in image.shape[:2])
    return np.asarray(Image.fromarray(image).resize((width, height), Image.Resampling.BOX))


def _grey(values: np.ndarray) -> np.ndarray:
    """0 to 1, or False and True, as black to white."""
    return np.rint(np.asarray(values, np.float32) * 255).astype(np.uint8)


def _in_box(drawn: np.ndarray) -> np.ndarray:
    """At most 20×20, in the middle of the box it is fitted into."""
    box = np.zeros((20, 20), np.uint8)
    top, left = ((20 - extent) // 2 for extent in drawn.shape)
    box[top : top + drawn.shape[0], left : left + drawn.shape[1]] = _grey(drawn)
    return box


def _in_square(own: np.ndarray) -> np.ndarray:
    """The cropped ink, in the middle of a square a little larger than it is."""
    side = round(1.2 * max(own.shape))
    square = np.zeros((side, side), own.dtype)
    top, left = ((side - extent) // 2 for extent in own.shape)
    square[top : top + own.shape[0], left : left + own.shape[1]] = own
    return square


def _outlined(shown: np.ndarray, place: tuple[slice, slice]) -> np.ndarray:
    picture = small(_grey(shown) if shown.dtype == bool else shown)
    colours = ink.on_white(picture).copy()
    scale = colours.shape[0] / shown.shape[0], colours.shape[1] / shown.shape[1]
    top, left = (int(part.start * by) for part, by in zip(place, scale, strict=True))
    bottom, right = (int(np.ceil(part.stop * by)) - 1 for part, by in zip(place, scale, strict=True))
    bottom, right = min(bottom, colours.shape[0] - 1), min(right, colours.shape[1] - 1)
    colours[[top, bottom], left : right + 1] = RED
    colours[top : bottom + 1, [left, right]] = RED
    return colours


def crossed(result: np.ndarray) -> np.ndarray:
    """The input with a thin cross through its middle."""
    colours = np.repeat(np.kron(result, np.ones((4, 4), np.uint8))[..., np.newaxis], 3, axis=2)
    middle = colours.shape[0] // 2
    colours[middle] = np.maximum(colours[middle] // 2, RED)
    colours[:, middle] = np.maximum(colours[:, middle] // 2, RED)
    return colours
