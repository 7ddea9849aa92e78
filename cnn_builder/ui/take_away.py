"""Take a run away: its model as a Keras file, its metrics as CSV, all of it as one page."""

import re

import streamlit as st

from cnn_builder.figures.report import Reported, report
from cnn_builder.runs import Run
from cnn_builder.runs.model_file import model_file, refusal
from cnn_builder.runs.table import metrics_csv
from cnn_builder.ui import state
from cnn_builder.ui.run_errors import details_of
from cnn_builder.ui.text import plain

_ICON = ":material/download:"


def take_away(run: Run) -> None:
    """The downloads of a run that has ended; each file is made when it is asked for."""
    if run.is_active or not run.epoch:
        return
    # Captured here: what makes the files runs outside of the session.
    store, settings, details = state.store(), state.settings(), details_of(run)

    def metrics() -> str:
        return metrics_csv(store.metrics(run.run_id))

    def page() -> str:
        return report(Reported(run, store.metrics(run.run_id, kind="epoch"), details))

    def model() -> bytes:
        return model_file(run, settings).read_bytes()

    reason = refusal(run, settings)
    st.markdown("**Take it away**")
    with st.container(horizontal=True, key="take-away"):
        if reason is None:
            st.download_button(
                "Model", model, file_name(run, "keras"), "application/zip", key="take-model", icon=_ICON,
                on_click="ignore", help=model_words(run),
            )  # fmt: skip
        st.download_button(
            "Metrics", metrics, file_name(run, "csv"), "text/csv", key="take-metrics", icon=_ICON, on_click="ignore",
            help="Every recorded row as CSV.",
        )  # fmt: skip
        st.download_button(
            "Report", page, file_name(run, "html"), "text/html", key="take-report", icon=_ICON, on_click="ignore",
            help="One page that needs nothing else: score, curves, network, settings, errors and code.",
        )  # fmt: skip
    if reason is not None and run.test_accuracy is not None:
        st.caption(plain(f"The model is not offered as a file: {reason}."))


def model_words(run: Run) -> str:
    """What the file is, and how far it was checked."""
    found = (run.evaluation or {}).get("model") or {}
    images = found.get("images", 0)
    return (
        f"The best model as a .keras file. Loaded again, it predicted the same for {images} test images. "
        "It takes pixels from 0 to 1."
    )


def file_name(run: Run, ending: str) -> str:
    """A name for the run's file that every system takes."""
    stem = re.sub(r"[^A-Za-z0-9]+", "-", run.name).strip("-")[:60] or "run"
    return f"{stem}-{run.run_id}.{ending}"
