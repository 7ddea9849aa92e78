"""The augmentation layers on images, float32 (n, height, width, channels), each with values drawn by chance.

Keras draws the values and applies them in one call; here they are two, so that the same chance can be shown while a
setting changes. What is drawn, and what it does, is that of Keras' layers (Keras 3.15).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnn_builder.architecture import Layer
from cnn_builder.data.augmentation.projection import projected

CHANCES = 6
"""Numbers of chance that a layer takes for an image, at most."""
DrawnValues = np.ndarray
"""What was drawn for each image: float (n, values)."""


@dataclass(frozen=True)
class Augmenter:
    """How a layer type works.

    draw: its values from numbers of chance, (n, CHANCES) from 0 to 1, for images of this height and width.
    apply: the images changed by these values.
    """

    draw: Callable[[Any, np.ndarray, int, int], DrawnValues]
    apply: Callable[[Any, np.ndarray, DrawnValues], np.ndarray]


def _between(bounds: tuple[float, float], chance: np.ndarray) -> np.ndarray:
    low, high = bounds
    return low + (high - low) * chance


def _draw_flip(layer: Any, chance: np.ndarray, height: int, width: int) -> DrawnValues:
    return chance[:, :1] <= 0.5


def _flip(layer: Any, images: np.ndarray, drawn: DrawnValues) -> np.ndarray:
    axes = tuple(axis for axis, name in ((1, "vertical"), (2, "horizontal")) if name in layer.mode)
    return np.where(drawn[:, :, np.newaxis, np.newaxis], np.flip(images, axes), images)


def _draw_angle(layer: Any, chance: np.ndarray, height: int, width: int) -> DrawnValues:
    """Degrees."""
    return 360 * _between(layer.factor, chance[:, :1])


def _rotate(layer: Any, images: np.ndarray, drawn: DrawnValues) -> np.ndarray:
    angle = np.radians(drawn[:, 0])
    cos, sin = np.cos(angle), np.sin(angle)
    down, across = ((side - 1) / 2 for side in images.shape[1:3])
    matrices = [
        *(cos, -sin, across - across * cos + down * sin),
        *(sin, cos, down - across * sin - down * cos),
    ]
    return _project(layer, images, np.stack(matrices, axis=1))


def _draw_shift(layer: Any, chance: np.ndarray, height: int, width: int) -> DrawnValues:
    """Pixels to the right and down."""
    down, across = _between(layer.height_factor, chance[:, 0]), _between(layer.width_factor, chance[:, 1])
    return np.stack([across * width, down * height], axis=1)


def _translate(layer: Any, images: np.ndarray, drawn: DrawnValues) -> np.ndarray:
    one, nothing = np.ones(len(images)), np.zeros(len(images))
    matrices = [one, nothing, -drawn[:, 0], nothing, one, -drawn[:, 1]]
    return _project(layer, images, np.stack(matrices, axis=1))


def _draw_zoom(layer: Any, chance: np.ndarray, height: int, width: int) -> DrawnValues:
    """How many times as wide and as high the part is that fills the image."""
    high = 1 + _between(layer.height_factor, chance[:, 0])
    wide = high if layer.width_factor is None else 1 + _between(layer.width_factor, chance[:, 1])
    return np.stack([wide, high], axis=1)


def _zoom(layer: Any, images: np.ndarray, drawn: DrawnValues) -> np.ndarray:
    (wide, high), nothing = drawn.T, np.zeros(len(images))
    down, across = ((side - 1) / 2 for side in images.shape[1:3])
    matrices = [wide, nothing, across * (1 - wide), nothing, high, down * (1 - high)]
    return _project(layer, images, np.stack(matrices, axis=1))


def _draw_contrast(layer: Any, chance: np.ndarray, height: int, width: int) -> DrawnValues:
    weaker, stronger = layer.factor
    return _between((1 - weaker, 1 + stronger), chance[:, :1])


def _contrast(layer: Any, images: np.ndarray, drawn: DrawnValues) -> np.ndarray:
    mean = images.mean(axis=(1, 2), keepdims=True)
    changed = (images - mean) * drawn[:, :, np.newaxis, np.newaxis] + mean
    return np.clip(changed, *layer.value_range)


def _draw_rectangle(layer: Any, chance: np.ndarray, height: int, width: int) -> DrawnValues:
    """Whether one is covered, and from where to where, across and down; a side is the root of its scale."""
    covered = chance[:, 5] < _between(layer.factor, chance[:, 4])
    ends = [covered]
    for axis, length in enumerate((width, height)):
        side = length * np.sqrt(_between(layer.scale, chance[:, axis]))
        start = chance[:, 2 + axis] * (length - side)
        ends += [start, start + side]
    return np.stack(ends, axis=1)


def _erase(layer: Any, images: np.ndarray, drawn: DrawnValues) -> np.ndarray:
    covered, left, right, top, bottom = drawn.T[:, :, np.newaxis, np.newaxis]
    rows, columns = np.arange(images.shape[1])[:, np.newaxis], np.arange(images.shape[2])
    inside = (covered > 0) & (columns >= left) & (columns < right) & (rows >= top) & (rows < bottom)
    filled: Any = layer.fill_value
    if filled is None:
        filled = np.random.default_rng(0).standard_normal(images.shape) * layer.value_range[1]
    return np.where(inside[..., np.newaxis], np.clip(filled, *layer.value_range), images)


def _draw_noise(layer: Any, chance: np.ndarray, height: int, width: int) -> DrawnValues:
    """What each image's noise starts from."""
    return chance[:, :1]


def _add_noise(layer: Any, images: np.ndarray, drawn: DrawnValues) -> np.ndarray:
    seeds = (drawn[:, 0] * 2**32).astype(np.int64).tolist()
    noise = [np.random.default_rng(seed).standard_normal(images.shape[1:]) for seed in seeds]
    return images + layer.stddev * np.stack(noise)


def _project(layer: Any, images: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    return projected(images, matrices, layer.interpolation, layer.fill_mode, layer.fill_value)


AUGMENTERS: dict[str, Augmenter] = {
    "RandomFlip": Augmenter(_draw_flip, _flip),
    "RandomRotation": Augmenter(_draw_angle, _rotate),
    "RandomTranslation": Augmenter(_draw_shift, _translate),
    "RandomZoom": Augmenter(_draw_zoom, _zoom),
    "RandomContrast": Augmenter(_draw_contrast, _contrast),
    "RandomErasing": Augmenter(_draw_rectangle, _erase),
    "GaussianNoise": Augmenter(_draw_noise, _add_noise),
}
"""By the layer's type."""


def changed_by(layer: Layer, images: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """The images as the augmentation makes them, with numbers of chance, (n, CHANCES) from 0 to 1, of their own."""
    augmenter = AUGMENTERS[layer.type]
    drawn = augmenter.draw(layer, chance, *images.shape[1:3])
    return np.asarray(augmenter.apply(layer, images, drawn), np.float32)
