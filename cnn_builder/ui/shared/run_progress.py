"""Where a run stands, in words and as a share of its steps; the same on every page. No Streamlit here."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Protocol

from cnn_builder.runs import Metric, Run
from cnn_builder.ui.shared.text import duration

PACE_SECONDS = 60
"""Within the first epoch, a pace is known after this: before, most of the time went into compiling."""
EPOCHS = 5
"""The pace is that of so many latest epochs."""
ENOUGH = 0.25
"""Of the second epoch, before its own pace counts."""


@dataclass(frozen=True)
class RunProgress:
    """The status in words, and the share of steps done (0 to 1)."""

    title: str
    detail: str
    share: float


class LatestRows(Protocol):
    """Where a run's rows are read; the store."""

    def latest(self, run_id: str, kind: str, most: int) -> list[Metric]: ...


def pace_rows(store: LatestRows, run_id: str) -> list[Metric]:
    """The rows by which the time left is told: the latest epochs', then that of the latest steps. Raises StoreError."""
    return [*store.latest(run_id, "epoch", EPOCHS), *store.latest(run_id, "step", 1)]


def progress(run: Run, now: float, position: int | None = None, rows: Sequence[Metric] = ()) -> RunProgress:
    """Where a run stands at `now` (unix seconds).

    Args:
        position: its place among those that wait, from 1.
        rows: what `pace_rows` gives, for the time left.
    """
    asked = run.settings.epochs
    share = min(run.step / run.total_steps, 1.0) if run.total_steps else 0.0
    match run.status:
        case "queued":
            place = "next in the queue, " if position == 1 else f"number {position} in the queue, " if position else ""
            return RunProgress("Queued", f"{place}{run.reason or 'starts as soon as a worker is free'}", share)
        case "starting":
            loading = "starting a worker process" if run.pid is None else "loading TensorFlow, which takes some seconds"
            return RunProgress("Starting", run.reason or loading, share)
        case "running" | "stopping":
            at = f"epoch {min(max(run.epoch, 1), asked)} of {asked}"
            if run.status == "stopping":
                return RunProgress("Stopping", f"{at}, then evaluating the model kept so far on the test images", share)
            if run.reason:
                return RunProgress("Training", f"{at} · {run.reason}", share)
            if run.total_steps and run.step >= run.total_steps:
                return RunProgress("Evaluating", "on the test images", 1.0)
            return RunProgress("Training", " · ".join(filter(None, (at, _time_left(run, now, rows)))), share)
        case _:
            return _ended(run, share)


def _ended(run: Run, share: float) -> RunProgress:
    epochs, took = run.settings.epochs, "" if run.seconds is None else f" · {duration(run.seconds)}"
    if run.imported:
        return RunProgress("Imported", "no training was recorded here", 1.0)
    match run.status:
        case "finished":
            done = run.epoch if run.reason and run.epoch else epochs
            why = f" · {run.reason}" if run.reason else ""
            return RunProgress("Finished", f"{done} {'epoch' if done == 1 else 'epochs'}{took}{why}", 1.0)
        case "stopped":
            where = f"in epoch {run.epoch} of {epochs}" if run.epoch else "before the first epoch"
            why = f" · {run.reason}" if run.reason else ""
            return RunProgress("Stopped", f"{where}{took}{why}", share)
        case "diverged":
            why = f"{run.reason}: " if run.reason else ""
            return RunProgress("Diverged", f"{why}the loss is no longer finite. Try a smaller learning rate.", share)
        case _:
            why = (run.reason or "process gone").rstrip(".")
            return RunProgress(run.status.capitalize(), f"{why}. Resume continues from the last checkpoint.", share)


def _time_left(run: Run, now: float, rows: Sequence[Metric]) -> str:
    """From the pace so far; nothing until a pace is known."""
    if not run.step or run.started is None or not run.total_steps:
        return ""
    pace = _seconds_per_step(run, max(now - run.started, 0.0), run.total_steps / run.settings.epochs, rows)
    return "" if pace is None else f"{duration(pace * (run.total_steps - run.step))} left"


def _seconds_per_step(run: Run, passed: float, steps_per_epoch: float, rows: Sequence[Metric]) -> float | None:
    """What a step takes, but for those of the first epoch, in which the network is compiled; None while unknown."""
    epochs = {row.epoch: row.seconds for row in rows if row.kind == "epoch" and row.seconds is not None}
    later = [seconds for epoch, seconds in epochs.items() if epoch > 1]
    if later:
        return median(later) / steps_per_epoch  # one odd epoch, such as that in which a run was resumed, does not count
    if passed >= PACE_SECONDS:
        return passed / run.step
    if 1 not in epochs:
        return None if rows or run.epoch <= 1 else passed / run.step
    latest = rows[-1]  # both its time and the first epoch's begin with the fit, what was prepared before is not in them
    since = latest.step - steps_per_epoch
    if latest.seconds is None or since < ENOUGH * steps_per_epoch:
        return None
    return (latest.seconds - epochs[1]) / since
