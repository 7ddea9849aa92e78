"""Drills whose answer is a row of the trace: output shape, parameters, receptive field, MACs."""

from __future__ import annotations

from collections.abc import Iterator

from cnn_builder.architecture import Architecture, Layer, Trace, TraceRow
from cnn_builder.architecture.layers.base import times
from cnn_builder.learn.drills.drill import Drill, call_of

_NOTHING_TO_WORK_OUT = ("Activation", "Regularization", "Augmentation")
"""Categories of layers whose output is shaped as their input and that multiply nothing."""


def counting_drills(architecture: Architecture, traced: Trace) -> Iterator[Drill]:
    """Every question about a row of the trace, from the first layer on."""
    for row in traced.rows:
        layer = architecture.layers[row.index]
        if layer.category not in _NOTHING_TO_WORK_OUT:
            yield from _shapes(architecture, traced, row, layer)
        yield from _parameters(architecture, traced, row, layer)
        yield from _fields(architecture, traced, row, layer)
        yield from _multiplications(architecture, traced, row, layer)
    yield from _total(architecture, traced)


def _given(row: TraceRow, layer: Layer) -> str:
    return f"Layer {row.index + 1}, {call_of(layer)}, receives {times(row.input_shape)}."


def _not_given(architecture: Architecture, row: TraceRow, layer: Layer) -> str:
    return f"The input is {times(architecture.input_shape)}. Layer {row.index + 1} is {call_of(layer)}."


def way_to(traced: Trace, index: int) -> list[str]:
    """The shapes on the way to the layer at ``index``, one line each, without that layer's own."""
    return [
        f"layer {row.index + 1} ({row.type}): {times(row.input_shape)} → {times(row.output_shape)}"
        for row in traced.rows[:index]
    ]


def _plain_window(layer: Layer) -> bool:
    window = layer.window()
    if window is None:
        return True
    usual = window.kernel if layer.category == "Pooling" else (1, 1)
    return window.strides == usual and window.dilation == (1, 1) and layer.settings().get("padding") == "valid"


def _shapes(architecture: Architecture, traced: Trace, row: TraceRow, layer: Layer) -> Iterator[Drill]:
    lines = tuple(layer.explain(row.input_shape).shape)
    asked = "What is the shape of its output?"
    level = 1 if _plain_window(layer) else 2
    yield Drill(
        "output_shape", level, f"{_given(row, layer)} {asked}", row.output_shape, architecture, row.index,
        explanation=lines,
    )  # fmt: skip
    if row.index > 0:
        told = f"{_not_given(architecture, row, layer)} {asked}"
        yield Drill(
            "output_shape", 3, told, row.output_shape, architecture, row.index,
            explanation=(*way_to(traced, row.index), *lines), lists_network=True,
        )  # fmt: skip


def _parameters(architecture: Architecture, traced: Trace, row: TraceRow, layer: Layer) -> Iterator[Drill]:
    pools = layer.category == "Pooling" and row.index <= 1  # that a pooling has none is worth asking once
    if not row.params and not pools:
        return
    lines = tuple(layer.explain(row.input_shape).params)
    asked = "How many parameters does it have?"
    yield Drill(
        "params", 1, f"{_given(row, layer)} {asked}", row.params, architecture, row.index, explanation=lines
    )  # fmt: skip
    if row.index > 0 and row.params:
        told = f"{_not_given(architecture, row, layer)} {asked}"
        yield Drill(
            "params", 2, told, row.params, architecture, row.index,
            explanation=(*way_to(traced, row.index), *lines), lists_network=True,
        )  # fmt: skip


def _fields(architecture: Architecture, traced: Trace, row: TraceRow, layer: Layer) -> Iterator[Drill]:
    if row.receptive_field is None or layer.window() is None:
        return
    told = (
        f"How many pixels of the input, height × width, does one output place of layer {row.index + 1}, "
        f"{call_of(layer)}, see? Padding counts: do not clip at the edge."
    )
    level = 1 if row.index == 0 else 2 if row.index <= 2 else 3
    yield Drill(
        "receptive_field", level, told, row.receptive_field, architecture, row.index,
        explanation=tuple(field_lines(architecture, row.index)), lists_network=row.index > 0,
    )  # fmt: skip


def field_lines(architecture: Architecture, index: int) -> list[str]:
    """The recursion r ← r + (k − 1)·d·j, j ← j·s with the numbers in, up to the layer at ``index``.

    r size and j jump in input pixels, k kernel, d dilation, s stride; height first where it differs from width.
    Source: A. Araujo, W. Norris, J. Sim, "Computing receptive fields of convolutional neural networks", Distill 2019.
    """
    lines = ["r = 1, j = 1 at the input; then r + (k − 1)·d·j, and j·s for the next layer"]
    size, jump = [1, 1], [1, 1]
    for place, layer in enumerate(architecture.layers[: index + 1], 1):
        window = layer.window()
        if window is None:
            continue
        told = []
        for axis in range(2):
            k, s, d = window.kernel[axis], window.strides[axis], window.dilation[axis]
            r, j = size[axis], jump[axis]
            size[axis], jump[axis] = r + (k - 1) * d * j, j * s
            told.append(f"{r} + ({k} − 1)·{d}·{j} = {size[axis]}, j = {j}·{s} = {jump[axis]}")
        names = ("r",) if told[0] == told[1] else ("height r", "width r")
        lines += [f"layer {place}: {name} = {line}" for name, line in zip(names, told, strict=False)]
    return lines


def _multiplications(architecture: Architecture, traced: Trace, row: TraceRow, layer: Layer) -> Iterator[Drill]:
    if not row.macs:
        return
    lines = tuple(layer.explain(row.input_shape).macs)
    asked = "How many multiply-accumulate operations (MACs) does one image take in it? Biases are not counted."
    yield Drill(
        "macs", 2, f"{_given(row, layer)} {asked}", row.macs, architecture, row.index, explanation=lines
    )  # fmt: skip
    if row.index > 0:
        yield Drill(
            "macs", 3, f"{_not_given(architecture, row, layer)} {asked}", row.macs, architecture, row.index,
            explanation=(*way_to(traced, row.index), *lines), lists_network=True,
        )  # fmt: skip


def _total(architecture: Architecture, traced: Trace) -> Iterator[Drill]:
    counted = [row for row in traced.rows if row.params]
    if traced.error is not None or not 2 <= len(counted) <= 6:
        return
    told = f"The input is {times(architecture.input_shape)}. How many parameters does the whole network have?"
    lines = [f"layer {row.index + 1} ({row.type}): {row.params:,}" for row in counted]
    total = " + ".join(f"{row.params:,}" for row in counted)
    yield Drill(
        "total_params", 3, told, traced.total_params, architecture, None,
        explanation=(*lines, f"{total} = {traced.total_params:,}"), lists_network=True,
    )  # fmt: skip
