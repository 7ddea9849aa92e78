"""CNN Builder: the frame around the pages. Start it with ``streamlit run app.py``."""

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.ui import frame, state
from cnn_builder.ui.connection import send_at_once
from cnn_builder.ui.navigation import navigation


def main() -> None:
    st.set_page_config(page_title="CNN Builder", page_icon="🧱", layout="wide")
    send_at_once()
    state.settle_memory()
    frame.style()
    page = navigation()
    try:
        page.run()
    except CnnBuilderError as error:
        st.error(str(error))


main()
