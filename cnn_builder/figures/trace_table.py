"""The trace as an HTML table."""

from collections.abc import Sequence
from html import escape
from math import prod

from cnn_builder.architecture import Architecture, Layer, Trace, TraceRow
from cnn_builder.architecture.layers.base import times
from cnn_builder.figures.colours import CATEGORY_COLOURS
from cnn_builder.figures.locale_text import number_text
from cnn_builder.figures.percentages import percent

_HEAD = ("#", "Layer", "Settings", "Output", "Parameters", "MACs", "Receptive field")
_NUMBERS = {0, 4, 5, 6}
_TALL = 20
"""Layers from which the table scrolls in itself, its head staying in sight."""


def trace_table(architecture: Architecture, traced: Trace, selected: int | None) -> str:
    """One row a layer, those that are not reached greyed; ``selected`` counts from 0."""
    whole = sees_whole_image(architecture, traced)
    body = [
        _row(_cells(index, layer, traced, whole), _classes(index, traced, selected), layer.category)
        for index, layer in enumerate(architecture.layers)
    ]
    total = (
        "",
        "Total",
        "",
        times(traced.output_shape),
        number_text(traced.total_params),
        number_text(traced.total_macs),
        "",
    )
    head = "".join(f'<th scope="col"{_number(column)}>{title}</th>' for column, title in enumerate(_HEAD))
    tall = " cnn-tall" if len(architecture.layers) > _TALL else ""
    return (
        f'<div class="cnn-table cnn-trace{tall}" role="region" aria-label="Trace of the network" tabindex="0"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody><tfoot>{_row(total, '')}</tfoot></table></div>"
    )


def sees_whole_image(architecture: Architecture, traced: Trace) -> bool:
    """Whether outputs without a receptive field see all of the image: something brought all its places together.

    Behind a Reshape to other rows, and of an input of features, there is nothing to say.
    """
    first = next((row.index for row in traced.rows if row.receptive_field is None), None)
    return first is not None and len(traced.input_shape) > 1 and architecture.layers[first].ends_map


def _cells(index: int, layer: Layer, traced: Trace, whole: bool) -> tuple[str, ...]:
    name = (str(index + 1), layer.type, layer.label())
    if index >= len(traced.rows):
        broken = traced.error is not None and traced.error.index == index
        return (*name, "does not fit" if broken else "–", "–", "–", "–")
    row: TraceRow = traced.rows[index]
    return (
        *name,
        times(row.output_shape),
        number_text(row.params),
        number_text(row.macs),
        _field(row, traced.input_shape, whole),
    )


def _field(row: TraceRow, image: Sequence[int], whole: bool) -> str:
    """What an output place sees of the image, as pixels and as a share; where outputs have no place, all or nothing."""
    if row.receptive_field is None:
        return "whole image" if whole else "–"
    inside = [min(seen, side) for seen, side in zip(row.receptive_field, image, strict=False)]
    return f"{times(row.receptive_field)} · {percent(prod(inside) / prod(image[:2]), 0, ' ')}"


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
