"""The rules of the selected layer with its numbers in, and one output position with the window it is computed from."""

from pathlib import Path
from typing import Any, TypedDict

import streamlit as st

from cnn_builder.ui.components import register

_mount = register("formula", Path(__file__).parent)
_KEY = "formula"


class Position(TypedDict):
    """An output position: of which layer, its row and column from 0, and how many rows and columns there are."""

    layer: str
    row: int
    column: int
    rows: int
    columns: int


def formula(rules: str, position: Position | None, window: str) -> None:
    """Draw it.

    Args:
        rules: HTML, all text in it escaped.
        position: the output position that is shown; None where the layer has no window.
        window: HTML of the picture of that position, or of the whole layer where there is none.
    """
    data = {"rules": rules, "position": position, "window": window}
    _mount(key=_KEY, data=data, default={"position": None}, on_position_change=lambda: None)


def chosen() -> tuple[str, int, int] | None:
    """The layer, row and column, from 0, that were chosen last; None where the browser says nothing sensible."""
    state: Any = st.session_state.get(_KEY) or {}
    sent = state.get("position")
    if not isinstance(sent, dict):
        return None
    layer, row, column = sent.get("layer"), sent.get("row"), sent.get("column")
    if not isinstance(layer, str) or type(row) is not int or type(column) is not int or min(row, column) < 0:
        return None
    return layer, row, column
