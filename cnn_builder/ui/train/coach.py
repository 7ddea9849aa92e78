"""The coach's findings below a run's curves: at most two, each with one change to try."""

import threading
from collections import OrderedDict
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from cnn_builder.data import find_dataset
from cnn_builder.runs import Metric, Run, Store
from cnn_builder.runs.coach import Finding, findings
from cnn_builder.runs.image_counts import images_of
from cnn_builder.runs.layer_statistics.kept import read_statistics
from cnn_builder.ui import server
from cnn_builder.ui.shared.text import plain
from cnn_builder.ui.train import run_state
from cnn_builder.ui.train.advice import advice

MOST = 2
STEP_ROWS = 2000
"""The number of latest step rows that are read; epoch rows are all read."""
MOST_FEEDS = 32
"""Runs whose rows are kept."""


def coach(run: Run) -> None:
    """Show what the curve says. Part of the live fragment: it is drawn again with each poll."""
    if (message := run_state.take_fill_message()) is not None:
        run_state.set_toast(message)
        st.rerun()  # the whole page: the form has other values now
    folder = server.settings().run_folder(run.run_id)
    found = _feeds(repr(server.settings())).findings(run, server.store(), folder)[:MOST]
    if not found:
        return
    with st.container(key="coach", gap="small"):
        for finding in found:
            _show(run, finding)


def announce() -> None:
    """Show, once, how the form was filled."""
    if (message := run_state.take_toast()) is not None:
        st.toast(message, duration="long")


@dataclass
class _Feed:
    rows: dict[str, Any] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


class CoachFeeds:
    """The findings on the runs that are watched, and the rows they stand on: read once for all who watch a run."""

    def __init__(self) -> None:
        self._feeds: OrderedDict[str, _Feed] = OrderedDict()
        self._lock = threading.Lock()

    def findings(self, run: Run, store: Store, folder: Path | None = None) -> tuple[Finding, ...]:
        """As `run_findings`."""
        with self._lock:
            feed = self._feeds.setdefault(run.run_id, _Feed())
            self._feeds.move_to_end(run.run_id)
            while len(self._feeds) > MOST_FEEDS:
                self._feeds.popitem(last=False)
        with feed.lock:
            return run_findings(run, store, feed.rows, folder)


@st.cache_resource(show_spinner=False)
def _feeds(key: str) -> CoachFeeds:
    """Of the server whose settings are this text."""
    return CoachFeeds()


def run_findings(
    run: Run, store: Store, feed: MutableMapping[str, Any], folder: Path | None = None
) -> tuple[Finding, ...]:
    """The findings on a run; `feed` keeps its rows, so that each is read once.

    Args:
        folder: the run's own, where the statistics of its layers are; None goes by the curves alone.
    """
    info = find_dataset(run.dataset)
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
        validation = images_of(info, run.settings)[1] or None
        feed["found"] = findings(run, rows, len(info.classes), validation, read_statistics(folder) if folder else ())
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
    if finding.suggested:
        advice(run, finding)
