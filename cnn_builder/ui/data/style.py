"""The style sheet of the Data page."""

from pathlib import Path

import streamlit as st


def style() -> None:
    st.html(Path(__file__).with_name("style.css"))
