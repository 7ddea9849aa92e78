"""The input against the data set, nothing to train, strides that jump over the map."""

from __future__ import annotations

from collections.abc import Iterator

from cnn_builder.architecture.architecture import Architecture, InputShape
from cnn_builder.architecture.input_shapes import input_words, is_view, view_like
from cnn_builder.architecture.layers.base import times
from cnn_builder.architecture.layers.rescaling import Rescaling
from cnn_builder.architecture.layers.reshape import Reshape
from cnn_builder.architecture.notices.notice import CheckedNetwork, Notice, layer_place
from cnn_builder.architecture.notices.size import idle_places
from cnn_builder.architecture.repair import Repair, repairs

SMALL_SCALE = 0.01
"""Of a Rescaling; code for images of 0…255 has 1/255."""


def input_shape(seen: CheckedNetwork) -> Iterator[Notice]:
    """The input does not take the data set's images, in any view of them."""
    is_shape, image = seen.architecture.input_shape, seen.data_shape
    if image is not None and not is_view(image, is_shape):
        message = f"The input is {input_words(is_shape)}, but the data set's images are {times(image)}."
        fix = _with_input(seen.architecture, view_like(image, is_shape))
        yield Notice("input_shape", None, message, fix, blocks_training=True)


def input_view(seen: CheckedNetwork) -> Iterator[Notice]:
    """The input takes the data set's images in another shape than they have."""
    shape, image = seen.architecture.input_shape, seen.data_shape
    if image is None or shape == image or not is_view(image, shape):
        return
    how = "laid out row by row" if len(shape) == 1 else "without their channel axis"
    message = f"The data set's images of {times(image)} reach this network as {input_words(shape)}, {how}."
    yield Notice("input_view", None, message, hint=True)


def _with_input(architecture: Architecture, shape: InputShape) -> Repair:
    """Another input; where the stack no longer fits then, mended by its first repair."""
    title, changed = f"Set the input to {input_words(shape)}", architecture.with_input_shape(shape)
    first = next(iter(repairs(changed)), None)
    return Repair(title, changed) if first is None else Repair(f"{title}, and: {first.title}", first.architecture)


def rescaled_again(seen: CheckedNetwork) -> Iterator[Notice]:
    """Pixels made 0…1, as code for images of 0…255 begins; here they are so already."""
    for index, layer in enumerate(seen.layers):
        if not isinstance(layer, Rescaling):
            if layer.category != "Augmentation" and not isinstance(layer, Reshape):
                return
        elif 0 < abs(layer.scale) <= SMALL_SCALE:
            message = (
                f"{layer_place(index, layer)} makes pixels {1 / abs(layer.scale):,.0f} times smaller, but images come "
                "as 0…1 already: numbers so small hardly train."
            )
            yield Notice(
                "rescaled_again", index, message, Repair(f"Remove {layer.type}", seen.architecture.remove(index))
            )


def no_weights(seen: CheckedNetwork) -> Iterator[Notice]:
    """There is nothing that training could change."""
    if not seen.traced.trainable_params:
        message = "Nothing in this network can be trained. Add a layer with weights: a Conv2D or a Dense."
        yield Notice("no_weights", None, message, blocks_training=True)


def strides(seen: CheckedNetwork) -> Iterator[Notice]:
    """Layers whose own rule warns, such as a stride larger than the map."""
    for row in seen.traced.rows:
        # Of a pool that has nothing left to pool, that is what is told.
        if row.warning and row.index not in idle_places(seen):
            yield Notice("stride", row.index, f"Layer {row.index + 1}: {row.warning}")
