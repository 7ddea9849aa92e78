"""Copies of one image as the augmentations at the beginning of a network make them in training."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnn_builder.architecture import Architecture, Layer, trace
from cnn_builder.architecture.layers.rescaling import Rescaling
from cnn_builder.architecture.layers.reshape import Reshape
from cnn_builder.data.augmentation.layers import AUGMENTERS, CHANCES, changed_by

COPIES = 8


@dataclass(frozen=True)
class PreviewLayers:
    """The layers before which an image is still one, to the last augmentation.

    Args:
        layers: with the shapes of what they give.
        places: those that change the image by chance, from 0: augmentations, and noise.
        hidden: places of the augmentations that stand too late to be shown.
    """

    layers: tuple[tuple[Layer, tuple[int, ...]], ...]
    places: tuple[int, ...]
    hidden: tuple[int, ...]

    @classmethod
    def of(cls, architecture: Architecture) -> "PreviewLayers":
        """Those of a network; layers that do not fit, and what follows them, are none."""
        rows = trace(architecture).rows
        augmentations = [row.index for row in rows if architecture.layers[row.index].category == "Augmentation"]
        shown: list[int] = []
        for row in rows:
            layer = architecture.layers[row.index]
            if not isinstance(layer, Rescaling | Reshape) and layer.type not in AUGMENTERS:
                break
            if isinstance(layer, Rescaling) and layer.scale == 0:
                break  # nothing is left to be seen
            if layer.type in AUGMENTERS and len(row.output_shape) == 3 and row.output_shape[-1] in (1, 3):
                shown.append(row.index)
        end = shown[-1] + 1 if shown else 0
        layers = tuple((architecture.layers[row.index], row.output_shape) for row in rows[:end])
        return cls(layers, tuple(shown), tuple(place for place in augmentations if place not in shown))


def augmented(preview: PreviewLayers, image: np.ndarray, seed: int, copies: int = COPIES) -> np.ndarray:
    """Copies of an image, uint8 (height, width, channels), each by chance of its own: uint8, (copies, …).

    The chance of a copy depends on the seed and the layer's place alone: when a setting changes, each copy changes as
    little as it can. Rescaling is undone at the end, so that the copies are seen as the image is.
    """
    shape = image.shape
    pixels = np.repeat(image[np.newaxis].astype(np.float32) / 255, copies, axis=0)
    scale, offset = 1.0, 0.0
    for place, (layer, output) in enumerate(preview.layers):
        if isinstance(layer, Rescaling):
            pixels = pixels * np.float32(layer.scale) + np.float32(layer.offset)
            scale, offset = scale * layer.scale, offset * layer.scale + layer.offset
        elif isinstance(layer, Reshape):
            pixels = pixels.reshape(copies, *output)
        else:
            pixels = pixels.reshape(copies, *output)
            pixels = changed_by(layer, pixels, np.random.default_rng([seed, place]).random((copies, CHANCES)))
    seen = np.clip((pixels - offset) / scale, 0, 1)
    last = preview.layers[-1][1] if preview.layers else shape
    return np.rint(255 * seen).astype(np.uint8).reshape(copies, *last)


def layer_numbers(places: Sequence[int]) -> str:
    """Layers by their numbers, which count from 1: "layer 2", "layers 2 and 3"."""
    numbers = [str(place + 1) for place in places]
    if len(numbers) == 1:
        return f"layer {numbers[0]}"
    return f"layers {', '.join(numbers[:-1])} and {numbers[-1]}"
