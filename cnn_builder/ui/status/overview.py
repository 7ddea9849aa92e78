"""What the Status page shows, drawn anew every few seconds while it is open."""

from pathlib import Path

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.figures.status_tables import processes_table, runs_status_table, status_numbers
from cnn_builder.status import take_status
from cnn_builder.ui import server
from cnn_builder.ui.shared.errors import fragment
from cnn_builder.ui.shared.text import plain

POLL = "5s"


def status_overview() -> None:
    """Everything; only this part of the page asks again."""
    st.html(Path(__file__).with_name("style.css"))
    fragment(_overview, run_every=POLL)()


def _overview() -> None:
    try:
        status = take_status(server.machine_store(), server.machine_settings(), server.open_sessions())
    except CnnBuilderError as error:
        st.error(plain(str(error)))  # it asks again: a store that is away may come back
        return
    for words in status.attention:
        st.warning(plain(words))
    st.html(status_numbers(status))
    st.header("Runs", anchor=False)
    if status.training or status.queue:
        st.html(runs_status_table((*status.training, *status.queue)))
    else:
        st.caption("No run trains or waits.")
    st.header("Processes", anchor=False)
    st.html(processes_table(status))
    told = [*(f"{name} {text}" for name, text in status.versions.items()), f"store: {status.store}"]
    told += [f"artifacts: {status.artifacts}"] if status.artifacts else []
    st.caption(plain(" · ".join(told)))
