"""The trace as an HTML table."""

from html import escape

from cnn_builder.architecture import Architecture, Layer, Trace, TraceRow
from cnn_builder.architecture.layers.base import times
from cnn_builder.figures.colours import CATEGORY_COLOURS

_HEAD = ("#", "Layer", "Settings", "Output", "Parameters", "MACs", "Sees")
_NUMBERS = {0, 4, 5}


def trace_table(architecture: Architecture, traced: Trace, selected: int | None) -> str:
    """One row a layer, those that are not reached greyed; ``selected`` counts from 0."""
    body = [
        _row(_cells(index, layer, traced), _classes(index, traced, selected), layer.category)
        for index, layer in enumerate(architecture.layers)
    ]
    total = ("", "Total", "", times(traced.output_shape), f"{traced.total_params:,}", f"{traced.total_macs:,}", "")
    head = "".join(f'<th scope="col"{_number(column)}>{title}</th>' for column, title in enumerate(_HEAD))
    return (
        '<div class="cnn-table" role="region" aria-label="Trace of the network" tabindex="0"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody><tfoot>{_row(total, '')}</tfoot></table></div>"
    )


def _cells(index: int, layer: Layer, traced: Trace) -> tuple[str, ...]:
    name = (str(index + 1), layer.type, layer.label())
    if index >= len(traced.rows):
        broken = traced.error is not None and traced.error.index == index
        return (*name, "does not fit" if broken else "–", "–", "–", "–")
    row: TraceRow = traced.rows[index]
    seen = times(row.receptive_field) if row.receptive_field else "all"
    return (*name, times(row.output_shape), f"{row.params:,}", f"{row.macs:,}", seen)


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
