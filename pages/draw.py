"""Draw: a drawing or a picture, read by a trained network."""

import contextlib

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.runs import Run
from cnn_builder.runs.errors import ServiceError
from cnn_builder.ui import state
from cnn_builder.ui.drawing import drawing, label, readable
from cnn_builder.ui.navigation import inside_frame


def choose(runs: list[Run], usable: list[Run]) -> Run:
    """The network that reads: the current run where it can, else the newest."""
    by_id = {run.run_id: run for run in usable}
    current = state.current_run_id()
    start = current if current in by_id else usable[0].run_id
    chosen = st.selectbox(
        "Network",
        list(by_id),
        index=list(by_id).index(start),
        format_func=lambda run_id: label(by_id[run_id]),
        key=state.DRAW_RUN,
    )
    if any(run.is_active and run.run_id == current for run in runs):
        st.caption("The current run is still training; it can be chosen here when it ends.")
    if chosen != start:
        state.set_current_run_id(chosen)
    return by_id[chosen]


def nothing_trained(runs: list[Run]) -> None:
    if any(run.is_active for run in runs):
        st.info("A network is being trained. When it ends, it can read what you draw.")
    else:
        st.info("No network is trained yet. Train one – the digits take less than a minute – then draw here.")
    st.page_link("pages/train.py", label="Go to Train", icon="➡️")


def page() -> None:
    st.title("Draw", anchor=False)
    try:
        runs = state.store().list()
    except CnnBuilderError as error:
        st.error(str(error))
        st.button("Try again")
        return
    usable = readable(runs, state.settings())
    if not usable:
        nothing_trained(runs)
        return
    # Started while people are still drawing; a failure here shows itself with the first answer.
    with contextlib.suppress(ServiceError):
        state.service().warm()
    drawing(choose(runs, usable))


inside_frame()
page()
