"""What a session keeps for the Train page: the form's values, what the chart was sent, a message that waits."""

from typing import Any

import streamlit as st

_FORM, _FEED, _REFUSED = "run_form", "curve_feed", "run_refused"
_LIMITS = "run_limits"
_COACH, _TRIED, _SAID = "coach_feed", "coach_tried", "coach_said"


def form() -> dict[str, Any]:
    """The values of the form by name; they outlive its widgets when another page is opened."""
    kept: dict[str, Any] = st.session_state.setdefault(_FORM, {})
    return kept


def limits() -> dict[str, dict[str, int | None]]:
    """The form's limits of training and test images, by data set, of those that were left for another one."""
    kept: dict[str, dict[str, int | None]] = st.session_state.setdefault(_LIMITS, {})
    return kept


def curve_feed() -> dict[str, Any]:
    """How far the chart of this session was fed."""
    kept: dict[str, Any] = st.session_state.setdefault(_FEED, {})
    return kept


def refuse(message: str, place: str = "") -> None:
    """A message for the next drawing of a place on the page: why something could not be done."""
    st.session_state[_REFUSED + place] = message


def refused(place: str = "") -> str | None:
    """The message that waits for this place, once."""
    message: str | None = st.session_state.pop(_REFUSED + place, None)
    return message


def coach_feed() -> dict[str, Any]:
    """The rows the coach of this session has read, and what it made of them."""
    kept: dict[str, Any] = st.session_state.setdefault(_COACH, {})
    return kept


def try_next(message: str) -> None:
    """The form was filled, and this is to be said of it; the page has to be drawn anew."""
    st.session_state[_TRIED] = message


def tried() -> str | None:
    """What is to be said of a filled form, once, for whoever draws the page anew."""
    message: str | None = st.session_state.pop(_TRIED, None)
    return message


def say_tried(message: str) -> None:
    """Have the next drawing of the page say what was put into the form."""
    st.session_state[_SAID] = message


def said_tried() -> str | None:
    """What the page has to say of it, once."""
    message: str | None = st.session_state.pop(_SAID, None)
    return message
