"""Augmentation of anything but the images."""

from __future__ import annotations

from collections.abc import Iterator

from cnn_builder.architecture.layers.base import Layer
from cnn_builder.architecture.layers.rescaling import Rescaling
from cnn_builder.architecture.layers.reshape import Reshape
from cnn_builder.architecture.notices.notice import CheckedNetwork, Notice, layer_place
from cnn_builder.architecture.repair import Repair
from cnn_builder.architecture.trace import trace


def late_augmentation(seen: CheckedNetwork) -> Iterator[Notice]:
    """Layers that vary images, behind layers that have made something else of them. All in one notice."""
    layers = seen.layers
    start = next((index for index, layer in enumerate(layers) if not _on_images(layer)), len(layers))
    late = [index for index in range(start, len(layers)) if layers[index].category == "Augmentation"]
    if not late:
        return
    message = (
        f"{layer_place(late[0], layers[late[0]])} varies a map instead of the image: "
        "augmentation belongs right behind the input, where it makes pictures that could have been taken."
    )
    fixed = seen.architecture
    for moved, index in enumerate(late):
        fixed = fixed.move(index, start + moved)
    what = layers[late[0]].type if len(late) == 1 else f"the {len(late)} layers"
    fix = Repair(f"Move {what} to the input", fixed) if trace(fixed).error is None else None
    yield Notice("augmentation_late", late[0], message, fix)


def _on_images(layer: Layer) -> bool:
    return layer.category == "Augmentation" or isinstance(layer, Rescaling | Reshape)
