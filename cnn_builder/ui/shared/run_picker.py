"""Which trained network the pages use: the choice of a run, and of an epoch of its training."""

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.runs import Run
from cnn_builder.runs.results.run_labels import differences
from cnn_builder.runs.run_files import epoch_weights
from cnn_builder.settings import Settings
from cnn_builder.ui import server, state
from cnn_builder.ui.shared.first_run import first_run_button
from cnn_builder.ui.shared.user_pictures import label, usable_runs
from cnn_builder.ui.shared.warm_up import warm_up

BEST = "best"


def choose_run() -> Run | None:
    """The run chosen by the user; None, with a message on the page, where no run can be used."""
    try:
        runs = server.store().list()
    except CnnBuilderError as error:
        st.error(str(error))
        st.button("Try again")
        return None
    usable = usable_runs(runs, server.settings())
    if not usable:
        _nothing_trained(runs)
        return None
    run = _choice(runs, usable)
    warm_up(run)  # while people still look around
    return run


def _choice(runs: list[Run], usable: list[Run]) -> Run:
    """The choice starts at the current run if it can be used, else at the newest."""
    by_id = {run.run_id: run for run in usable}
    current = state.current_run_id()
    start = current if current in by_id else usable[0].run_id
    apart = differences(usable)
    chosen = st.selectbox(
        "Network",
        list(by_id),
        index=list(by_id).index(start),
        format_func=lambda run_id: label(by_id[run_id], apart[run_id]),
        key=state.DRAW_RUN,
    )
    if any(run.is_active and run.run_id == current for run in runs):
        st.caption("The current run is still training. It appears in this list when it has ended.")
    if chosen != start:
        state.set_current_run_id(chosen)
    return by_id[chosen]


def _nothing_trained(runs: list[Run]) -> None:
    if any(run.is_active for run in runs):
        st.info("A network is being trained. You can use it here when the run has ended.")
        st.page_link("pages/train.py", label="Go to Train", icon="➡️")
    else:
        st.info("No network has been trained yet. The built-in digits train one in about half a minute.")
        first_run_button("train-first")


def kept_epochs(run: Run, settings: Settings) -> list[int]:
    """The epochs, from 1, whose weights were kept."""
    return sorted(epoch_weights(settings.run_folder(run.run_id)))


def choose_epoch(run: Run) -> int | None:
    """An epoch of the training, or None for the best model."""
    epochs = kept_epochs(run, server.settings())
    if len(epochs) < 2:
        return None
    options: list[int | str] = [*epochs, BEST]
    chosen = st.select_slider(
        "After epoch",
        options,
        value=BEST,
        format_func=str,
        key=f"inspect-epoch-{run.run_id}",
        help="The network with the weights it had after that epoch; “best” is the best epoch's model.",
    )
    return chosen if isinstance(chosen, int) else None
