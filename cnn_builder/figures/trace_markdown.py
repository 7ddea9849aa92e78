"""The trace as a Markdown table."""

from cnn_builder.architecture import Architecture, Trace
from cnn_builder.architecture.layers.base import times
from cnn_builder.figures.trace_table import sees_whole_image

_HEAD = ("#", "Layer", "Settings", "Output", "Parameters", "MACs", "Receptive field")
_RULE = ("--:", "---", "---", "---", "--:", "--:", "---")


def trace_markdown(architecture: Architecture, traced: Trace) -> str:
    """One row a layer, counted from 1, with the totals under it; shapes are height×width×channels without the batch.

    MACs are multiply-adds for one image. Layers after one that does not fit have dashes.
    """
    whole = sees_whole_image(architecture, traced)
    rows = [("", "Input", "", times(traced.input_shape), "", "", "")]
    for index, layer in enumerate(architecture.layers):
        name = (str(index + 1), layer.type, layer.label())
        if index >= len(traced.rows):
            broken = traced.error is not None and traced.error.index == index
            rows.append((*name, "does not fit" if broken else "–", "–", "–", "–"))
            continue
        row = traced.rows[index]
        seen = times(row.receptive_field) if row.receptive_field else "all" if whole else "–"
        rows.append((*name, times(row.output_shape), f"{row.params:,}", f"{row.macs:,}", seen))
    total = f"**{traced.total_params:,}**", f"**{traced.total_macs:,}**"
    rows.append(("", "**Total**", "", times(traced.output_shape), *total, ""))
    lines = [f"**{_escaped(architecture.name)}**", "", _line(_HEAD), _line(_RULE), *(_line(row) for row in rows)]
    if traced.error is not None:
        lines += ["", _escaped(traced.error.message)]
    return "\n".join([*lines, ""])


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _escaped(text: str) -> str:
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>#|~$&" else char for char in text)
