"""Finding the ink of a drawing or photo: which side is the background, where is the ink, what is only dirt."""

import numpy as np
from PIL import Image
from scipy import ndimage

from cnn_builder.data.drawings import illumination, prepared
from cnn_builder.data.drawings.prepared import Ink

WORK_SIDE = 280
MIN_CONTRAST = 24.0
EIGHT = np.ones((3, 3), bool)
"""Pixels touch at their corners too."""
_ALONG = 0.6  # of a side
_LEAST, _MOST = 0.002, 0.5  # of the picture: less or more is no figure
_SPECK = 0.04  # of the largest piece's area; the flag of a "5" or a broken stroke is larger


def on_white(image: np.ndarray) -> np.ndarray:
    """(height, width) or (height, width, 1, 3 or 4) uint8 -> (height, width, 3) uint8, what is clear made white."""
    if image.ndim == 2:
        image = image[..., np.newaxis]
    if image.shape[2] == 4:
        alpha = image[..., 3:].astype(np.float32) / 255
        return np.rint(image[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    return image if image.shape[2] == 3 else np.repeat(image, 3, axis=2)


def to_grey(image: np.ndarray) -> np.ndarray:
    """(height, width) or (height, width, 1, 3 or 4) uint8 -> (height, width) float32 from 0 to 255.

    Brightness by ITU-R BT.601.
    """
    if image.ndim == 2:
        return image.astype(np.float32)
    return on_white(image) @ np.array([0.299, 0.587, 0.114], np.float32)


def work_size(grey: np.ndarray) -> np.ndarray:
    """The picture with its longer side WORK_SIDE, or nearly: shapes are measured there, and steps cost the same.

    Small pictures are enlarged too: their grey edges say where, within a pixel, the ink ends.
    """
    scale = WORK_SIDE / max(grey.shape)
    if 0.5 <= scale <= 1:
        return grey
    how = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    width, height = (max(1, round(extent * scale)) for extent in grey.shape[::-1])
    return np.clip(np.asarray(Image.fromarray(grey).resize((width, height), how)), 0, 255)


def border(grey: np.ndarray) -> np.ndarray:
    """The pixels of the outermost frame, 2 % of the side wide."""
    edge = max(1, min(grey.shape) // 50)
    return np.concatenate([part.ravel() for part in (grey[:edge], grey[-edge:], grey[:, :edge], grey[:, -edge:])])


def bright_ink(grey: np.ndarray, ink: Ink | None = None) -> np.ndarray:
    """The picture with ink bright and background about 0; the background is what the border shows.

    Where `ink` is not known it may be a photo: uneven light is taken out.
    """
    frame = border(grey)
    if ink is None and illumination.is_uneven(grey, frame):
        return _evened(grey)
    background = float(np.median(frame))
    if ink is None:
        ink = "dark" if background - grey.min() > grey.max() - background else "bright"
    return np.clip(background - grey if ink == "dark" else grey - background, 0, 255)


def _evened(grey: np.ndarray) -> np.ndarray:
    """Ink in uneven light. What the light leaves behind reaches the border; a figure rarely does."""
    best, least = np.zeros_like(grey), 2.0
    for found in illumination.evened(grey):
        if found.max() < MIN_CONTRAST:
            continue
        reaching = float(np.mean(border(ink_mask(found))))
        if reaching < least:
            best, least = found, reaching
        if least < 0.005:
            break
    return best


def otsu(values: np.ndarray) -> float:
    """The threshold that parts 0 to 255 into two classes with the least variance within them.

    N. Otsu, "A threshold selection method from gray-level histograms", IEEE Trans. SMC 9 (1979).
    """
    histogram = np.bincount(np.clip(values, 0, 255).astype(np.uint8).ravel(), minlength=256)
    centres = np.arange(256) + 0.5
    below = np.cumsum(histogram)
    above = below[-1] - below
    sums = np.cumsum(histogram * centres)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    best = np.nan_to_num(between, nan=-1.0)
    # Between two far peaks many thresholds are equally good: take the middle one.
    ties = np.flatnonzero(best >= best.max() - 1e-9 * abs(best.max()))
    return float(int(ties.mean()) + 1)


def edges(mask: np.ndarray) -> np.ndarray:
    """The pieces that lie along a side of the picture: a table below the paper, a scanner's edge."""
    pieces, count = ndimage.label(mask, structure=EIGHT)
    along = np.zeros(count + 1, bool)
    for side in (pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]):
        along |= np.bincount(side, minlength=count + 1) > _ALONG * len(side)
    along[0] = False
    return np.asarray(along[pieces])


def ink_mask(bright: np.ndarray) -> np.ndarray:
    """Where the ink of a photo is; what lies along its sides is left out, if there is ink besides."""
    found = bright >= otsu(bright)
    beside = edges(found)
    if not beside.any():
        return found
    # Anew without it: a table is darker than any pen, and would set the threshold.
    rest = ~ndimage.binary_dilation(beside, iterations=4)
    values = bright[rest]
    if not values.size or ndimage.gaussian_filter(np.where(rest, bright, 0), 1.5).max() < MIN_CONTRAST:
        return found
    inner = rest & (bright >= otsu(values))
    return inner if _LEAST <= inner.mean() <= _MOST else found


def within(mask: np.ndarray) -> np.ndarray:
    """The ink without pieces at the picture's border, if its largest piece is not one: shadows end there."""
    pieces, count = ndimage.label(mask, structure=EIGHT)
    if count <= 1:
        return mask
    reaching = np.zeros(count + 1, bool)
    for side in (pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]):
        reaching[side] = True
    largest = int(np.bincount(pieces.ravel())[1:].argmax()) + 1
    return mask if reaching[largest] else np.asarray(mask & ~reaching[pieces])


def without_specks(mask: np.ndarray) -> np.ndarray:
    """The pieces of ink (8-connected) that are not tiny beside the largest."""
    pieces, count = ndimage.label(mask, structure=EIGHT)
    if count <= 1:
        return mask
    areas = np.bincount(pieces.ravel())
    areas[0] = 0
    return np.asarray((areas >= _SPECK * areas.max())[pieces] & mask)


def bounding_box(mask: np.ndarray) -> tuple[slice, slice]:
    """The smallest rows and columns that hold all True pixels; the mask must have some."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def place_warnings(mask: np.ndarray) -> tuple[str, ...]:
    """Off-centre by more than a fifth of the side, or less than a quarter of it in size."""
    rows, columns = bounding_box(mask)
    side = min(mask.shape)
    down = abs((rows.start + rows.stop - mask.shape[0]) / 2)
    right = abs((columns.start + columns.stop - mask.shape[1]) / 2)
    off_centre = max(down, right) > 0.2 * side
    tiny = max(rows.stop - rows.start, columns.stop - columns.start) < 0.25 * side
    return (prepared.OFF_CENTRE,) * off_centre + (prepared.TINY,) * tiny
