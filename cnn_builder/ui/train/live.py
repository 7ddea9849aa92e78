"""A run while it trains: status, progress, Stop and the curves. Polls once a second while the run is active."""

import time

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.runs import Run, RunNotFound
from cnn_builder.ui import server
from cnn_builder.ui.shared.cluster_notice import cluster_notice
from cnn_builder.ui.shared.errors import fragment
from cnn_builder.ui.shared.live_curves import live_curves
from cnn_builder.ui.shared.run_progress import pace_rows, progress
from cnn_builder.ui.shared.text import plain
from cnn_builder.ui.train import actions
from cnn_builder.ui.train.announcements import announce_status
from cnn_builder.ui.train.coach import announce, coach
from cnn_builder.ui.train.layer_view import LAYERS, chosen_view, layer_view

POLL = "1s"


def live(run: Run) -> None:
    """Show the run. While it is active only this part of the page is drawn again, once a second."""
    part = fragment(_live, run_every=POLL if run.is_active else None)
    part(run.run_id, run.status)


def _live(run_id: str, status: str) -> None:
    """Draw once. A fragment that reruns has to show its own errors: the page's frame does not see them."""
    try:
        _draw(run_id, status)
    except RunNotFound:
        st.rerun()  # deleted elsewhere: the page says so
    except CnnBuilderError as error:
        st.error(plain(str(error)))


def _draw(run_id: str, status: str) -> None:
    run = server.store().get(run_id)
    if run.status != status:
        st.rerun()  # the whole page: the list of runs says the status, and this part is made anew, with a timer or not
    announce()
    if run.is_active:
        cluster_notice()
    _status(run)
    if run.imported is None:  # the chart would stay empty
        if chosen_view() == LAYERS:
            layer_view(run)
        else:
            live_curves(run)
        coach(run)
    actions.history(run)


def _status(run: Run) -> None:
    position = server.store().queue_position(run.run_id) if run.status == "queued" else None
    now = progress(run, time.time(), position, pace_rows(server.store(), run.run_id))
    announce_status(run, now.detail)
    actions.show_error()
    with st.container(horizontal=True, vertical_alignment="center", key="run-status"):
        st.markdown(f"**{now.title}** · {plain(now.detail)}" if now.detail else f"**{now.title}**")
        actions.control(run)
    if run.is_active:
        st.progress(now.share)
