"""The kinds of input a network can have, and which of them hold the pixels of an image.

An image is (height, width, channels). A network takes it as it is, grey without its channel axis (height, width), or
laid out as (features,), row by row, channels last: the same numbers in the same order, another view of them.
"""

from __future__ import annotations

from math import isqrt, prod

from cnn_builder.architecture.layers.base import Shape, times


def views(image: Shape) -> tuple[Shape, ...]:
    """The input shapes that take an image (height, width, channels), itself first."""
    grey = (image[:2],) if image[2] == 1 else ()
    return image, *grey, (prod(image),)


def is_view(image: Shape, input_shape: Shape) -> bool:
    """Whether a network with this input takes images (height, width, channels) of that shape."""
    return len(image) == 3 and input_shape in views(image)


def view_like(image: Shape, input_shape: Shape) -> Shape:
    """The input for such images that is of the same kind as ``input_shape``; the image's own where there is none."""
    return next((view for view in views(image) if len(view) == len(input_shape)), image)


def image_shape(input_shape: Shape) -> tuple[int, int, int]:
    """(height, width, channels) of an image that the input takes; of features, one row of grey pixels."""
    match input_shape:
        case (height, width, channels):
            return height, width, channels
        case (height, width):
            return height, width, 1
    return 1, input_shape[0], 1


def square_image(features: int) -> Shape | None:
    """The square image that a vector of so many numbers can be: grey, else in three colours, else None."""
    for channels in (1, 3):
        side = isqrt(features // channels)
        if side > 1 and side * side * channels == features:
            return side, side, channels
    return None


def converted(input_shape: Shape, axes: int, image: Shape | None = None) -> Shape:
    """An input of another kind, with so many axes, that holds the same pixels where there is one.

    Where there is none, as for colour without a channel axis, it keeps height and width. Features that are no square
    become ``image`` (height, width, channels), the data set's, or else one row.
    """
    if len(input_shape) == axes:
        return input_shape
    if len(input_shape) == 1:
        known = image is not None and prod(image) == input_shape[0]
        found = (image if known else square_image(input_shape[0]) or image) or (1, *input_shape, 1)
        return found[:axes]
    return (prod(input_shape),) if axes == 1 else (*input_shape, 1)[:axes]


def input_words(input_shape: Shape) -> str:
    """``28×28×1``, ``28×28`` or ``784 numbers``, for people."""
    return times(input_shape) if len(input_shape) > 1 else f"{input_shape[0]:,} number{'s' * (input_shape[0] > 1)}"
