"""The first run while it trains: where it stands, and its curves. Both look once a second."""

import contextlib
import time

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.runs import Run, RunNotFound
from cnn_builder.ui import server
from cnn_builder.ui.components.status import status as announced
from cnn_builder.ui.shared.errors import callback, fragment
from cnn_builder.ui.shared.live_curves import live_curves
from cnn_builder.ui.shared.run_progress import pace_rows, progress
from cnn_builder.ui.shared.text import plain

POLL = "1s"


def run_status(run: Run) -> None:
    """Where the run stands, in words and as a bar, and Stop."""
    fragment(_status, run_every=POLL if run.is_active else None)(run.run_id, run.status)


def _status(run_id: str, known: str) -> None:
    try:
        run, rows = server.store().get(run_id), pace_rows(server.store(), run_id)
    except RunNotFound:
        st.rerun()  # deleted elsewhere
    except CnnBuilderError as error:
        st.error(plain(str(error)))
        return
    if run.status != known:
        st.rerun()  # the whole page: what stands around this part belongs to the status
    now = progress(run, time.time(), rows=rows)
    announced(f"{now.title}." if run.is_active else f"{now.title}: {now.detail}.")
    with st.container(horizontal=True, vertical_alignment="center", key="start-status"):
        st.markdown(f"**{now.title}** · {plain(now.detail)}" if now.detail else f"**{now.title}**")
        if run.is_active:
            st.button("Stop", key="start-stop", disabled=run.status == "stopping", on_click=_stop, args=(run_id,))
    if run.is_active:
        st.progress(now.share)


@callback
def _stop(run_id: str) -> None:
    with contextlib.suppress(CnnBuilderError):  # the next look at the run tells what is wrong with the store
        server.store().request_stop(run_id)


def run_curves(run: Run | None) -> None:
    """The run's accuracy and loss; before there is a run, a line in their place."""
    if run is None:
        with st.container(border=True, key="start-before"):
            st.caption("Accuracy and loss are drawn here while the network learns. It takes about half a minute.")
        return
    fragment(_curves, run_every=POLL if run.is_active else None)(run.run_id)


def _curves(run_id: str) -> None:
    try:
        live_curves(server.store().get(run_id))
    except CnnBuilderError as error:
        st.caption(plain(str(error)))
