"""The trace as an HTML table."""

from collections.abc import Sequence
from html import escape
from math import prod

from cnn_builder.architecture import Architecture, Layer, Trace, TraceRow
from cnn_builder.architecture.layers.base import times
from cnn_builder.figures.colours import CATEGORY_COLOURS

_HEAD = ("#", "Layer", "Settings", "Output", "Parameters", "MACs", "Receptive field")
_NUMBERS = {0, 4, 5, 6}
_TALL = 20
"""Layers from which the table scrolls in itself, its head staying in sight."""


def trace_table(architecture: Architecture, traced: Trace, selected: int | None) -> str:
    """One row a layer, those that are not reached greyed; ``selected`` counts from 0."""
    body = [
        _row(_cells(index, layer, traced), _classes(index, traced, selected), layer.category)
        for index, layer in enumerate(architecture.layers)
    ]
    total = ("", "Total", "", times(traced.output_shape), f"{traced.total_params:,}", f"{traced.total_macs:,}", "")
    head = "".join(f'<th scope="col"{_number(column)}>{title}</th>' for column, title in enumerate(_HEAD))
    tall = " cnn-tall" if len(architecture.layers) > _TALL else ""
    return (
        f'<div class="cnn-table{tall}" role="region" aria-label="Trace of the network" tabindex="0"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody><tfoot>{_row(total, '')}</tfoot></table></div>"
    )


def _cells(index: int, layer: Layer, traced: Trace) -> tuple[str, ...]:
    name = (str(index + 1), layer.type, layer.label())
    if index >= len(traced.rows):
        broken = traced.error is not None and traced.error.index == index
        return (*name, "does not fit" if broken else "–", "–", "–", "–")
    row: TraceRow = traced.rows[index]
    return (*name, times(row.output_shape), f"{row.params:,}", f"{row.macs:,}", _field(row, traced.input_shape))


def _field(row: TraceRow, image: Sequence[int]) -> str:
    """What an output place sees of the image, as pixels and as a share; all of it where outputs have no place."""
    if row.receptive_field is None:
        return "whole image"
    inside = [min(seen, side) for seen, side in zip(row.receptive_field, image, strict=False)]
    percent = 100 * prod(inside) / prod(image[:2])
    return f"{times(row.receptive_field)} · {'< 1' if percent < 0.95 else f'{percent:.0f}'} %"


def _classes(index: int, traced: Trace, selected: int | None) -> str:
    names = ["selected"] if index == selected else []
    if traced.error is not None and index >= traced.error.index:
        names.append("broken" if index == traced.error.index else "after")
    return " ".join(names)


def _row(cells: tuple[str, ...], classes: str, category: str | None = None) -> str:
    texts = [escape(cell) for cell in cells]
    if category:
        texts[1] = f'<i style="background:{CATEGORY_COLOURS.get(category, "currentColor")}"></i>{texts[1]}'
    columns = "".join(f"<td{_number(column)}>{text}</td>" for column, text in enumerate(texts))
    return f'<tr class="{classes}">{columns}</tr>'


def _number(column: int) -> str:
    return ' class="number"' if column in _NUMBERS else ""
