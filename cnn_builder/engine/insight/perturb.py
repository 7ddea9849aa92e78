"""Images shifted, turned, scaled, with other strokes, noise, contrast, or a part covered: uint8 in, uint8 out.

Each function takes images (n, height, width, channels), the level, and of each image the way to go, (n,) int from 0.
"""

from collections.abc import Callable
from math import prod

import numpy as np

from cnn_builder.runs.robustness.perturbations import SEED

DIRECTIONS = np.array([(0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1)])
"""Rows and columns of one step in each of the eight directions."""
MOST_AT_ONCE = 4_000_000
"""Numbers that are changed at once: as floats and their copies they take some 100 MB."""
PLACES = 5
"""A covered square stands at one of 5 × 5 evenly spread places."""


def perturbed(key: str, images: np.ndarray, level: float, ways: np.ndarray, light: bool = False) -> np.ndarray:
    """The images changed by one of `FUNCTIONS`; `light`: they are dark on light, which strokes have to know."""
    size = max(MOST_AT_ONCE // prod(images.shape[1:]), 1)
    parts = []
    for start in range(0, len(images), size):
        part = slice(start, start + size)
        if key == "thickness":
            parts.append(thickness(images[part], level, light))
        else:
            parts.append(FUNCTIONS[key](images[part], level, ways[part]))
    return np.concatenate(parts)


def background(images: np.ndarray) -> np.ndarray:
    """What "nothing there" looks like: the median of each image's border, float32 (n, 1, 1, channels)."""
    edges = [images[:, 0], images[:, -1], images[:, 1:-1, 0], images[:, 1:-1, -1]]
    medians = np.median(np.concatenate(edges, axis=1), axis=1)
    return np.asarray(medians, np.float32)[:, np.newaxis, np.newaxis, :]


def shift(images: np.ndarray, level: float, ways: np.ndarray) -> np.ndarray:
    """Moved by `level` pixels in one of the eight directions."""
    height, width = images.shape[1:3]
    rows, columns = np.mgrid[:height, :width].astype(np.float64)
    result = np.empty_like(images)
    for way, (down, right) in enumerate(DIRECTIONS):
        chosen = ways == way
        result[chosen] = _sampled(images[chosen], rows - level * down, columns - level * right)
    return result


def rotation(images: np.ndarray, level: float, ways: np.ndarray) -> np.ndarray:
    """Turned counter-clockwise around the centre by `level` degrees."""
    # Rows count downwards: a positive angle, as people see it, turns the other way in (row, column).
    cosine, sine = np.cos(np.deg2rad(level)), np.sin(np.deg2rad(level))
    height, width = images.shape[1:3]
    rows, columns = np.mgrid[:height, :width].astype(np.float64)
    down, right = rows - (height - 1) / 2, columns - (width - 1) / 2
    rows = cosine * down + sine * right + (height - 1) / 2
    return _sampled(images, rows, cosine * right - sine * down + (width - 1) / 2)


def scale(images: np.ndarray, level: float, ways: np.ndarray) -> np.ndarray:
    """`level` times as large, around the centre. A smaller one is averaged first, so that thin strokes stay."""
    ground = background(images)
    height, width = images.shape[1:3]
    across = np.einsum("ik,nklc->nilc", _scaling(height, level), images - ground, optimize=True)
    return _whole(np.einsum("jl,nilc->nijc", _scaling(width, level), across, optimize=True) + ground)


def thickness(images: np.ndarray, level: float, light: bool = False) -> np.ndarray:
    """Strokes `level` pixels thicker on each side, thinner where it is below 0.

    Each whole pixel is a grey dilation or erosion with a cross and a square in turn, which is nearly a disc; of a
    fraction, that share of the next one: an edge pixel then holds so much of the stroke as it covers.
    """
    strokes = 255 - images if light else images
    extreme = np.maximum if level > 0 else np.minimum
    whole, fraction = divmod(abs(level), 1)
    values = strokes.astype(np.float32)
    for number in range(int(whole)):
        values = _spread(values, extreme, square=number % 2 == 1)
    if fraction:
        values += np.float32(fraction) * (_spread(values, extreme, square=int(whole) % 2 == 1) - values)
    result = _whole(values)
    return 255 - result if light else result


def noise(images: np.ndarray, level: float, ways: np.ndarray) -> np.ndarray:
    """With Gaussian noise, its standard deviation `level` per cent of 255; a way is a pattern, the same at all levels.

    Every channel has noise of its own.
    """
    shape = images.shape[1:]
    patterns = np.stack([np.random.default_rng([SEED, int(way)]).standard_normal(shape, np.float32) for way in ways])
    return _whole(images + 2.55 * level * patterns)


def contrast(images: np.ndarray, level: float, ways: np.ndarray) -> np.ndarray:
    """(x − mean) · `level` + mean in each channel, as Keras' contrast layer does it."""
    means = images.mean(axis=(1, 2), keepdims=True)
    return _whole((images - means) * level + means)


def occlusion(images: np.ndarray, level: float, ways: np.ndarray) -> np.ndarray:
    """A square with sides of `level` pixels covered with the colour of the border, at one of 25 places."""
    height, width = images.shape[1:3]
    side, result = round(level), images.copy()
    covers = _whole(background(images))[:, 0, 0]
    for image, way, cover in zip(result, ways, covers, strict=True):
        row, column = divmod(int(way), PLACES)
        top = round((height - side) * row / (PLACES - 1))
        left = round((width - side) * column / (PLACES - 1))
        image[top : top + side, left : left + side] = cover
    return result


FUNCTIONS: dict[str, Callable[[np.ndarray, float, np.ndarray], np.ndarray]] = {
    "shift": shift,
    "rotation": rotation,
    "scale": scale,
    "noise": noise,
    "contrast": contrast,
    "occlusion": occlusion,
}


def _whole(values: np.ndarray) -> np.ndarray:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def _scaling(size: int, level: float) -> np.ndarray:
    """What each of `size` new pixels (rows) takes of each old one (columns), float32: bilinear interpolation.

    Of a smaller image it is the mean of it over points within the new pixel, which covers several old ones.
    """
    points = 1 if level >= 1 else 8
    offsets = (np.arange(points) + 0.5) / points - 0.5
    centre = (size - 1) / 2
    places = (np.arange(size)[:, np.newaxis] - centre + offsets) / level + centre
    nearness = 1 - np.abs(places[:, :, np.newaxis] - np.arange(size))
    return np.asarray(np.maximum(nearness, 0).mean(axis=1), np.float32)


def _sampled(images: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Between the four pixels around each place (row, column), bilinear; beyond the edge is the background.

    `rows` and `columns` (height, width) hold for all images, so that each corner is one gather for all of them.
    """
    height, width = images.shape[1:3]
    ground = background(images)
    # What is beyond the edge is a frame of zeros when the background is taken off.
    padded = np.pad(images - ground, ((0, 0), (1, 1), (1, 1), (0, 0)))
    rows, columns = np.clip(rows, -1, height) + 1, np.clip(columns, -1, width) + 1
    top, left = np.minimum(np.floor(rows).astype(int), height), np.minimum(np.floor(columns).astype(int), width)
    down, right = (rows - top).astype(np.float32), (columns - left).astype(np.float32)
    total = np.zeros(images.shape, np.float32)
    for below, share in ((0, 1 - down), (1, down)):
        for beside, part in ((0, 1 - right), (1, right)):
            total += (share * part)[np.newaxis, :, :, np.newaxis] * padded[:, top + below, left + beside]
    return _whole(total + ground)


def _spread(values: np.ndarray, extreme: Callable[..., np.ndarray], square: bool) -> np.ndarray:
    """The extreme of each pixel and its four neighbours, or its eight: beyond the edge is the nearest pixel."""
    padded = np.pad(values, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    height, width = values.shape[1:3]
    result = values
    for row in range(3):
        for column in range(3):
            if square or row == 1 or column == 1:
                result = extreme(result, padded[:, row : row + height, column : column + width])
    return result
