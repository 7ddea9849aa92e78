"""Which trained network the pages ask: the choice of a run, and of a moment of its training."""

import contextlib

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.runs import Run
from cnn_builder.runs.errors import ServiceError
from cnn_builder.runs.run_files import epoch_weights
from cnn_builder.settings import Settings
from cnn_builder.ui import state
from cnn_builder.ui.drawing import label, readable

BEST = "best"


def choose_run() -> Run | None:
    """The run whose network is asked, chosen by the user; None, with a word about it, where there is none."""
    try:
        runs = state.store().list()
    except CnnBuilderError as error:
        st.error(str(error))
        st.button("Try again")
        return None
    usable = readable(runs, state.settings())
    if not usable:
        _nothing_trained(runs)
        return None
    # Started while people still look around; a failure here shows itself with the first answer.
    with contextlib.suppress(ServiceError):
        state.service().warm()
    return _choice(runs, usable)


def _choice(runs: list[Run], usable: list[Run]) -> Run:
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


def _nothing_trained(runs: list[Run]) -> None:
    if any(run.is_active for run in runs):
        st.info("A network is being trained. It can be asked here when it ends.")
    else:
        st.info("No network is trained yet. Train one – the digits take less than a minute – then come back.")
    st.page_link("pages/train.py", label="Go to Train", icon="➡️")


def kept_epochs(run: Run, settings: Settings) -> list[int]:
    """The epochs, from 1, whose weights were kept."""
    return sorted(epoch_weights(settings.run_folder(run.run_id)))


def choose_moment(run: Run) -> int | None:
    """An epoch of the training, or None for the best model."""
    epochs = kept_epochs(run, state.settings())
    if len(epochs) < 2:
        return None
    options: list[int | str] = [*epochs, BEST]
    chosen = st.select_slider(
        "After epoch",
        options,
        value=BEST,
        format_func=str,
        key=f"inspect-epoch-{run.run_id}",
        help="The network as it was after each epoch; “best” is the one that is kept.",
    )
    return chosen if isinstance(chosen, int) else None
