"""Which places of a map an output place sees: of its own layer's input, and of the network's image.

A map is (height, width, channels) or, grey without a channel axis, (height, width).

Everything is exact, with padding, strides and dilation, and per axis: a window is the product of its rows and its
columns, so what stacked windows see is one too. Places count from 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnn_builder.architecture.architecture import Architecture
from cnn_builder.architecture.input_shapes import image_shape
from cnn_builder.architecture.layers.base import Layer, Shape
from cnn_builder.architecture.layers.windows import same_padding
from cnn_builder.architecture.trace import Trace, trace


@dataclass(frozen=True)
class Box:
    """A rectangle of pixels: rows ``top`` to ``bottom``, columns ``left`` to ``right``, the ends not included."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def is_empty(self) -> bool:
        """Whether it holds no pixel at all."""
        return self.height <= 0 or self.width <= 0


@dataclass(frozen=True)
class SeenPlaces:
    """The places one output place sees in its layer's input: every row with every column, ascending.

    A place below 0, or not below the input's size, is one of the zeros added around the map.
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]


@dataclass(frozen=True)
class _Axis:
    """How a layer's output places along one axis lie over its input: the taps of o are o·s − zeros + d·i, i < k."""

    size: int
    kernel: int = 1
    stride: int = 1
    dilation: int = 1
    zeros: int = 0
    """Zeros before the first place of the input."""

    def taps(self, place: int) -> range:
        """The places of the input that output ``place`` sees, those outside it included."""
        start = place * self.stride - self.zeros
        return range(start, start + self.kernel * self.dilation, self.dilation)

    def feeding(self, places: Sequence[int]) -> Sequence[int]:
        """The places of the input, inside it, that any of the output ``places`` sees; ascending."""
        if not places:
            return places
        # One unbroken piece, by far the commonest case, needs no look at its places.
        if isinstance(places, range) and self.dilation == 1 and (self.kernel >= self.stride or len(places) == 1):
            return range(max(self.taps(places[0])[0], 0), min(self.taps(places[-1])[-1] + 1, self.size))
        found = sorted({tap for place in places for tap in self.taps(place) if 0 <= tap < self.size})
        unbroken = bool(found) and found[-1] - found[0] + 1 == len(found)
        return range(found[0], found[-1] + 1) if unbroken else found


def places_seen(layer: Layer, input_shape: Shape, row: int, column: int) -> SeenPlaces:
    """What output place (row, column) of ``layer`` sees of its input, a map (height, width, channels).

    Raises ValueError where the layer does not put a map out, or the place is outside it.
    """
    rows, columns = _axes(layer, input_shape, layer.output_shape(input_shape))
    _check_place(layer.output_shape(input_shape), row, column)
    return SeenPlaces(tuple(rows.taps(row)), tuple(columns.taps(column)))


def receptive_field(architecture: Architecture, index: int, row: int, column: int) -> Box:
    """The smallest box that holds every pixel output place (row, column) of layer ``index`` depends on.

    It is clipped to the image, and empty where only zeros are seen. Where the trace has no receptive field, as from
    Flatten or global pooling on, it is the whole image, and row and column are not looked at; an input of features
    counts as one row of pixels.

    Raises ValueError for a layer that is not reached, or a place outside its output.
    """
    walked = trace(architecture)
    height, width, _ = image_shape(architecture.input_shape)
    if not _has_places(walked, index, row, column):
        return Box(0, 0, height, width)
    rows: Sequence[int] = range(row, row + 1)
    columns: Sequence[int] = range(column, column + 1)
    for layer, traced in zip(architecture.layers[index::-1], walked.rows[index::-1], strict=True):
        down, across = _axes(layer, traced.input_shape, traced.output_shape)
        rows, columns = down.feeding(rows), across.feeding(columns)
    if not rows or not columns:
        return Box(0, 0, 0, 0)
    return Box(rows[0], columns[0], rows[-1] + 1, columns[-1] + 1)


def unclipped_field(architecture: Architecture, index: int, row: int, column: int) -> Box:
    """As ``receptive_field``, with the zeros around the image: its size is the trace's receptive field.

    Here every place of every window counts, also those that lie in the padding of a layer on the way.
    """
    walked = trace(architecture)
    height, width, _ = image_shape(architecture.input_shape)
    if not _has_places(walked, index, row, column):
        return Box(0, 0, height, width)
    top, bottom, left, right = row, row, column, column
    for layer, traced in zip(architecture.layers[index::-1], walked.rows[index::-1], strict=True):
        down, across = _axes(layer, traced.input_shape, traced.output_shape)
        top, bottom = down.taps(top)[0], down.taps(bottom)[-1]
        left, right = across.taps(left)[0], across.taps(right)[-1]
    return Box(top, left, bottom + 1, right + 1)


def _has_places(walked: Trace, index: int, row: int, column: int) -> bool:
    """Whether that layer's outputs have places. Raises ValueError."""
    if not 0 <= index < len(walked.rows):
        raise ValueError(f"expected a layer from 0 to {len(walked.rows) - 1}, received {index}")
    if walked.rows[index].receptive_field is None:
        return False
    _check_place(walked.rows[index].output_shape, row, column)
    return True


def _check_place(shape: Shape, row: int, column: int) -> None:
    if len(shape) < 2 or not (0 <= row < shape[0] and 0 <= column < shape[1]):
        raise ValueError(f"expected a place of an output of {shape}, received ({row}, {column})")


def _axes(layer: Layer, input_shape: Shape, output_shape: Shape) -> tuple[_Axis, _Axis]:
    """Down and across. A layer without a window sees its own place; a larger output is a frame of zeros around it."""
    if len(input_shape) < 2 or len(output_shape) < 2 or not layer.keeps_places(input_shape):
        raise ValueError(f"{layer.type} does not make a map from a map: {input_shape} → {output_shape}")
    window = layer.window()
    if window is None:
        frame = [(out - size) // 2 for size, out in zip(input_shape[:2], output_shape[:2], strict=True)]
        return _Axis(input_shape[0], zeros=frame[0]), _Axis(input_shape[1], zeros=frame[1])
    padded = layer.settings().get("padding") == "same"
    axes = []
    for size, kernel, stride, dilation in zip(
        input_shape[:2], window.kernel, window.strides, window.dilation, strict=True
    ):
        zeros = same_padding(size, kernel, stride, dilation)[0] if padded else 0
        axes.append(_Axis(size, kernel, stride, dilation, zeros))
    return axes[0], axes[1]
