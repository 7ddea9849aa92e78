"""The style sheets: those of all pages, and those that several pages load."""

from pathlib import Path

import streamlit as st

from cnn_builder.ui import components

_FOLDER = Path(__file__).parent
DIFF_TABLE = _FOLDER / "diff_table.css"
FIGURES = Path(components.__file__).parent / "common" / "figures.css"


def page_style() -> None:
    """The style sheets of all pages."""
    st.html(_FOLDER / "page.css")
    st.html(FIGURES)
