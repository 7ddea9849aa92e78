"""Waiting for a run: the progress bar, a line per epoch, and Ctrl-C."""

import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from cnn_builder.runs import Metric, Run, Store, Supervisor

POLL = 0.15
TICK = 1.0
RESULT = ("run_id", "status", "best_epoch", "test_loss", "test_accuracy", "seconds")
_Found = TypeVar("_Found")
EPOCH = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy", "seconds")


@dataclass
class Waiting:
    """Whom to ask about the run; `interrupted` is set by Ctrl-C. `sleep` and `monotonic` count in seconds.

    `seen`: the `seq` of the last metric that was told before, 0 for none. `told`: what each line of JSON says besides.
    """

    store: "Store"
    supervisor: "Supervisor"
    interrupted: threading.Event
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    seen: int = 0
    told: Mapping[str, Any] = field(default_factory=dict)


def say_share(store: "Store", more: int) -> None:
    """Tell somebody with a share of the server how much of it is used; nothing without limits.

    Raises QuotaError where so many more runs are too many.
    """
    used, quota = store.usage(), store.access.quota
    if used is not None and quota is not None:
        click.echo(used.words(quota), err=True)
        store.expect_room(more)


def wait_for(run_id: str, waiting: Waiting, as_json: bool) -> "Run":
    """Show the run until it has ended, starting and watching its worker on the way; Ctrl-C asks it to stop."""
    store = waiting.store
    asked = False
    problem: str | None = None
    next_tick = waiting.monotonic()
    seen = waiting.seen
    progress = ProgressLine()
    while True:
        if waiting.monotonic() >= next_tick:
            when_reachable(waiting, waiting.supervisor.tick)
            next_tick = waiting.monotonic() + TICK
            problem = tell_problem(waiting.supervisor.problem, problem)
        if waiting.interrupted.is_set() and not asked:
            click.echo("Stopping after the current steps. Press Ctrl-C again to leave at once.", err=True)
            when_reachable(waiting, lambda: store.request_stop(run_id))
            asked = True
        # The run before its metrics: when it has ended, all of them are there.
        run = when_reachable(waiting, lambda: store.get(run_id))
        for metric in when_reachable(waiting, partial(store.metrics, run_id, after=seen)):
            seen = metric.seq
            if metric.kind == "epoch":
                progress.clear()
                click.echo(epoch_line(metric, run, as_json, waiting.told))
        if not run.is_active:
            break
        progress.show(run)
        waiting.sleep(POLL)
    progress.close()
    click.echo(last_line(run, as_json, waiting.told))
    return run


def wait_for_seeds(runs: Sequence["Run"], waiting: Waiting, as_json: bool) -> "list[Run]":
    """Show runs of several seeds, one after another, and their scores together; Ctrl-C ends them all.

    The last line of JSON has `seeds`, `run_ids`, `test_accuracies`, their mean as `test_accuracy`, and the ends of its
    95 % confidence interval as `low` and `high`; these three are null of fewer than two scores.
    """
    from cnn_builder.runs.results.seeds import seed_scores, seed_words

    ended = []
    for run in runs:
        if waiting.interrupted.is_set():
            when_reachable(waiting, partial(waiting.store.request_stop, run.run_id))
        if not as_json:
            click.echo(f"seed {run.settings.seed}: {run.run_id}", err=True)
        ended.append(wait_for(run.run_id, replace(waiting, told={"seed": run.settings.seed}), as_json))
    found = seed_scores(ended)
    if as_json:
        values = {
            "seeds": [run.settings.seed for run in ended],
            "run_ids": [run.run_id for run in ended],
            "test_accuracies": [run.test_accuracy for run in ended],
            "test_accuracy": found.mean if found else None,
            "low": found.interval.low if found else None,
            "high": found.interval.high if found else None,
        }
        click.echo(json.dumps(values, allow_nan=False))
    elif found is not None:
        click.echo(seed_words(found))
    return ended


