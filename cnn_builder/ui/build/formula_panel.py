"""The formula panel: the selected layer's rules with its numbers in, and what one of its output places sees."""

from html import escape

from cnn_builder.architecture import Architecture, Layer, Trace, TraceRow
from cnn_builder.architecture.layers.base import times
from cnn_builder.architecture.receptive_field import places_seen, receptive_field, unclipped_field
from cnn_builder.documents.document import Document
from cnn_builder.figures.formula import formula_html, letters_html
from cnn_builder.figures.grid import Area, Span
from cnn_builder.figures.layer_icons import small_html
from cnn_builder.figures.window import WindowPicture, field_picture, field_sentence, window_html
from cnn_builder.ui import state
from cnn_builder.ui.components.formula import Position, chosen, formula
from cnn_builder.ui.shared import analysis_state


def formula_panel(document: Document, traced: Trace) -> None:
    """The formulas and the picture of the selected layer; why there are none where it is not reached."""
    index, layer = document.index, document.layer
    if index is None or layer is None:
        return
    if index >= len(traced.rows):
        here = traced.error is not None and traced.error.index == index
        shape = times(traced.error.input_shape) if traced.error is not None else ""
        why = f"It does not fit: {shape} arrives here." if here else "A layer before this one does not fit."
        formula(f'<p class="caption">{escape(why)}</p>', None, "")
        return
    row = traced.rows[index]
    rules = formula_html(layer.explain(row.input_shape), row.input_shape, row.output_shape, layer.rules())
    if document.concealed:
        letters = letters_html(layer.rules())
        formula(letters or '<p class="caption">The rule is in its name.</p>', None, "")
        return
    if layer.window() is None:
        formula(rules, None, small_html(layer, row) or "")
        return
    key = f"{state.document_id()}-{document.selected}"
    if (place := chosen()) is not None:
        analysis_state.set_place(*place)
    rows, columns = row.output_shape[:2]
    at = analysis_state.output_place(key, rows, columns)
    position: Position = {"layer": key, "row": at[0], "column": at[1], "rows": rows, "columns": columns}
    formula(rules, position, _window(document.architecture, row, at))


def _window(architecture: Architecture, row: TraceRow, at: tuple[int, int]) -> str:
    """The window of the output position ``at`` (row, column), and the pixels of the image that reach it, as HTML."""
    picture = window_picture(architecture.layers[row.index], row, *at)
    sentences, more = [picture.sentence, *_dashed(picture)], []
    # What the first layer sees of the image has just been shown.
    if row.index > 0 and row.receptive_field is not None:
        field = receptive_field(architecture, row.index, *at)
        whole = unclipped_field(architecture, row.index, *at)
        more.append(field_picture(architecture.input_shape, field, whole))
        sentences.append(field_sentence(field, whole))
    return f'{window_html(picture, *more)}<p class="caption">{escape(" ".join(sentences))}</p>'


def window_picture(layer: Layer, row: TraceRow, at_row: int, at_column: int) -> WindowPicture:
    """The picture of output place (``at_row``, ``at_column``), from 0, of a layer with a window."""
    height, width = row.output_shape[:2]
    first = places_seen(layer, row.input_shape, 0, 0)
    last = places_seen(layer, row.input_shape, height - 1, width - 1)
    has_next = at_column + 1 < width
    return WindowPicture(
        input_shape=row.input_shape,
        output_shape=row.output_shape,
        row=at_row,
        column=at_column,
        seen=places_seen(layer, row.input_shape, at_row, at_column),
        next_seen=places_seen(layer, row.input_shape, at_row, at_column + 1) if has_next else None,
        frame=Area(Span(first.rows[0], last.rows[-1] + 1), Span(first.columns[0], last.columns[-1] + 1)),
    )


def _dashed(picture: WindowPicture) -> list[str]:
    if picture.next_seen is None:
        return []
    step = picture.next_seen.columns[0] - picture.seen.columns[0]
    return [f"Dashed: the window of the next column, {step} {'place' if step == 1 else 'places'} on."]
