"""Waiting for a run: the progress bar, a line per epoch, and Ctrl-C."""

import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from cnn_builder.runs import Metric, Run, Store, Supervisor

POLL = 0.15
TICK = 1.0
RESULT = ("run_id", "status", "best_epoch", "test_loss", "test_accuracy", "seconds")
EPOCH = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy", "seconds")


@dataclass
class Waiting:
    """Whom to ask about the run; `interrupted` is set by Ctrl-C. `sleep` and `monotonic` count in seconds.

    `seen`: the `seq` of the last metric that was told before, 0 for none.
    """

    store: "Store"
    supervisor: "Supervisor"
    interrupted: threading.Event
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    seen: int = 0


def wait_for(run_id: str, waiting: Waiting, as_json: bool) -> "Run":
    """Show the run until it has ended, starting and watching its worker on the way; Ctrl-C asks it to stop."""
    store = waiting.store
    asked = False
    next_tick = waiting.monotonic()
    seen = waiting.seen
    progress = Progress()
    while True:
        if waiting.monotonic() >= next_tick:
            waiting.supervisor.tick()
            next_tick = waiting.monotonic() + TICK
        if waiting.interrupted.is_set() and not asked:
            click.echo("Stopping after the current steps; Ctrl-C again leaves at once.", err=True)
            store.request_stop(run_id)
            asked = True
        # The run before its metrics: when it has ended, all of them are there.
        run = store.get(run_id)
        for metric in store.metrics(run_id, after=seen):
            seen = metric.seq
            if metric.kind == "epoch":
                progress.clear()
                click.echo(epoch_line(metric, run, as_json))
        if not run.is_active:
            break
        progress.show(run)
        waiting.sleep(POLL)
    progress.close()
    click.echo(last_line(run, as_json))
    return run


@contextmanager
def ctrl_c() -> Iterator[threading.Event]:
    """An event set by the first Ctrl-C; a second one leaves at once, while the run goes on stopping."""
    interrupted = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield interrupted
        return

    def handle(_number: int, _frame: FrameType | None) -> None:
        if interrupted.is_set():
            raise KeyboardInterrupt
        interrupted.set()

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)


class Progress:
    """A bar over all steps on stderr where that is a terminal; elsewhere a line when the state changes."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._bar: Any = None
        self._said = ""

    def show(self, run: "Run") -> None:
        """Draw where the run is."""
        if run.total_steps and self._terminal:
            if self._bar is None:
                self._bar = click.progressbar(length=run.total_steps, file=sys.stderr, show_eta=True)
            self._bar.label = f"epoch {max(run.epoch, 1)}/{run.settings.epochs}"
            self._bar.update(run.step - self._bar.pos)
            self._bar.render_progress()
        elif run.status != self._said:
            self._said = run.status
            click.echo(f"{run.run_id}: {run.status}", err=True)

    def clear(self) -> None:
        """Make room for a line of output; the bar is drawn again by the next `show`."""
        if self._bar is not None:
            click.echo("\r\x1b[2K", err=True, nl=False)

    def close(self) -> None:
        if self._bar is not None:
            self.clear()
            self._bar.render_finish()


def epoch_line(metric: "Metric", run: "Run", as_json: bool) -> str:
    """One finished epoch, counted from 1; `seconds` is what the epoch took."""
    values = {name: getattr(metric, name) for name in EPOCH}
    if as_json:
        return json.dumps(values, allow_nan=False)
    parts = [f"epoch {metric.epoch}/{run.settings.epochs}"]
    parts += [f"{name.replace('_', ' ')} {values[name]:.4f}" for name in EPOCH[1:5] if values[name] is not None]
    if metric.seconds is not None:
        parts.append(f"{metric.seconds:.1f} s")
    return "  ".join(parts)


def last_line(run: "Run", as_json: bool) -> str:
    """How the run ended. `test_accuracy` is the best model's; `seconds` are those of fit."""
    if as_json:
        return json.dumps({name: getattr(run, name) for name in RESULT}, allow_nan=False)
    parts = [f"{run.status} {run.run_id}"]
    if run.test_accuracy is not None:
        parts.append(f"test accuracy {run.test_accuracy:.4f}")
    if run.test_loss is not None:
        parts.append(f"test loss {run.test_loss:.4f}")
    if run.best_epoch is not None:
        parts.append(f"best epoch {run.best_epoch}")
    if run.seconds is not None:
        parts.append(f"{run.seconds:.1f} s")
    return "  ".join(parts)
