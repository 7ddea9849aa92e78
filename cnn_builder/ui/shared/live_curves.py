"""The live chart of one run: what a session's chart was sent, and the rows it has not got yet."""

from typing import Any

import streamlit as st

from cnn_builder.figures.curve_feed import next_rows
from cnn_builder.runs import Run
from cnn_builder.ui import server, state
from cnn_builder.ui.components.curves import KEY, curves


def live_curves(run: Run) -> None:
    """Draw the run's rows that are new into the chart. Raises StoreError."""
    feed: dict[str, Any] = st.session_state.setdefault(state.CURVE_FEED, {})
    mounted = st.session_state.get(KEY)
    curves(next_rows(run, server.store(), feed, getattr(mounted, "want", None)))
