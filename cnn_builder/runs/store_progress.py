"""What happens to a run, told to the store by supervisors and workers."""

import os
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from cnn_builder.runs import processes, rows
from cnn_builder.runs.errors import RunStateError
from cnn_builder.runs.events import LEARNING_RATE, RESUMED, Event, Kept
from cnn_builder.runs.models import ACTIVE, ENDED, WORKING, Metric, Run
from cnn_builder.runs.schema import events as events_table
from cnn_builder.runs.schema import metrics as metrics_table
from cnn_builder.runs.schema import runs as runs_table
from cnn_builder.runs.store_database import Database, add_event, row_of, set_run, status_of

RESULT_KEYS = ("best_epoch", "test_loss", "test_accuracy", "seconds", "evaluation")


class Progress(Database):
    """The states a run goes through, and its metrics. Each raises StoreError."""

    def claim_next(self, max_active: int) -> Run | None:
        """Take the run that waits longest where fewer than `max_active` work; only one caller gets it."""
        queued = runs_table.c.status == "queued"
        waiting = select(runs_table.c.run_id).where(queued).order_by(runs_table.c.ticket, runs_table.c.run_id)
        with self._read() as connection:  # most ticks find nothing: don't take the write lock for that
            if connection.scalar(waiting.limit(1)) is None:
                return None
        working = select(func.count()).select_from(runs_table).where(runs_table.c.status.in_(WORKING))
        with self._write() as connection:
            if connection.execute(working).scalar_one() >= max_active:
                return None
            run_id = connection.scalar(waiting.limit(1))
            if run_id is None:
                return None
            set_run(connection, run_id, status="starting")
            return rows.to_run(row_of(connection, run_id))

    def set_process(self, run_id: str, pid: int, pid_started: float) -> None:
        """Say which process was started for the run; nothing where one has taken it already."""
        process = {"pid": pid, "pid_started": pid_started, "boot": processes.boot_id()}
        with self._write() as connection:
            untaken = (runs_table.c.run_id == run_id) & runs_table.c.pid.is_(None)
            connection.execute(update(runs_table).where(untaken).values(process))

    def take(self, run_id: str) -> Run:
        """This process will train the run. Raises RunStateError where it was not given out, or another one has it.

        Whoever started this process says so too, but may have died before it could, or found the store busy.
        """
        own = os.getpid()
        process = {"pid": own, "pid_started": processes.process_started(own), "boot": processes.boot_id()}
        with self._write() as connection:
            row = row_of(connection, run_id)
            if row.status not in ("starting", "stopping"):
                raise RunStateError(f"Run {run_id} cannot begin: expected the status starting, received {row.status}.")
            if row.pid != own and row.boot == process["boot"] and processes.is_same(row.pid, row.pid_started):
                raise RunStateError(f"Run {run_id} cannot begin: process {row.pid} has it.")
            set_run(connection, run_id, **process)
            return rows.to_run(row_of(connection, run_id))

    def release(self, run_id: str) -> None:
        """Put a run that was claimed, and then given to no process, back into the queue."""
        with self._write() as connection:
            row = runs_table.c
            claimed = (row.run_id == run_id) & (row.status == "starting") & row.pid.is_(None)
            connection.execute(update(runs_table).where(claimed).values(status="queued"))

    def begin(self, run_id: str, total_steps: int, kept: Kept | None = None) -> None:
        """The worker trains now. Raises RunStateError where the run was not given out: it must not train twice.

        Of a run that was trained before, the curve is cut where it goes on, and its earlier score is forgotten.

        Args:
            kept: where it goes on; None begins from nothing.
        """
        goes_on = kept or Kept()
        with self._write() as connection:
            row = row_of(connection, run_id)
            if row.status not in ("starting", "stopping"):
                raise RunStateError(f"Run {run_id} cannot begin: expected the status starting, received {row.status}.")
            now = "running" if row.status == "starting" else row.status
            # Set back by what it has trained already, so that steps over time is its pace.
            started = self._clock() - goes_on.seconds
            set_run(connection, run_id, status=now, started=started, total_steps=total_steps)
            if row.started is not None:
                self._go_on(connection, run_id, goes_on)

    def beat(self, run_id: str, step: int, epoch: int) -> None:
        """A sign of life, with where the training is. It takes back a "not responding"."""
        values = {"step": step, "epoch": epoch, "beats": runs_table.c.beats + 1, "reason": None}
        with self._write() as connection:
            working = (runs_table.c.run_id == run_id) & runs_table.c.status.in_(WORKING)
            connection.execute(update(runs_table).where(working).values(values))

    def note(self, run_id: str, reason: str) -> None:
        """Explain the state of a run that has not ended."""
        with self._write() as connection:
            working = (runs_table.c.run_id == run_id) & runs_table.c.status.in_(ACTIVE)
            connection.execute(update(runs_table).where(working).values(reason=reason))

    def append(self, run_id: str, new: Sequence[Metric]) -> None:
        """Add metrics, all or none; `seq` is given here, from 1 in each run, and never given twice."""
        if new:
            with self._write() as connection:
                _append(connection, run_id, new)

    def add_event(self, run_id: str, event: Event) -> None:
        """Add to what happened to the run; the time is given here."""
        with self._write() as connection:
            row_of(connection, run_id)
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
        with self._write() as connection:
            if status_of(connection, run_id) in ENDED:
                return False
            set_run(connection, run_id, status=status, reason=reason, control=None, ended=self._clock(), **values)
            return True

    def _go_on(self, connection: Connection, run_id: str, kept: Kept) -> None:
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


def _append(connection: Connection, run_id: str, new: Sequence[Metric]) -> None:
    if not new:
        return
    first = last_seq(connection, run_id) + 1
    values = [rows.from_metric(run_id, seq, metric) for seq, metric in enumerate(new, first)]
    connection.execute(insert(metrics_table), values)
