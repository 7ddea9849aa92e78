"""What happens to a run, told to the store by supervisors and workers."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from cnn_builder.runs.errors import RunStateError, RunUnreadable
from cnn_builder.runs.models import ACTIVE, ENDED, WORKING, AnyRun, Metric, Run
from cnn_builder.runs.store import rows
from cnn_builder.runs.store.database import add_event, set_run
from cnn_builder.runs.store.events import LEARNING_RATE, NOTE, RESUMED, Event, ResumePoint
from cnn_builder.runs.store.queue import Queue, read_queue, take_turn
from cnn_builder.runs.store.schema import events as events_table
from cnn_builder.runs.store.schema import metrics as metrics_table
from cnn_builder.runs.store.schema import runs as runs_table
from cnn_builder.runs.workers import processes

RESULT_KEYS = ("best_epoch", "test_loss", "test_accuracy", "seconds", "evaluation")


class RunChanges(Queue):
    """The states a run goes through, and its metrics. Each raises StoreError."""

    def claim_next(self, max_active: int, each: int = 0) -> Run | None:
        """Take the run that is next by `fair_order`, where fewer than `max_active` work; only one caller gets it.

        A run that this version cannot read is left where it is, and holds up no other.

        Args:
            each: how many runs of one person work at once; 0 for no limit.
        """
        queued = select(runs_table.c.run_id).where(runs_table.c.status == "queued").limit(1)
        with self._read() as connection:  # most ticks find nothing: don't take the write lock for that
            if connection.scalar(queued) is None:
                return None
        with self._work() as connection:
            queue = read_queue(connection)
            if len(queue.working) >= max_active:
                return None
            for run_id in queue.startable(max_active, each):
                with suppress(RunUnreadable):
                    row = self._run_row(connection, run_id)
                    rows.to_run(row)
                    set_run(connection, run_id, status="starting")
                    take_turn(connection, row.owner)
                    return rows.to_run(self._run_row(connection, run_id))
        return None

    def set_process(self, run_id: str, pid: int, pid_started: float) -> None:
        """Say which process was started for the run; nothing where one has taken it already."""
        process = {"pid": pid, "pid_started": pid_started, "boot": processes.boot_id()}
        with self._work() as connection:
            untaken = (runs_table.c.run_id == run_id) & runs_table.c.pid.is_(None) & runs_table.c.status.in_(WORKING)
            connection.execute(update(runs_table).where(untaken).values(process))

    def take(self, run_id: str) -> Run:
        """This process will train the run. Raises RunStateError where it was not given out, or another one has it.

        Whoever started this process says so too, but may have died before it could, or found the store busy.
        """
        own = os.getpid()
        process = {"pid": own, "pid_started": processes.process_started(own), "boot": processes.boot_id()}
        with self._work() as connection:
            row = self._run_row(connection, run_id)
            if row.status not in ("starting", "stopping"):
                raise RunStateError(f"Run {run_id} cannot start: expected the status starting, received {row.status}.")
            if row.pid != own and row.boot == process["boot"] and processes.is_same(row.pid, row.pid_started):
                raise RunStateError(f"Run {run_id} cannot start: process {row.pid} is already training it.")
            set_run(connection, run_id, **process)
            return rows.to_run(self._run_row(connection, run_id))

    def release(self, run_id: str) -> None:
        """Put a run that was claimed, and then given to no process, back into the queue."""
        with self._work() as connection:
            row = runs_table.c
            claimed = (row.run_id == run_id) & (row.status == "starting") & row.pid.is_(None)
            connection.execute(update(runs_table).where(claimed).values(status="queued"))

    def begin(self, run_id: str, total_steps: int, kept: ResumePoint | None = None, device: str | None = None) -> None:
        """The worker trains now. Raises RunStateError where the run was not given out: it must not train twice.

        Of a run that was trained before, the curve is cut where it goes on, and its earlier score is forgotten.

        Args:
            kept: where it goes on; None begins from nothing.
            device: what trains it, as `runs.device` names it.
        """
        goes_on = kept or ResumePoint()
        with self._work() as connection:
            row = self._run_row(connection, run_id)
            if row.status == "running" and row.pid == os.getpid() and row.boot == processes.boot_id():
                return  # it was said before, and the answer was lost on its way
            if row.status not in ("starting", "stopping"):
                raise RunStateError(f"Run {run_id} cannot start: expected the status starting, received {row.status}.")
            now = "running" if row.status == "starting" else row.status
            # Set back by what it has trained already, so that steps over time is its pace.
            started = self._clock() - goes_on.seconds
            set_run(connection, run_id, status=now, started=started, total_steps=total_steps, device=device)
            if row.started is not None:
                self._go_on(connection, run_id, goes_on)

    def beat(self, run_id: str, step: int, epoch: int, doing: str | None = None) -> None:
        """A sign of life, with where the training is. It takes back a "not responding".

        Args:
            doing: what the worker does before its first steps, in a few words; None while it trains.
        """
        values = {"step": step, "epoch": epoch, "beats": runs_table.c.beats + 1, "reason": doing}
        with self._work() as connection:
            working = (runs_table.c.run_id == run_id) & runs_table.c.status.in_(WORKING)
            connection.execute(update(runs_table).where(working).values(values))

    def note(self, run_id: str, reason: str | None) -> None:
        """Explain the state of a run that has not ended; None takes it back."""
        with self._work() as connection:
            working = (runs_table.c.run_id == run_id) & runs_table.c.status.in_(ACTIVE)
            connection.execute(update(runs_table).where(working).values(reason=reason))

    def append(self, run_id: str, new: Sequence[Metric], again: bool = False) -> None:
        """Add metrics, all or none; `seq` is given here, from 1 in each run, and never given twice.

        Args:
            again: some of them were sent before, and the connection was lost before it was known whether they arrived:
                those that did are not added a second time.
        """
        if new:
            with self._work() as connection:
                _append(connection, run_id, _missing(connection, run_id, new) if again else new)

    def add_event(self, run_id: str, event: Event, again: bool = False) -> None:
        """Add to what happened to the run; the time is given here. `again`: not if it is the last one there."""
        with self._work() as connection:
            self._run_row(connection, run_id)
            table = events_table
            last = select(table).where(table.c.run_id == run_id).order_by(table.c.seq.desc()).limit(1)
            row = connection.execute(last).first() if again else None
            if row is None or replace(rows.to_event(row), at=event.at) != event:
                add_event(connection, run_id, event, self._clock())

    def finish(self, run_id: str, status: str, reason: str | None = None, result: dict[str, Any] | None = None) -> bool:
        """End a run. False, and nothing changes, where it has ended before: the first to say how it ended is right.

        `result` may have best_epoch, test_loss, test_accuracy, seconds and evaluation; other keys raise ValueError.
        """
        values = dict(result or {})
        if status not in ENDED or not values.keys() <= set(RESULT_KEYS):
            received = f"{status!r} and {sorted(values)}"
            raise ValueError(f"expected a status of {ENDED} and keys of {RESULT_KEYS}, received {received}")
        if values.get("evaluation") is not None:
            values["evaluation"] = rows.dump(values["evaluation"])
        for name in ("test_loss", "test_accuracy", "seconds"):
            if name in values:
                values[name] = rows.finite(values[name])
        with self._work() as connection:
            if self._run_row(connection, run_id).status in ENDED:
                return False
            set_run(connection, run_id, status=status, reason=reason, control=None, ended=self._clock(), **values)
            return True

    def start_again(self, run: AnyRun, reason: str, most: int | None = None) -> bool:
        """Put a run whose worker was lost back into the queue, where it was before: it goes on from its checkpoint.

        False, and nothing changes, where it has ended, or another worker has it by now. One that was asked to stop has
        stopped; one that was started again `most` times for this reason crashed.
        """
        table = events_table.c
        with self._work() as connection:
            row = self._run_row(connection, run.run_id)
            if row.status not in WORKING or (row.pid, row.boot) != (run.pid, run.boot):
                return False
            text = f"{reason}: started again from its last checkpoint"
            told = (table.run_id == run.run_id) & (table.kind == NOTE) & (table.text == text)
            times = connection.scalar(select(func.count()).select_from(events_table).where(told)) or 0
            if row.status == "stopping" or (most is not None and times >= most):
                status = "stopped" if row.status == "stopping" else "crashed"
                set_run(connection, run.run_id, status=status, reason=reason, control=None, ended=self._clock())
                return True
            set_run(connection, run.run_id, status="queued", reason=reason, pid=None, pid_started=None, boot=None)
            add_event(connection, run.run_id, Event(NOTE, row.step, row.epoch, text=text), self._clock())
            return True

    def _go_on(self, connection: Connection, run_id: str, kept: ResumePoint) -> None:
        """Cut the curve where the run goes on, and add what was not written before."""
        metric, event = metrics_table.c, events_table.c
        last = last_seq(connection, run_id)
        undone = (metric.step > kept.step) | ((metric.kind == "epoch") & (metric.epoch > kept.epochs_done))
        connection.execute(delete(metrics_table).where((metric.run_id == run_id) & undone))
        changes = (event.run_id == run_id) & (event.kind == LEARNING_RATE) & (event.step > kept.step)
        connection.execute(delete(events_table).where(changes))
        # Its score is of a model that is trained on.
        where = {"cut": last, "step": kept.step, "epoch": kept.epoch, **dict.fromkeys(RESULT_KEYS)}
        set_run(connection, run_id, **where)
        present = select(metric.kind, metric.step).where(metric.run_id == run_id)
        written = {tuple(row) for row in connection.execute(present)} if kept.pending else set()
        _append(connection, run_id, [row for row in kept.pending if (row.kind, row.step) not in written])
        add_event(connection, run_id, Event(RESUMED, kept.step, kept.epoch), self._clock())


def last_seq(connection: Connection, run_id: str) -> int:
    """The last `seq` given to the run's metrics, those cut since included."""
    table = metrics_table.c
    last = connection.scalar(select(func.max(table.seq)).where(table.run_id == run_id))
    cut = connection.scalar(select(runs_table.c.cut).where(runs_table.c.run_id == run_id))
    return max(last or 0, cut or 0)


def _missing(connection: Connection, run_id: str, new: Sequence[Metric]) -> list[Metric]:
    """Those that are not among the latest rows. One worker writes a run's, so what arrived of them is at the end."""
    table = metrics_table.c
    latest = select(table.kind, table.step).where(table.run_id == run_id).order_by(table.seq.desc()).limit(len(new))
    arrived = {tuple(row) for row in connection.execute(latest)}
    return [row for row in new if (row.kind, row.step) not in arrived]


def _append(connection: Connection, run_id: str, new: Sequence[Metric]) -> None:
    if not new:
        return
    first = last_seq(connection, run_id) + 1
    values = [rows.from_metric(run_id, seq, metric) for seq, metric in enumerate(new, first)]
    connection.execute(insert(metrics_table), values)
