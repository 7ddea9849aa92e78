"""Train: choose the settings, start a run, watch its curves, see its score."""

import streamlit as st

from cnn_builder.data import dataset_title
from cnn_builder.figures.locale_text import number_text
from cnn_builder.runs import Run, RunNotFound, RunUnreadable
from cnn_builder.runs.device import device_words
from cnn_builder.runs.results.drawing_score import drawings_words
from cnn_builder.runs.settings.words import unusual_words
from cnn_builder.ui import server, state
from cnn_builder.ui.shared.cluster_notice import cluster_notice
from cnn_builder.ui.shared.navigation import inside_frame
from cnn_builder.ui.shared.text import plain
from cnn_builder.ui.train import actions
from cnn_builder.ui.train.downloads import run_downloads
from cnn_builder.ui.train.form import hint, run_form
from cnn_builder.ui.train.live import live
from cnn_builder.ui.train.result import run_result
from cnn_builder.ui.train.run_list import run_list
from cnn_builder.ui.train.seeds import more_seeds, seeds
from cnn_builder.ui.train.share_link import share_link, whose
from cnn_builder.ui.train.sweep_line import sweep_line

NAMED_ALREADY = ("epochs", "batch_size", "optimizer", "learning_rate", "seed", "train_limit", "own_drawings")
"""Settings that the run's line or its progress names already."""


def current_run() -> Run | None:
    """The run that the address names; for an unknown one, a warning is shown and the address is cleared."""
    run_id = state.current_run_id()
    if run_id is None:
        return None
    try:
        return server.store().get(run_id)
    except RunNotFound:
        state.set_current_run_id(None)
        st.warning("Run not found. Choose another one, or train a new one.")
        return None
    except RunUnreadable as error:
        st.warning(plain(str(error)))
        return None


def request_words(run: Run) -> str:
    """What was asked for, in one line."""
    data = dataset_title(run.dataset)
    if run.imported:
        return plain(f"{run.name} · {number_text(run.total_params)} parameters · {data} · {run.imported.words}")
    asked = run.settings
    limit = "" if asked.train_limit is None else f" (first {number_text(asked.train_limit)})"
    how = f"batch {asked.batch_size} · {asked.optimizer} {asked.learning_rate:g} · seed {asked.seed}"
    told = [*unusual_words(asked, NAMED_ALREADY), *filter(None, [drawings_words(run)])]
    others = "".join(f" · {words}" for words in told)
    where = f" · on {device_words(run.device)}" if run.device else ""
    size = f"{number_text(run.total_params)} parameters"
    return plain(f"{run.name} · {size} · {data}{limit} · {how}{others}{where}")


def main() -> None:
    server.launcher().warm()
    st.title("Train", anchor=False)
    settings, shown = st.columns([1, 1.9], gap="large")
    with settings:
        run_form()
    with shown:
        actions.show_error()
        run = current_run()
        if run is None or not run.is_active:
            cluster_notice()
        run_list(run)
        if run is None:
            st.info(hint())
            return
        st.caption(request_words(run))
        whose(run)
        sweep_line(run)
        actions.described(run)
        live(run)
        run_result(run)
        seeds(run)
        run_downloads(run)
        actions.manage(run, more_seeds, share_link)


inside_frame()
main()
