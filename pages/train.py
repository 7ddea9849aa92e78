"""Train: choose the settings, start a run, watch its curves, read its score."""

import time
from collections import Counter
from typing import Any

import streamlit as st

from cnn_builder.data import DATASETS
from cnn_builder.runs import Run, RunNotFound
from cnn_builder.runs.settings_diff import unusual
from cnn_builder.ui import run_actions, state
from cnn_builder.ui.live import live
from cnn_builder.ui.navigation import inside_frame
from cnn_builder.ui.run_form import run_form
from cnn_builder.ui.run_result import run_result
from cnn_builder.ui.take_away import take_away
from cnn_builder.ui.text import ago, plain

RECENT = 30
TOLD = ("epochs", "batch_size", "optimizer", "learning_rate", "seed", "train_limit")
"""Settings that a run's line, or its progress, tells in words of its own."""


def current_run() -> Run | None:
    """The run that the address names; an unknown one is said and forgotten."""
    run_id = state.current_run_id()
    if run_id is None:
        return None
    try:
        return state.store().get(run_id)
    except RunNotFound:
        state.set_current_run_id(None)
        st.warning("Run not found. Choose another one, or train a new one.")
        return None


def run_choice(run: Run | None) -> None:
    """A list of the latest runs, to open an older one."""
    runs = {listed.run_id: listed for listed in state.store().list(RECENT)}
    if run is not None:
        runs.setdefault(run.run_id, run)
    if not runs or (run is not None and len(runs) == 1):
        return
    labels = run_labels(list(runs.values()), time.time())
    key = "shown-run"
    st.session_state[key] = run.run_id if run else None
    st.selectbox(
        "Run",
        list(runs),
        key=key,
        format_func=lambda run_id: labels[run_id],
        placeholder="Open an older run",
        on_change=lambda: state.set_current_run_id(st.session_state[key]),
    )


def title(dataset: str) -> str:
    """A data set as people know it; one this version does not have keeps its name."""
    return DATASETS[dataset].title if dataset in DATASETS else dataset


def run_label(run: Run, now: float) -> str:
    """A run in one line."""
    result = run.status if run.test_accuracy is None else f"{run.test_accuracy:.4f}"
    return f"{run.name} · {title(run.dataset)} · {result} · {ago(run.created, now)}"


def run_labels(runs: list[Run], now: float) -> dict[str, str]:
    """Each run's line by its id. Those alike get the end of their id: the browser names a choice by its line."""
    lines = {run.run_id: run_label(run, now) for run in runs}
    often = Counter(lines.values())
    return {name: line if often[line] == 1 else f"{line} · {name[-5:]}" for name, line in lines.items()}


def setting_words(name: str, value: Any) -> str:
    """A setting as people write it: "warmup epochs 1"."""
    return f"{name.replace('_', ' ')} {f'{value:g}' if isinstance(value, float) else value}"


def request_words(run: Run) -> str:
    """What was asked for, in one line."""
    asked = run.settings
    limit = "" if asked.train_limit is None else f" (first {asked.train_limit:,})"
    how = f"batch {asked.batch_size} · {asked.optimizer} {asked.learning_rate:g} · seed {asked.seed}"
    others = "".join(f" · {setting_words(name, value)}" for name, value in unusual(asked) if name not in TOLD)
    return plain(f"{run.name} · {run.total_params:,} parameters · {title(run.dataset)}{limit} · {how}{others}")


def main() -> None:
    state.supervisor()
    state.launcher().warm()
    st.title("Train", anchor=False)
    settings, shown = st.columns([1, 1.9], gap="large")
    with settings:
        run_form()
    with shown:
        run_actions.refusal()
        run = current_run()
        run_choice(run)
        if run is None:
            st.info("Choose the settings, press **Train**, and the curves draw themselves here.")
            return
        st.caption(request_words(run))
        run_actions.described(run)
        live(run)
        run_result(run)
        take_away(run)
        run_actions.manage(run)


inside_frame()
main()
