"""The formula panel: the selected layer's rules with its numbers in, and what one of its output places sees."""

import streamlit as st

from cnn_builder.architecture import Architecture, Layer, Trace, TraceRow
from cnn_builder.architecture.layers.base import times
from cnn_builder.architecture.receptive_field import places_seen, receptive_field, unclipped_field
from cnn_builder.figures.formula import formula_html
from cnn_builder.figures.grid import Area, Span
from cnn_builder.figures.small import small_html
from cnn_builder.figures.window import WindowPicture, field_picture, field_sentence, window_html
from cnn_builder.ui import looking, state
from cnn_builder.ui.document import Document

FIELD = 124
"""Pixels of a field for a row or a column."""


def formula(document: Document, traced: Trace) -> None:
    """The formulas and the picture of the selected layer; why there are none where it is not reached."""
    index, layer = document.index, document.layer
    if index is None or layer is None:
        return
    st.markdown("## Formula")
    if index < len(traced.rows):
        row = traced.rows[index]
        st.html(formula_html(layer.explain(row.input_shape), row.input_shape, row.output_shape, layer.rules()))
        if layer.window() is not None:
            _window(document.architecture, row, f"{state.document_id()}-{document.selected}")
        elif picture := small_html(layer, row):
            st.html(picture)
    elif traced.error is not None and traced.error.index == index:
        st.caption(f"It does not fit: {times(traced.error.input_shape)} arrives here.")
    else:
        st.caption("A layer before this one does not fit.")


def _window(architecture: Architecture, row: TraceRow, key: str) -> None:
    """The window of the place that is looked at, and the pixels of the image that reach it."""
    height, width = row.output_shape[:2]
    at = looking.place(key, height, width)
    with st.container(horizontal=True, vertical_alignment="bottom", key="place"):
        st.markdown("### What one place sees")
        for name, axis, size in (("row", 0, height), ("column", 1, width)):
            widget = f"{key}-place-{name}"
            st.session_state[widget] = at[axis] + 1
            label, only = f"{name.capitalize()}, of {size}", size == 1
            st.number_input(label, 1, size, key=widget, disabled=only, on_change=_moved, args=(key,), width=FIELD)
    picture = window_picture(architecture.layers[row.index], row, *at)
    sentences, more = [picture.sentence, *_dashed(picture)], []
    if row.index > 0:  # what the first layer sees of the image has just been shown
        field = receptive_field(architecture, row.index, *at)
        whole = unclipped_field(architecture, row.index, *at)
        more.append(field_picture(architecture.input_shape, field, whole))
        sentences.append(field_sentence(field, whole))
    st.html(window_html(picture, *more))
    st.caption(" ".join(sentences))


def _moved(key: str) -> None:
    looking.set_place(key, *(st.session_state[f"{key}-place-{name}"] - 1 for name in ("row", "column")))


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
