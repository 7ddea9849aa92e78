"""Walks the input shape through the layers: one row each, totals, receptive field."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from cnn_builder.architecture.architecture import Architecture, InputShape
from cnn_builder.architecture.errors import LayerFitError
from cnn_builder.architecture.layers.base import Layer, Shape
from cnn_builder.limits import MAX_OUTPUT_NUMBERS


@dataclass(frozen=True)
class TraceRow:
    """One layer in its place.

    ``index`` counts from 0. Shapes leave out the batch. ``macs`` are multiply-adds for one image.
    ``receptive_field`` is (height, width) in input pixels, not clipped to the image. It is None from Flatten or global
    pooling on, behind a Reshape that does more than add or drop the channel axis, and where the input is a vector.
    ``warning`` is a sentence about something legal but most likely not meant.
    """

    index: int
    type: str
    input_shape: Shape
    output_shape: Shape
    params: int
    trainable_params: int
    macs: int
    receptive_field: tuple[int, int] | None
    warning: str | None = None


@dataclass(frozen=True)
class TraceError:
    """The first layer that does not fit: its place (from 0), the shape that reaches it, and a sentence for people."""

    index: int
    type: str
    message: str
    input_shape: Shape


@dataclass(frozen=True)
class Trace:
    """Rows for the layers up to the first that does not fit; totals cover the rows."""

    input_shape: InputShape
    rows: tuple[TraceRow, ...]
    error: TraceError | None = None

    @property
    def total_params(self) -> int:
        return sum(row.params for row in self.rows)

    @property
    def trainable_params(self) -> int:
        return sum(row.trainable_params for row in self.rows)

    @property
    def total_macs(self) -> int:
        return sum(row.macs for row in self.rows)

    @property
    def output_shape(self) -> Shape:
        """Shape after the last row; the input's when there is none."""
        return self.rows[-1].output_shape if self.rows else self.input_shape


@dataclass(frozen=True)
class _Field:
    """Receptive field so far, per axis (height, width).

    r ← r + (k − 1)·d·j, j ← j·s; r size and j jump in input pixels, k kernel, d dilation, s stride.
    Source: A. Araujo, W. Norris, J. Sim, "Computing receptive fields of convolutional neural networks", Distill 2019.
    """

    size: tuple[int, int] = (1, 1)
    jump: tuple[int, int] = (1, 1)

    def after(self, layer: Layer) -> _Field:
        window = layer.window()
        if window is None:
            return self
        (rh, rw), (jh, jw) = self.size, self.jump
        (kh, kw), (sh, sw), (dh, dw) = window.kernel, window.strides, window.dilation
        return _Field((rh + (kh - 1) * dh * jh, rw + (kw - 1) * dw * jw), (jh * sh, jw * sw))


def _bounded(shape: Shape) -> Shape:
    if prod(shape) > MAX_OUTPUT_NUMBERS:
        raise LayerFitError(
            f"its output would be {prod(shape):.1e} numbers; at most {MAX_OUTPUT_NUMBERS:.0e}. Make it smaller."
        )
    return shape


def trace(architecture: Architecture) -> Trace:
    """Every layer's output shape, parameters, multiply-adds and receptive field. Never raises: see ``Trace.error``."""
    shape: Shape = architecture.input_shape
    field = _Field() if len(shape) > 1 else None
    rows: list[TraceRow] = []
    for index, layer in enumerate(architecture.layers):
        try:
            out = _bounded(layer.output_shape(shape))
        except LayerFitError as error:
            message = f"Layer {index + 1} ({layer.type}, counted from 1): {error}"
            return Trace(architecture.input_shape, tuple(rows), TraceError(index, layer.type, message, shape))
        field = field.after(layer) if field is not None and layer.keeps_places(shape) else None
        params = layer.params(shape)
        rows.append(
            TraceRow(
                index,
                layer.type,
                shape,
                out,
                params.total,
                params.trainable,
                layer.macs(shape),
                field.size if field else None,
                layer.warning(shape),
            )
        )
        shape = out
    return Trace(architecture.input_shape, tuple(rows))
