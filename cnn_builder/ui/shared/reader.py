"""Who reads the page: the browser's locale and time zone."""

import plotly.graph_objects as go
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnn_builder.figures.locale_text import ENGLISH, BrowserLocale, plotly_separators, read_by


def browser_reader() -> BrowserLocale:
    """The session's; English where there is none, as in what makes a file after the page was drawn."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return ENGLISH
    return BrowserLocale(st.context.locale, st.context.timezone)


def write_for_the_browser() -> None:
    """Once a server: numbers and dates are written for whoever has the page open."""
    read_by(browser_reader)


def localized(figure: go.Figure) -> go.Figure:
    """The figure, with the reader's decimal sign and thousands."""
    return figure.update_layout(separators=plotly_separators())
