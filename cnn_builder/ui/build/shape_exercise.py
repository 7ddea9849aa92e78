"""The exercise of the lessons: shapes and counts are hidden, worked out by hand, and checked."""

import streamlit as st

from cnn_builder.architecture import Trace
from cnn_builder.architecture.shape_answers import judged
from cnn_builder.documents.document import Document
from cnn_builder.ui import state
from cnn_builder.ui.components.answers import Given, answers, written


def shape_exercise(document: Document, traced: Trace) -> None:
    """A field for each layer's output and parameters, with a mark at those that were checked."""
    given = _given()
    if (sent := written()) is not None:
        given.update(sent)
    rows, right, wrong = [], 0, 0
    for index, (name, layer) in enumerate(zip(document.ids, document.architecture.layers, strict=True)):
        reached = index < len(traced.rows)
        texts = given.get(name, ("", ""))
        marks = judged(traced.rows[index], *texts) if reached else None
        both = [marks.shape, marks.params] if marks is not None else [None, None]
        right += sum(mark is True for mark in both)
        wrong += sum(mark is False for mark in both)
        row = {"id": name, "number": index + 1, "type": layer.type, "label": layer.label(), "open": reached}
        rows.append({**row, "given": list(texts), "right": both})
    answers(rows, _told(right, wrong, 2 * len(traced.rows)))


def _told(right: int, wrong: int, most: int) -> str:
    if not right + wrong:
        return "Work out what you can; the formulas are in the layer's panel. Empty fields are not checked."
    if right == most:
        return f"All {most} are right."
    return f"{right} of {most} are right" + (f", {wrong} not." if wrong else ".")


def _given() -> Given:
    """What was checked before, of this document."""
    kept: dict[str, Given] = st.session_state.setdefault(state.SHAPE_ANSWERS, {})
    return kept.setdefault(state.document_id(), {})
