"""The exports of a run: a page that reads drawings by itself, report and model card, its model, metrics and code."""

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnn_builder.architecture import trace
from cnn_builder.data import find_dataset
from cnn_builder.figures.model_card import model_card
from cnn_builder.figures.report import Reported, report
from cnn_builder.offline.limits import obstacle
from cnn_builder.offline.page import offline_page
from cnn_builder.runs import NO_DATASET, Run
from cnn_builder.runs.layer_statistics.kept import read_statistics
from cnn_builder.runs.results.card_facts import card_facts
from cnn_builder.runs.results.drawing_score import drawings_file
from cnn_builder.runs.results.engine_exports import exported_file
from cnn_builder.runs.results.model_file import model_file, model_with_optimizer, refusal
from cnn_builder.runs.results.table import metrics_csv
from cnn_builder.runs.results.training_code import run_notebook, run_script
from cnn_builder.runs.robustness.rows import robustness_rows
from cnn_builder.runs.run_files import LAST_STATE
from cnn_builder.ui import server
from cnn_builder.ui.shared.confusion_view import details_of
from cnn_builder.ui.shared.text import plain
from cnn_builder.ui.train.formats import model_formats
from cnn_builder.ui.train.run_files import file_name

_ICON = ":material/download:"
_STYLE = Path(__file__).with_name("exports.css")


def run_downloads(run: Run) -> None:
    """The run's code and, once it has ended, its results; each file is made when it is asked for."""
    st.html(_STYLE)
    st.markdown("**Export**")
    trained = not run.is_active and bool(run.epoch or run.imported)
    reason = refusal(run, server.settings())
    with st.container(key="take-away", gap="xsmall"):
        if trained:
            with _row("result"):
                _results(run, reason)
        if trained and reason is None:
            with _row("model"):
                _model(run)
        if run.imported is None or run.drawings is not None:
            with _row("training"):
                _training(run, trained)
    if trained and reason is not None and (run.imported or run.test_accuracy is not None):
        st.caption(plain(f"The model cannot be downloaded: {reason}."))
    elif trained and (why := obstacle(run.architecture, run.dataset)) is not None:
        st.caption(plain(f"There is no page by itself of this run: {why}."))
    if trained and reason is None and find_dataset(run.dataset) is not None:
        model_formats(run)


def _row(name: str) -> DeltaGenerator:
    """A row of buttons with its title before it."""
    row = st.container(horizontal=True, vertical_alignment="center", key=f"take-away-{name}")
    row.caption(name.capitalize(), width=64)
    return row


def _results(run: Run, reason: str | None) -> None:
    """Buttons for what people look at: the page by itself, unless there is a reason against it, report and card."""
    # Captured here: what makes the files runs outside of the session.
    store, settings, details = server.store(), server.settings(), details_of(run)

    def by_itself() -> bytes:
        return offline_page(run, settings).content

    def page() -> str:
        rows = robustness_rows(run, settings, store.list(None))
        epochs, events = store.metrics(run.run_id, kind="epoch"), store.events(run.run_id)
        layers = read_statistics(settings.run_folder(run.run_id))
        return report(Reported(run, epochs, details, events, rows, layers))

    def card() -> str:
        return model_card(card_facts(run, store, settings))

    if reason is None and obstacle(run.architecture, run.dataset) is None:
        st.download_button(
            "Page", by_itself, file_name(run, "page.html"), "text/html", key="take-page", icon=_ICON, on_click="ignore",
            help="One HTML file that reads drawings, or photos, with this network by itself: without a server or a "
            "network connection, on a phone, too. Made when you ask for it, which takes a few seconds.",
        )  # fmt: skip
    st.download_button(
        "Report", page, file_name(run, "html"), "text/html", key="take-report", icon=_ICON, on_click="ignore",
        help="A self-contained HTML page: score, network and errors; of a trained run also curves, settings and code.",
    )  # fmt: skip
    st.download_button(
        "Model card", card, file_name(run, "md"), "text/markdown", key="take-card", icon=_ICON, on_click="ignore",
        help="Markdown to publish with the model: its data with a fingerprint, settings, scores with intervals, errors "
        "by class, versions.",
    )  # fmt: skip


