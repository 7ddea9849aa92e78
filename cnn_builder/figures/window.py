"""One output position in pictures: its window over the layer's input, and its receptive field in the image."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from cnn_builder.architecture.layers.base import Shape, times
from cnn_builder.architecture.receptive_field import Box, SeenPlaces
from cnn_builder.figures.grid import Area, Mark, Span, cell_size, grid_html

WIDTH = 168.0
"""Pixels a picture is about wide: three stand side by side in half a page."""


@dataclass(frozen=True)
class WindowPicture:
    """One output position (row, column), from 0, and its window.

    Args:
        input_shape, output_shape: of the layer, (height, width, channels).
        seen: the input positions in its window; some may lie outside the input.
        next_seen: the window one column on; None where there is none.
        frame: the zeros around the input: rows and columns from the first window's first place to the last one's last.
    """

    input_shape: Shape
    output_shape: Shape
    row: int
    column: int
    seen: SeenPlaces
    next_seen: SeenPlaces | None
    frame: Area

    @property
    def sentence(self) -> str:
        """The picture in words; places count from 1."""
        rows = _places("row", self.seen.rows, self.input_shape[0])
        columns = _places("column", self.seen.columns, self.input_shape[1])
        place = f"Output row {self.row + 1}, column {self.column + 1}"
        if not rows or not columns:
            return f"{place} is computed only from the zero padding around the input."
        zeros = _outside(self.seen.rows, self.input_shape[0]) or _outside(self.seen.columns, self.input_shape[1])
        return f"{place} is computed from {rows} and {columns} of the input{', and zero padding' if zeros else ''}."


def window_html(picture: WindowPicture, *more: tuple[str, str]) -> str:
    """The input with the window on it, the output with the place marked, and ``more`` (title, picture) beside them."""
    height, width = picture.input_shape[:2]
    around = Area(_including(picture.frame.rows, height), _including(picture.frame.columns, width))
    rows, columns = picture.seen.rows, picture.seen.columns
    shown = Area(around.rows.cut(_middle(rows)), around.columns.cut(_middle(columns)))
    cell = cell_size(shown, WIDTH)
    before = grid_html(shown, (height, width), cell, _window_marks(picture, shown), picture.sentence)
    out_height, out_width = picture.output_shape[:2]
    part = Area(Span(0, out_height).cut(picture.row), Span(0, out_width).cut(picture.column))
    place = Mark(_place(picture.row, picture.column), "place")
    text = f"The output, row {picture.row + 1}, column {picture.column + 1} marked."
    after = grid_html(part, (out_height, out_width), min(cell, cell_size(part, WIDTH)), [place], text)
    pictures = (
        (_title("Input", picture.input_shape, shown), before),
        (_title("Output", picture.output_shape, part), after),
    )
    return figures_html(*pictures, *more)


def field_picture(input_shape: Shape, field: Box, whole: Box) -> tuple[str, str]:
    """The network's image with the receptive field on it: ``field`` is clipped to the image, ``whole`` is not."""
    height, width = input_shape[:2]
    middle = (field.top + field.bottom) // 2, (field.left + field.right) // 2
    shown = Area(Span(0, height).cut(middle[0]), Span(0, width).cut(middle[1]))
    marks = [] if field.is_empty else [Mark(_area(field), "field")]
    drawn = grid_html(shown, (height, width), cell_size(shown, WIDTH), marks, field_sentence(field, whole))
    return _title("Image", input_shape, shown), drawn


def field_sentence(field: Box, whole: Box) -> str:
    """The receptive field in words; pixels count from 1."""
    if field.is_empty:
        return "Its receptive field lies outside the image, in zero padding only."
    rows, columns = _range("row", field.top, field.bottom), _range("column", field.left, field.right)
    cut = (field.height, field.width) != (whole.height, whole.width)
    beyond = f"; the full {whole.height}×{whole.width} field extends beyond the image" if cut else ""
    return f"Its receptive field is {rows} and {columns} of the image: {field.height}×{field.width} pixels{beyond}."


def _window_marks(picture: WindowPicture, shown: Area) -> list[Mark]:
    """The taps one by one where there are gaps between them, else as one; then outlines. Only what is shown."""
    rows, columns = picture.seen.rows, picture.seen.columns
    window = Area(Span(rows[0], rows[-1] + 1), Span(columns[0], columns[-1] + 1))
    if _unbroken(rows) and _unbroken(columns):
        marks = [Mark(window, "taps")]
    else:
        across = [column for column in columns if shown.columns.start <= column < shown.columns.stop]
        down = [row for row in rows if shown.rows.start <= row < shown.rows.stop]
        marks = [Mark(_place(row, column), "taps") for row in down for column in across]
    marks.append(Mark(window, "window"))
    if picture.next_seen is not None:
        beside = picture.next_seen.columns
        marks.append(Mark(Area(window.rows, Span(beside[0], beside[-1] + 1)), "next"))
    return marks


def figures_html(*pictures: tuple[str, str]) -> str:
    """Pictures with their titles side by side, under each other where there is no room."""
    figures = "".join(f"<figure><figcaption>{escape(title)}</figcaption>{drawn}</figure>" for title, drawn in pictures)
    return f'<div class="cnn-window">{figures}</div>'


def _title(name: str, shape: Shape, shown: Area) -> str:
    cut = [
        f"{what} {max(span.start, 0) + 1}–{min(span.stop, size)}"
        for what, span, size in (("rows", shown.rows, shape[0]), ("columns", shown.columns, shape[1]))
        if len(span) < size
    ]
    return f"{name} {times(shape)}" + (f": {', '.join(cut)}" if cut else "")


def _area(box: Box) -> Area:
    return Area(Span(box.top, box.bottom), Span(box.left, box.right))


def _place(row: int, column: int) -> Area:
    return Area(Span(row, row + 1), Span(column, column + 1))


def _including(span: Span, size: int) -> Span:
    return Span(min(span.start, 0), max(span.stop, size))


def _middle(places: Sequence[int]) -> int:
    return (places[0] + places[-1]) // 2


def _unbroken(places: Sequence[int]) -> bool:
    return places[-1] - places[0] + 1 == len(places)


def _outside(places: Sequence[int], size: int) -> bool:
    return places[0] < 0 or places[-1] >= size


def _places(name: str, places: Sequence[int], size: int) -> str:
    """Those inside the map, from 1: "row 4", "rows 1–3", "columns 1, 3, 5"; empty where all are outside."""
    inside = [place for place in places if 0 <= place < size]
    if not inside:
        return ""
    if _unbroken(inside):
        return _range(name, inside[0], inside[-1] + 1)
    return f"{name}s {', '.join(str(place + 1) for place in inside)}"


def _range(name: str, start: int, stop: int) -> str:
    return f"{name} {start + 1}" if stop - start == 1 else f"{name}s {start + 1}–{stop}"
