"""The pages, and the way to them."""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page

from cnn_builder.ui import state

_FOLDER = Path(__file__).resolve().parents[2] / "pages"
_PAGES = ("build", "train", "compare", "draw", "inspect")


def navigation() -> Page:
    """The menu at the top; the page that the address asks for, to be run."""
    pages = [st.Page(_FOLDER / f"{name}.py", title=name.capitalize(), default=name == _PAGES[0]) for name in _PAGES]
    page = st.navigation(pages, position="top")
    state.set_framed()
    return page


def inside_frame() -> None:
    """Every page's first line: see that ``app.py`` has run before it.

    Streamlit runs a file of ``pages/`` without ``app.py`` when it is the first address a new server is asked for,
    because it learns only from ``st.navigation`` that there is a frame.
    """
    if not state.is_framed():
        navigation()
        st.rerun()
