"""One run as its link shows it: how it went and what came of it, with nothing to change."""

import time

import streamlit as st

from cnn_builder.architecture import trace
from cnn_builder.data import dataset_title
from cnn_builder.figures.trace_table import trace_table
from cnn_builder.runs import Run
from cnn_builder.runs.image_kind import settings_for_run
from cnn_builder.runs.results.score_comparison import images_tested
from cnn_builder.ui import server
from cnn_builder.ui.shared.confusion_view import misclassified_images
from cnn_builder.ui.shared.errors import fragment
from cnn_builder.ui.shared.live_curves import live_curves
from cnn_builder.ui.shared.navigation import inside_frame
from cnn_builder.ui.shared.run_progress import pace_rows, progress
from cnn_builder.ui.shared.text import plain

POLL = "1s"


def status(run_id: str, before: str) -> None:
    """The status and the curves; when the run has ended, the page is drawn once more."""
    store = server.store()
    run = store.get(run_id)
    if run.status != before:
        st.rerun()
    now = progress(run, time.time(), store.queue_position(run_id), pace_rows(store, run_id))
    st.markdown(f"**{now.title}** · {plain(now.detail)}" if now.detail else f"**{now.title}**")
    if run.is_active:
        st.progress(now.share)
    if run.imported is None:
        live_curves(run)


def result(run: Run) -> None:
    """The test accuracy, and what was predicted wrongly."""
    if run.is_active or run.test_accuracy is None:
        return
    count = images_tested(run)
    st.metric("Test accuracy", f"{run.test_accuracy:.4f}")
    st.caption("on the test images" if count is None else f"on {count:,} test images")
    misclassified_images(run)


def main() -> None:
    (run,) = server.store().list()
    st.title(plain(run.name), anchor=False)
    data = dataset_title(run.dataset, settings_for_run(run))
    how = f"{run.settings.epochs} epochs · batch {run.settings.batch_size} · {run.settings.optimizer}"
    words = f"{run.total_params:,} parameters · {data}" + ("" if run.imported else f" · {how}")
    st.caption(plain(f"A shared run: it can be looked at, not changed. {words}"))
    fragment(status, run_every=POLL if run.is_active else None)(run.run_id, run.status)
    result(run)
    st.header("Network", anchor=False)
    st.html(trace_table(run.architecture, trace(run.architecture), None))


inside_frame()
main()
