"""The pages, and the way to them."""

import streamlit as st
from streamlit.navigation.page import Page

from cnn_builder.ui import state, viewer
from cnn_builder.ui.shared.entrance import may_enter, sign_in_page

PAGES = ("start", "build", "train", "compare", "draw", "inspect", "data", "learn")
"""The pages in their order, by the names of their files; the first is the start."""
HIDDEN = ("status",)
"""Pages that are not in the menu: only their address leads there."""


def navigation() -> Page:
    """The menu at the top; the page that the address asks for, to be run."""
    if viewer.share_token():  # whoever has the link to one run is shown that, whatever the address names
        page = st.navigation([st.Page("pages/shared_run.py", title="Shared run", default=True)], position="hidden")
        state.set_framed()
        return page
    pages = [st.Page(f"pages/{name}.py", title=name.capitalize(), default=name == PAGES[0]) for name in PAGES]
    pages += [
        st.Page(f"pages/{name}.py", title=name.capitalize(), visibility="hidden")
        for name in HIDDEN
        if name not in PAGES
    ]
    page = st.navigation(pages, position="top" if may_enter() else "hidden")
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
    if not viewer.share_token() and not may_enter():  # the frame has the same door; no page depends on it alone
        sign_in_page()
        st.stop()