def _model(run: Run) -> None:
    """Buttons for the model's own files."""
    settings = server.settings()

    def model() -> bytes:
        return model_file(run, settings).read_bytes()

    def trainable() -> bytes:
        return model_with_optimizer(run, settings)

    st.download_button(
        "Model", model, file_name(run, "keras"), "application/zip", key="take-model", icon=_ICON, on_click="ignore",
        help=model_words(run),
    )  # fmt: skip
    if (settings.run_folder(run.run_id) / LAST_STATE).is_file():
        st.download_button(
            "Model with optimizer", trainable, file_name(run, "trainable.keras"), "application/zip",
            key="take-trainable", icon=_ICON, on_click="ignore",
            help="The model of the last step as a .keras file with its optimizer's state, to be trained on in Keras. "
            "Made when you ask for it, which takes a few seconds.",
        )  # fmt: skip


def _training(run: Run, trained: bool) -> None:
    """Buttons for the metrics, once there are some, the code and the drawings."""
    store, settings = server.store(), server.settings()

    def metrics() -> str:
        return metrics_csv(run, store.metrics(run.run_id), store.events(run.run_id))

    def events() -> bytes:
        return exported_file(run, settings, "tensorboard").content

    if trained and run.imported is None:
        st.download_button(
            "Metrics", metrics, file_name(run, "csv"), "text/csv", key="take-metrics", icon=_ICON, on_click="ignore",
            help="All recorded metrics and events as CSV, with the learning rate of each row.",
        )  # fmt: skip
        st.download_button(
            "TensorBoard", events, file_name(run, "tensorboard.zip"), "application/zip", key="take-tensorboard",
            icon=_ICON, on_click="ignore",
            help="The metrics as event files: unpack them and start tensorboard --logdir FOLDER. Made when you ask for "
            f"it, which takes a few seconds. For MLflow: cnn-builder runs export {run.run_id} --to mlflow -o ADDRESS",
        )  # fmt: skip
    if run.imported is None:
        _code(run)
    _drawings(run)


def _code(run: Run) -> None:
    """Buttons for the notebook and the script that train this network with this run's settings."""
    if trace(run.architecture).error is not None:
        return
    store = server.store()

    def notebook() -> str:
        return run_notebook(run.architecture, run.dataset, run.settings, store.events(run.run_id), drawings_file(run))

    def script() -> str:
        return run_script(run.architecture, run.dataset, run.settings, store.events(run.run_id), drawings_file(run))

    told = "trains this network in Keras with this run's data set, settings and changes of the learning rate."
    st.download_button(
        "Notebook", notebook, file_name(run, "ipynb"), "application/x-ipynb+json", key="take-notebook", icon=_ICON,
        on_click="ignore", help=f"A Jupyter notebook that {told}",
    )  # fmt: skip
    st.download_button(
        "Code", script, file_name(run, "py"), "text/x-python", key="take-code", icon=_ICON, on_click="ignore",
        help=f"A Python script that {told}",
    )  # fmt: skip


def _drawings(run: Run) -> None:
    """The button for the drawings that the run took with it; nothing where it took none."""
    if run.drawings is None:
        return
    store = server.store()

    def drawings() -> bytes:
        kept = store.drawings(run.run_id)
        return b"" if kept is None else kept.to_npz()

    st.download_button(
        "Drawings", drawings, drawings_file(run), "application/zip", key="take-drawings", icon=_ICON,
        on_click="ignore",
        help="Your drawings as this run took them with it: x_train, y_train, x_test and y_test in a NumPy .npz file, "
        "which its code loads.",
    )  # fmt: skip


def model_words(run: Run) -> str:
    """What the file is, and how far it was checked."""
    found = (run.evaluation or {}).get("model") or {}
    images = found.get("images", 0)
    which = "model" if run.imported else "best model"
    kind = "random" if run.dataset == NO_DATASET else "test"
    return (
        f"The {which} as a .keras file. After reloading, its predictions for {images} {kind} images were the same. "
        "It expects pixel values from 0 to 1."
    )
