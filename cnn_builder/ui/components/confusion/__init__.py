"""The confusion matrix as a table whose cells are buttons: press one to see its images."""

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from cnn_builder.figures.confusion import shades
from cnn_builder.runs.evaluation import Evaluation
from cnn_builder.ui.components import register

_mount = register("confusion", Path(__file__).parent)


def confusion(evaluation: Evaluation, key: str) -> tuple[int, int]:
    """Draw the matrix; the cell that was pressed last as (actual, predicted), else the worst confusion."""
    cell = pressed(st.session_state.get(key), evaluation) or evaluation.worst()
    _mount(
        key=key,
        data={
            "classes": evaluation.classes,
            "counts": evaluation.confusion.tolist(),
            "shades": shades(evaluation.confusion).tolist(),
            "selected": cell,
        },
        on_cell_change=lambda: None,
    )
    return cell


def pressed(value: object, evaluation: Evaluation) -> tuple[int, int] | None:
    """The cell that the browser says was pressed; None where it says nothing sensible."""
    cell = value.get("cell") if isinstance(value, Mapping) else None
    if not isinstance(cell, list) or len(cell) != 2 or not all(type(one) is int for one in cell):
        return None
    actual, predicted = cell
    count = len(evaluation.classes)
    inside = 0 <= actual < count and 0 <= predicted < count
    return (actual, predicted) if inside and evaluation.confusion[actual, predicted] else None
