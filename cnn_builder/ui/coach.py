"""What the coach reads from a run's curve, below it: at most two findings, each with one change to try."""

from collections.abc import MutableMapping
from typing import Any

import streamlit as st

from cnn_builder.data import DATASETS
from cnn_builder.runs import Metric, Run, Store
from cnn_builder.runs.coach import Finding, findings
from cnn_builder.runs.image_counts import images_of
from cnn_builder.runs.remedies import Remedy
from cnn_builder.ui import run_state, state
from cnn_builder.ui.again import fill_form
from cnn_builder.ui.text import plain

MOST = 2
STEP_ROWS = 2000
"""So many of the latest step rows are read; epochs, which tell most, are read all."""


def coach(run: Run) -> None:
    """Show what the curve says. Part of the live fragment: it is drawn again with each poll."""
    if (told := run_state.tried()) is not None:
        run_state.say_tried(told)
        st.rerun()  # the whole page: the form has other values now
    found = read(run, state.store(), run_state.coach_feed())[:MOST]
    if not found:
        return
    with st.container(key="coach", gap="small"):
        for finding in found:
            _show(run, finding)


def announce() -> None:
    """Say, once, what was put into the form."""
    if (told := run_state.said_tried()) is not None:
        st.toast(told, duration="long")


def read(run: Run, store: Store, feed: MutableMapping[str, Any]) -> tuple[Finding, ...]:
    """The findings on a run; `feed` keeps its rows for this session, so that each is read once."""
    info = DATASETS.get(run.dataset)
    if info is None or (run.status != "diverged" and run.epoch == 0):
        return ()
    name = f"{run.run_id}/{run.cut}"
    if feed.get("run") != name:
        feed.clear()
        feed.update(run=name, epochs=[], steps=[], found=(), status="")
    epochs, steps = _fresh(run.run_id, store, feed)
    if epochs or feed["status"] != run.status:
        feed["epochs"] += epochs
        feed["steps"] = (feed["steps"] + steps)[-STEP_ROWS:]
        rows = sorted([*feed["epochs"], *feed["steps"]], key=lambda row: row.seq)
        feed["found"] = findings(run, rows, len(info.classes), images_of(info, run.settings)[1] or None)
        feed["status"] = run.status
    found: tuple[Finding, ...] = feed["found"]
    return found


def _fresh(run_id: str, store: Store, feed: MutableMapping[str, Any]) -> tuple[list[Metric], list[Metric]]:
    """New epoch rows and, where there are any, the step rows before them."""
    known: list[Metric] = feed["epochs"]
    epochs = store.metrics(run_id, known[-1].seq if known else 0, "epoch")
    if not epochs:
        return [], []
    after = max(known[-1].seq if known else 0, epochs[-1].seq - STEP_ROWS)
    steps = [row for row in store.metrics(run_id, after, "step") if row.seq < epochs[-1].seq]
    return epochs, steps


def _show(run: Run, finding: Finding) -> None:
    if finding.code == "fine":
        st.caption(f"{plain(finding.title)}. {plain(finding.evidence)}")
        return
    st.markdown(f"**{plain(finding.title)}** · {plain(finding.evidence)}")
    st.caption(plain(finding.advice))
    if finding.tries:
        with st.container(horizontal=True, gap="small"):
            for place, remedy in enumerate(finding.tries):
                key = f"try-{finding.code}-{place}"
                st.button(f"Try: {plain(remedy.title)}", key=key, on_click=_try, args=(run.dataset, remedy))


def _try(dataset: str, remedy: Remedy) -> None:
    """Fill the form with the run's own request and the one change; the network is undone by Undo."""
    fill_form(remedy.architecture, dataset, remedy.settings)
    run_state.try_next(f"In the form now: **{plain(remedy.title)}**, all else as in that run. Press **Train**.")
