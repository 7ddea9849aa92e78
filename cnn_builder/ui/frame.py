"""What stands around every page."""

import streamlit as st

from cnn_builder.ui import server, state, viewer
from cnn_builder.ui.components.frame import frame
from cnn_builder.ui.shared.connection import send_at_once
from cnn_builder.ui.shared.entrance import account_bar, may_enter, sign_in_page
from cnn_builder.ui.shared.errors import callback_errors, shown_errors
from cnn_builder.ui.shared.lesson_bar import lesson_bar, lesson_place
from cnn_builder.ui.shared.navigation import PAGES, navigation
from cnn_builder.ui.shared.reader import write_for_the_browser
from cnn_builder.ui.shared.styles import page_style


def run_page() -> None:
    """Draw the page that the address asks for, in its frame."""
    st.set_page_config(page_title="CNN Builder", page_icon="🧱", layout="wide")
    send_at_once()
    write_for_the_browser()
    server.settle_memory()
    server.look_after_runs()
    page_style()
    page = navigation()
    if viewer.share_token():
        frame(PAGES)
        with shown_errors():
            page.run()
        return
    if not may_enter():
        frame(PAGES, door="shut")
        sign_in_page()
        return
    frame(PAGES, state.learner_cookie(), f"{page.title} {lesson_place()}", door="open")
    callback_errors()
    with shown_errors():
        account_bar()
        lesson_bar(page.title.lower())
        page.run()
