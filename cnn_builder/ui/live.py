"""A run as it goes: status, progress, Stop and the curves. Polls once a second while the run is active."""

import time
from dataclasses import dataclass

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.runs import Run, RunNotFound
from cnn_builder.ui import run_actions, run_state, state
from cnn_builder.ui.coach import announce, coach
from cnn_builder.ui.components import curves
from cnn_builder.ui.text import duration, plain

POLL = "1s"


@dataclass(frozen=True)
class Progress:
    """The status in words, and the share of steps done (0 to 1)."""

    title: str
    detail: str
    share: float


def progress(run: Run, now: float, position: int | None = None) -> Progress:
    """Where a run stands at `now` (unix seconds). `position`: its place among those that wait, from 1."""
    epochs = run.settings.epochs
    share = min(run.step / run.total_steps, 1.0) if run.total_steps else 0.0
    match run.status:
        case "queued":
            place = "next, " if position == 1 else f"number {position} in the queue, " if position else ""
            return Progress("Queued", f"{place}starts as soon as there is room", share)
        case "starting":
            return Progress("Starting", run.reason or "loading TensorFlow and the images", share)
        case "running" | "stopping":
            at = f"epoch {min(max(run.epoch, 1), epochs)} of {epochs}"
            if run.status == "stopping":
                return Progress("Stopping", f"{at}, then the test score of the best epoch so far", share)
            if run.reason:
                return Progress("Training", f"{at} · {run.reason}", share)
            if run.total_steps and run.step >= run.total_steps:
                return Progress("Scoring", "on the test images", 1.0)
            return Progress("Training", " · ".join(filter(None, (at, _time_left(run, now)))), share)
        case _:
            return _ended(run, share)


def _ended(run: Run, share: float) -> Progress:
    epochs, took = run.settings.epochs, "" if run.seconds is None else f" · {duration(run.seconds)}"
    match run.status:
        case "finished":
            done = run.epoch if run.reason and run.epoch else epochs
            why = f" · {run.reason}" if run.reason else ""
            return Progress("Finished", f"{done} {'epoch' if done == 1 else 'epochs'}{took}{why}", 1.0)
        case "stopped":
            where = f"in epoch {run.epoch} of {epochs}" if run.epoch else "before it began"
            why = f" · {run.reason}" if run.reason else ""
            return Progress("Stopped", f"{where}{took}{why}", share)
        case "diverged":
            why = run.reason or "the loss is not a number any more"
            return Progress("Diverged", f"{why}: the loss grew out of bounds. Try a smaller learning rate.", share)
        case _:
            why = (run.reason or "process gone").rstrip(".")
            return Progress(run.status.capitalize(), f"{why}. Resume goes on from the last checkpoint.", share)


def _time_left(run: Run, now: float) -> str:
    """From the pace so far; nothing until a pace is known."""
    if not run.step or run.started is None or not run.total_steps:
        return ""
    seconds = max(now - run.started, 0.0) / run.step * (run.total_steps - run.step)
    return f"{duration(seconds)} left"


def live(run: Run) -> None:
    """Show the run. While it is active only this part of the page is drawn again, once a second."""
    part = st.fragment(_live, run_every=POLL if run.is_active else None)
    part(run.run_id, run.is_active)


def _live(run_id: str, was_active: bool) -> None:
    """One drawing. A part that draws itself again has to tell its errors itself: the page's frame does not see them."""
    try:
        _draw(run_id, was_active)
    except RunNotFound:
        st.rerun()  # deleted elsewhere: the page says so
    except CnnBuilderError as error:
        st.error(plain(str(error)))


def _draw(run_id: str, was_active: bool) -> None:
    run = state.store().get(run_id)
    if was_active != run.is_active:
        st.rerun()  # the whole page: it makes this part anew, with or without a timer
    announce()
    _status(run)
    mounted = st.session_state.get(curves.KEY)
    curves.live_curves(run, state.store(), run_state.curve_feed(), getattr(mounted, "want", None))
    coach(run)
    run_actions.history(run)


def _status(run: Run) -> None:
    position = state.store().queue_position(run.run_id) if run.status == "queued" else None
    now = progress(run, time.time(), position)
    run_actions.refusal()
    with st.container(horizontal=True, vertical_alignment="center", key="run-status"):
        st.markdown(f"**{now.title}** · {plain(now.detail)}" if now.detail else f"**{now.title}**")
        run_actions.control(run)
    if run.is_active:
        st.progress(now.share)
