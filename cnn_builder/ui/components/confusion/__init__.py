"""The confusion matrix as a table whose cells are buttons: select one to see its images."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st

from cnn_builder.ui.components import register

_mount = register("confusion", Path(__file__).parent)
Cell = tuple[int, int]


def confusion(
    classes: Sequence[str], counts: list[list[int]], shades: list[list[float]], first: Cell, key: str
) -> Cell:
    """Draw the matrix; the cell that was pressed last as (actual, predicted), ``first`` before any was.

    Args:
        classes: names of the classes.
        counts: images by (actual, predicted).
        shades: how dark each cell is, 0 to 1.
    """
    cell = pressed(st.session_state.get(key), counts) or first
    _mount(
        key=key,
        data={"classes": list(classes), "counts": counts, "shades": shades, "selected": cell},
        on_cell_change=lambda: None,
    )
    return cell


def pressed(value: object, counts: list[list[int]]) -> Cell | None:
    """The cell that the browser says was pressed; None where it says nothing sensible."""
    cell = value.get("cell") if isinstance(value, Mapping) else None
    if not isinstance(cell, list) or len(cell) != 2 or not all(type(one) is int for one in cell):
        return None
    actual, predicted = cell
    inside = 0 <= actual < len(counts) and 0 <= predicted < len(counts)
    return (actual, predicted) if inside and counts[actual][predicted] else None
