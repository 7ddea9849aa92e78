"""The list of runs, to open an older one, and the queue: what trains and what waits."""

import time
from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import dataset_title
from cnn_builder.runs import Run
from cnn_builder.runs.results.run_labels import differences, name_apart, status_words
from cnn_builder.ui import server, state
from cnn_builder.ui.shared.errors import callback, fragment
from cnn_builder.ui.shared.linked_field import linked
from cnn_builder.ui.shared.text import ago, plain
from cnn_builder.ui.shared.unreadable_runs import unreadable_runs
from cnn_builder.ui.train import actions
from cnn_builder.ui.train.import_model import import_popover

RECENT = 30
POLL = "5s"
_MOST_ROWS, _MOST_HEIGHT = 4, 260
"""Rows of the queue before it scrolls, and its height then, in pixels."""


def run_list(run: Run | None) -> None:
    """The latest runs and, where several are at work or wait, the queue.

    While any run is active this looks at the store every few seconds, and draws the page anew when one has another
    status: a line of the list must not say "starting" while it trains. The run that is shown is followed more closely,
    by `live`.
    """
    entries = server.store().entries(RECENT)
    unreadable_runs(entries)
    runs = {listed.run_id: listed for listed in entries if isinstance(listed, Run)}
    if run is not None:
        runs.setdefault(run.run_id, run)
    with st.container(horizontal=True, vertical_alignment="bottom", key="run-choice"):
        _choice(list(runs.values()), run)
        import_popover()
    active = _active()
    # A place that is always there: the chart below would lose its zoom if it moved when the last run ends.
    with st.container(key="queue-place"):
        if active:
            fragment(_watch, run_every=POLL)(statuses(active), run.run_id if run else None)


def _active() -> list[Run]:
    return [run for run in server.store().active() if isinstance(run, Run)]


def statuses(active: Sequence[Run]) -> dict[str, str]:
    """What the list says of the active runs, by id; it changes when one begins, ends, or another is queued."""
    return {run.run_id: run.status for run in active}


def _choice(runs: Sequence[Run], run: Run | None) -> None:
    if not runs or (run is not None and len(runs) == 1):
        return
    labels = run_labels(runs, time.time())
    st.selectbox(
        "Run",
        list(labels),
        index=None,
        format_func=lambda run_id: labels[run_id],
        placeholder="Open an older run",
        **linked("shown-run", run.run_id if run else None, state.set_current_run_id, labels),
    )


def run_labels(runs: Sequence[Run], now: float) -> dict[str, str]:
    """Each run's line by its id: the browser knows a choice by its line, so no two may be alike."""
    apart = differences(runs)
    return {run.run_id: run_label(run, now, apart[run.run_id]) for run in runs}


def run_label(run: Run, now: float, apart: str = "") -> str:
    """A run in one line. `apart`: what tells it from others of its name. An active run has no score yet, also where it
    had one before it was resumed."""
    name = name_apart(run, apart)
    scored = not run.is_active and run.test_accuracy is not None
    result = " · ".join([*(["imported"] if run.imported and scored else []), _result(run, scored)])
    return f"{name} · {dataset_title(run.dataset)} · {result} · {ago(run.created, now)}"


def _result(run: Run, scored: bool) -> str:
    return f"{run.test_accuracy:.4f}" if scored else status_words(run)


def _watch(known: Mapping[str, str], shown: str | None) -> None:
    try:
        active = _active()
        if statuses(active) != known or state.current_run_id() != shown:
            st.rerun()
        if any(run.run_id != shown for run in active):
            _queue(active, shown)
    except CnnBuilderError as error:  # the page's frame does not see the errors of a fragment that reruns
        st.caption(plain(str(error)))


def _queue(active: Sequence[Run], shown: str | None) -> None:
    """The active runs in the order in which they train."""
    waiting = {run.run_id: server.store().queue_position(run.run_id) or 0 for run in active if run.status == "queued"}
    ordered = sorted(active, key=lambda run: waiting.get(run.run_id, -1))
    apart = differences(active)
    with st.container(
        border=True, height=_MOST_HEIGHT if len(active) > _MOST_ROWS else "content", key="queue", gap="xsmall"
    ):
        st.markdown(f"**Queue** · {len(active) - len(waiting)} training, {len(waiting)} waiting")
        for run in ordered:
            words = f"{plain(name_apart(run, apart[run.run_id]))} · {queue_words(run, waiting.get(run.run_id))}"
            with st.container(horizontal=True, vertical_alignment="center", key=f"queue-{run.run_id}"):
                st.markdown(f"{words} · shown below" if run.run_id == shown else words)
                if run.run_id != shown:
                    _row_buttons(run)


def _row_buttons(run: Run) -> None:
    st.button(
        "Open",
        key=f"queue-open-{run.run_id}",
        type="tertiary",
        on_click=callback(state.set_current_run_id),
        args=(run.run_id,),
    )
    stop = partial(server.store().request_stop, run.run_id)
    st.button(
        "Remove" if run.status == "queued" else "Stop",
        key=f"queue-stop-{run.run_id}",
        type="tertiary",
        disabled=run.status == "stopping",
        on_click=actions.attempt,
        args=(stop,),
    )


def queue_words(run: Run, position: int | None) -> str:
    """Where an active run stands; `position` is its place among those that wait, from 1."""
    if run.status == "queued":
        return "next" if position == 1 else f"number {position}"
    if run.status == "running":
        return f"epoch {min(max(run.epoch, 1), run.settings.epochs)} of {run.settings.epochs}"
    return run.status
