"""The input against the data set, nothing to train, strides that jump over the map."""

from __future__ import annotations

from collections.abc import Iterator

from cnn_builder.architecture.architecture import Architecture, InputShape
from cnn_builder.architecture.layers.base import times
from cnn_builder.architecture.layers.rescaling import Rescaling
from cnn_builder.architecture.notices.notice import Notice, Seen, place
from cnn_builder.architecture.notices.size import idle_places
from cnn_builder.architecture.repair import Repair, repairs

SMALL_SCALE = 0.01
"""Of a Rescaling; code for images of 0…255 has 1/255."""


def input_shape(seen: Seen) -> Iterator[Notice]:
    """The input is not of the shape of the data set's images."""
    is_shape, wanted = seen.architecture.input_shape, seen.data_shape
    if wanted is not None and is_shape != wanted:
        message = f"The input is {times(is_shape)}, but the data set's images are {times(wanted)}."
        yield Notice("input_shape", None, message, _with_input(seen.architecture, wanted), blocks_training=True)


def _with_input(architecture: Architecture, shape: InputShape) -> Repair:
    """Another input; where the stack no longer fits then, mended by its first repair."""
    title, changed = f"Set the input to {times(shape)}", architecture.with_input_shape(shape)
    first = next(iter(repairs(changed)), None)
    return Repair(title, changed) if first is None else Repair(f"{title}, and: {first.title}", first.architecture)


def rescaled_again(seen: Seen) -> Iterator[Notice]:
    """Pixels made 0…1, as code for images of 0…255 begins; here they are so already."""
    for index, layer in enumerate(seen.layers):
        if not isinstance(layer, Rescaling):
            if layer.category != "Augmentation":
                return
        elif 0 < abs(layer.scale) <= SMALL_SCALE:
            message = (
                f"{place(index, layer)} makes pixels {1 / abs(layer.scale):,.0f} times smaller, but images come as "
                "0…1 already: numbers so small hardly train."
            )
            yield Notice(
                "rescaled_again", index, message, Repair(f"Remove {layer.type}", seen.architecture.remove(index))
            )


def no_weights(seen: Seen) -> Iterator[Notice]:
    """There is nothing that training could change."""
    if not seen.traced.trainable_params:
        message = "Nothing in this network can be trained. Add a layer with weights: a Conv2D or a Dense."
        yield Notice("no_weights", None, message, blocks_training=True)


def strides(seen: Seen) -> Iterator[Notice]:
    """Layers whose own rule warns, such as a stride larger than the map."""
    for row in seen.traced.rows:
        # Of a pool that has nothing left to pool, that is what is told.
        if row.warning and row.index not in idle_places(seen):
            yield Notice("stride", row.index, f"Layer {row.index + 1}: {row.warning}")
