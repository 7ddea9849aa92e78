"""What a session keeps for the Train page: the form's values, what the chart was sent, a message that waits."""

from typing import Any

import streamlit as st

_FORM, _FEED, _REFUSED = "run_form", "curve_feed", "run_refused"


def form() -> dict[str, Any]:
    """The values of the form by name; they outlive its widgets when another page is opened."""
    kept: dict[str, Any] = st.session_state.setdefault(_FORM, {})
    return kept


def curve_feed() -> dict[str, Any]:
    """How far the chart of this session was fed."""
    kept: dict[str, Any] = st.session_state.setdefault(_FEED, {})
    return kept


def refuse(message: str) -> None:
    """A message for the next drawing of the page: why something could not be done."""
    st.session_state[_REFUSED] = message


def refused() -> str | None:
    """The message that waits, once."""
    message: str | None = st.session_state.pop(_REFUSED, None)
    return message