def check_ended(runs: "Sequence[Run]") -> None:
    """Raises ClickException where a run ended otherwise than by itself or by a stop."""
    for run in runs:
        if run.status not in ("finished", "stopped"):
            raise click.ClickException(f"Run {run.run_id} {run.status}: {run.reason or 'no reason was given'}.")


def wait_quietly(run_id: str, waiting: Waiting) -> "Run":
    """The same with the progress on stderr only: stdout is kept for what is made of the run."""
    asked, next_tick, progress = False, waiting.monotonic(), ProgressLine()
    while True:
        if waiting.monotonic() >= next_tick:
            when_reachable(waiting, waiting.supervisor.tick)
            next_tick = waiting.monotonic() + TICK
        if waiting.interrupted.is_set() and not asked:
            when_reachable(waiting, partial(waiting.store.request_stop, run_id))
            asked = True
        run = when_reachable(waiting, partial(waiting.store.get, run_id))
        if not run.is_active:
            progress.close()
            return run
        progress.show(run)
        waiting.sleep(POLL)


def tell_problem(now: str | None, before: str | None) -> str | None:
    """Say on stderr what keeps runs from being started, once; `now`."""
    if now is not None and before is None:
        click.echo(f"{' '.join(now.split())} Waiting for it.", err=True)
    return now


def when_reachable(waiting: Waiting, action: Callable[[], _Found]) -> _Found:
    """Do something with the store, again and again while its server is away: the runs go on meanwhile. Says so once.

    Raises StoreUnreachable once Ctrl-C was pressed.
    """
    from cnn_builder.runs import StoreUnreachable

    told = False
    while True:
        try:
            return action()
        except StoreUnreachable as error:
            if waiting.interrupted.is_set():
                raise
            if not told:
                click.echo(f"{' '.join(str(error).split())} Waiting for it.", err=True)
            told = True
            waiting.sleep(TICK)


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


class ProgressLine:
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


def epoch_line(metric: "Metric", run: "Run", as_json: bool, told: Mapping[str, Any] | None = None) -> str:
    """One finished epoch, counted from 1; `seconds` is what the epoch took."""
    values = {name: getattr(metric, name) for name in EPOCH}
    if as_json:
        return json.dumps({**(told or {}), **values}, allow_nan=False)
    parts = [f"epoch {metric.epoch}/{run.settings.epochs}"]
    parts += [f"{name.replace('_', ' ')} {values[name]:.4f}" for name in EPOCH[1:5] if values[name] is not None]
    if metric.seconds is not None:
        parts.append(f"{metric.seconds:.1f} s")
    return "  ".join(parts)


def last_line(run: "Run", as_json: bool, told: Mapping[str, Any] | None = None) -> str:
    """How the run ended. `test_accuracy` is the best model's; `seconds` are those of fit.

    Of a run that was trained on own drawings, `own_drawings` has how many train and test, the fingerprint, and how many
    of the test drawings are right, `before` those of an earlier run.
    """
    from cnn_builder.runs.device import device_words
    from cnn_builder.runs.results.best_epoch import best_words
    from cnn_builder.runs.results.drawing_score import KEY, drawing_score, drawing_score_words

    drawn = drawing_score(run)
    if as_json:
        values: dict[str, Any] = {name: getattr(run, name) for name in RESULT}
        if run.drawings is not None:
            values["own_drawings"] = asdict(run.drawings) | ((run.evaluation or {}).get(KEY) or {})
        return json.dumps({**(told or {}), **values}, allow_nan=False)
    parts = [f"{run.status} {run.run_id}"]
    if run.test_accuracy is not None:
        parts.append(f"test accuracy {run.test_accuracy:.4f}")
    if run.test_loss is not None:
        parts.append(f"test loss {run.test_loss:.4f}")
    if drawn is not None:
        parts.append(f"own test drawings {drawing_score_words(drawn)}")
    if run.best_epoch is not None:
        parts.append(best_words(run.settings, run.best_epoch))
    if run.seconds is not None:
        parts.append(f"{run.seconds:.1f} s" + (f" on {device_words(run.device)}" if run.device else ""))
    return "  ".join(parts)
