"""Small pictures of the layers that have no window: what goes where, in a few strokes."""

from html import escape
from math import atan2, hypot, prod

from cnn_builder.architecture import Layer, TraceRow
from cnn_builder.architecture.layers.base import times
from cnn_builder.architecture.layers.reshape import Reshape
from cnn_builder.figures.grid import box, box_picture
from cnn_builder.figures.locale_text import number_text

_HEIGHT, _CELL, _DOT, _DOTS = 132.0, 20.0, 10.0, 7
_LEFT, _RIGHT = 20.0, 190.0


def small_html(layer: Layer, row: TraceRow) -> str:
    """The picture with its sentence as HTML; empty where a picture would say nothing."""
    if layer.category == "Dense" and len(row.output_shape) == 1:
        return _dense(row)
    if layer.ends_map and len(row.input_shape) > 1:
        return _flatten(row) if layer.category == "Shape" else _global(row)
    if isinstance(layer, Reshape):
        return _reshape(row)
    return ""


def _dense(row: TraceRow) -> str:
    inputs, units = row.input_shape[0], row.output_shape[0]
    left, right = _heights(inputs), _heights(units)
    wires = "".join(_wire(_LEFT, start, _RIGHT, right[0]) for start in left)
    dots = "".join(_dot("dot", _LEFT, y) for y in left) + "".join(_dot("dot", _RIGHT, y) for y in right[1:])
    content = wires + dots + _dot("place dot", _RIGHT, right[0]) + _more(_LEFT, inputs) + _more(_RIGHT, units)
    sentence = (
        f"Each of the {number_text(units)} outputs is a weighted sum of all {number_text(inputs)} inputs, with weights "
        "of its own."
    )
    return _picture(content, _RIGHT + 20, sentence)


def _flatten(row: TraceRow) -> str:
    height, width, channels = (*row.input_shape, 1)[:3]
    styles = iter(["place", "taps", *["map"] * 7])
    cells = "".join(_cell(next(styles), 10 + _CELL * at, 36 + _CELL * line) for line in range(3) for at in range(3))
    vector = "".join(_cell(style, 120 + _CELL * at, 56) for at, style in enumerate(("place", "taps", "map", "map")))
    numbers = "number" if channels == 1 else f"{number_text(channels)} numbers"
    then = ", then of column 2, and so on, row by row" if width > 1 else ""
    sentence = (
        f"First the {numbers} of row 1, column 1{then}: {times(row.input_shape)} becomes "
        f"{number_text(height * width * channels)} numbers in one line."
    )
    return _picture(cells + _arrow(75, 110) + vector, 210, sentence)


def _reshape(row: TraceRow) -> str:
    """Numbers in one line that become rows, whichever way the shapes are."""
    styles = ("place", "taps", "map", "map")
    line = "".join(_cell(style, 10 + _CELL * at, 56) for at, style in enumerate(styles))
    rows = "".join(_cell(style, 150 + _CELL * (at % 2), 46 + _CELL * (at // 2)) for at, style in enumerate(styles))
    sentence = (
        f"The same {number_text(prod(row.input_shape))} numbers in the same order: "
        f"{times(row.input_shape)} becomes {times(row.output_shape)}."
    )
    return _picture(line + _arrow(98, 140) + rows, 200, sentence)


def _global(row: TraceRow) -> str:
    height, width, channels = row.input_shape
    cells = "".join(_cell("taps", 10 + _CELL * at, 26 + _CELL * line) for line in range(4) for at in range(4))
    all_of_them = f"so {number_text(channels)} {'number' if channels == 1 else 'numbers'} in all"
    sentence = f"All {height}×{width} positions of a channel become one number, {all_of_them}."
    return _picture(cells + _arrow(98, 140) + _cell("place", 150, 56), 180, sentence)


def _picture(content: str, width: float, sentence: str) -> str:
    figure = f"<figure>{box_picture(content, width, _HEIGHT, sentence)}</figure>"
    return f'<div class="cnn-window">{figure}</div><p class="cnn-said">{escape(sentence)}</p>'


def _heights(count: int) -> list[float]:
    """Where the dots of a column stand: all of them, or so many that there is a gap for those not drawn."""
    shown = min(count, _DOTS)
    step = (_HEIGHT - 2 * _DOT) / (_DOTS - 1)
    start = (_HEIGHT - step * (shown - 1)) / 2
    places = [start + step * place for place in range(shown)]
    return [*places[:-2], places[-1]] if count > _DOTS else places


def _more(x: float, count: int) -> str:
    """Three small dots where the others would be."""
    if count <= _DOTS:
        return ""
    middle = _HEIGHT - _DOT - (_HEIGHT - 2 * _DOT) / (_DOTS - 1)
    return "".join(box("more dot", x - 1.5, middle + offset - 1.5, 3, 3) for offset in (-5, 0, 5))


def _dot(style: str, x: float, y: float) -> str:
    return box(style, x - _DOT / 2, y - _DOT / 2, _DOT, _DOT)


def _cell(style: str, x: float, y: float) -> str:
    return box(f"{style} cell", x, y, _CELL, _CELL)


def _wire(x: float, y: float, to_x: float, to_y: float) -> str:
    """A line, as a flat box turned about its start."""
    turned = f"transform:rotate({atan2(to_y - y, to_x - x):.4f}rad)"
    return box("wire", x, y, round(hypot(to_x - x, to_y - y), 2), 1.25, turned)


def _arrow(x: float, to_x: float) -> str:
    middle = _HEIGHT / 2
    return (
        _wire(x, middle, to_x, middle)
        + _wire(to_x, middle, to_x - 7, middle - 6)
        + _wire(to_x, middle, to_x - 7, middle + 6)
    )
