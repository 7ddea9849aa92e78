"""What a session keeps for the Train page: the form's values and what the chart was sent."""

from typing import Any

import streamlit as st

_FORM, _FEED = "run_form", "curve_feed"


def form() -> dict[str, Any]:
    """The values of the form by name; they outlive its widgets when another page is opened."""
    kept: dict[str, Any] = st.session_state.setdefault(_FORM, {})
    return kept


def curve_feed() -> dict[str, Any]:
    """How far the chart of this session was fed."""
    kept: dict[str, Any] = st.session_state.setdefault(_FEED, {})
    return kept
