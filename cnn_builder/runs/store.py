"""The store: every run, its request, its state and its metrics, shared by pages, workers and the command line."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from cnn_builder.architecture import Architecture, trace
from cnn_builder.runs import processes, rows
from cnn_builder.runs.errors import RunNotFound, RunStateError, StoreError
from cnn_builder.runs.ids import new_id
from cnn_builder.runs.models import ACTIVE, ENDED, WORKING, Metric, Run, RunSettings
from cnn_builder.runs.schema import metrics as metrics_table
from cnn_builder.runs.schema import open_engine, plain
from cnn_builder.runs.schema import runs as runs_table
from cnn_builder.settings import Settings

_SAME = ("queued", "starting", "running")  # a run that is stopping will not give what is asked for
_Metrics = list[Metric]  # inside the class, `list` is its method
RESULT_KEYS = ("best_epoch", "test_loss", "test_accuracy", "seconds", "evaluation")


class Store:
    """Runs in a database. Safe to use from several threads and processes; raises StoreError where it cannot be used."""

    def __init__(self, url: str, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._reader = open_engine(url)
        self._writer = self._reader.execution_options(write=True)

    @classmethod
    def open(cls, settings: Settings) -> "Store":
        """The store that the settings name."""
        return cls(settings.store_url)

    def close(self) -> None:
        """Let go of the database's file."""
        self._reader.dispose()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Requests, made by pages and the command line.

    def create_run(
        self,
        architecture: Architecture,
        dataset: str,
        settings: RunSettings,
        name: str | None = None,
        key: str | None = None,
    ) -> Run:
        """Queue a run. An identical request that waits or trains, or any run with this `key`, is returned instead."""
        request = rows.request_digest(architecture, dataset, settings)
        total_params = trace(architecture).total_params
        with self._write() as connection:
            same = (runs_table.c.request == request) & runs_table.c.status.in_(_SAME)
            if key is not None:
                same |= runs_table.c.key == key
            found = connection.execute(select(runs_table).where(same).order_by(runs_table.c.run_id)).first()
            if found is None:
                now = self._clock()
                run_id = new_id(now, after=connection.scalar(select(func.max(runs_table.c.run_id))))
                connection.execute(
                    insert(runs_table).values(
                        run_id=run_id,
                        name=name or architecture.name,
                        status="queued",
                        request=request,
                        key=key,
                        dataset=dataset,
                        architecture=rows.dump(architecture.to_dict()),
                        settings=rows.dump(settings.model_dump(mode="json")),
                        total_params=total_params,
                        created=now,
                    )
                )
                found = connection.execute(select(runs_table).where(runs_table.c.run_id == run_id)).one()
            return rows.to_run(found)

    def request_stop(self, run_id: str) -> Run:
        """Ask a run to stop; one that still waits is stopped at once, one that has ended stays as it is."""
        with self._write() as connection:
            status = _status(connection, run_id)
            if status == "queued":
                _set(connection, run_id, status="stopped", ended=self._clock())
            elif status in WORKING:
                _set(connection, run_id, status="stopping", control="stop")
        return self.get(run_id)

    # Reading.

    def get(self, run_id: str) -> Run:
        """The run with this id, or whose id alone starts so. Raises RunNotFound."""
        with self._read() as connection:
            exact = connection.execute(select(runs_table).where(runs_table.c.run_id == run_id)).first()
            if exact is not None:
                return rows.to_run(exact)
            found: Sequence[Any] = []
            if run_id:
                starts = runs_table.c.run_id.startswith(run_id, autoescape=True)
                found = connection.execute(select(runs_table).where(starts).limit(2)).all()
        if len(found) != 1:
            what = "more than one run's id starts with" if found else "no run has the id"
            raise RunNotFound(f"Run not found: {what} {run_id!r}. The command `runs` lists them.")
        return rows.to_run(found[0])

    def list(self, limit: int = 200) -> list[Run]:
        """The runs, newest first."""
        query = select(runs_table).order_by(runs_table.c.run_id.desc()).limit(limit)
        with self._read() as connection:
            return [rows.to_run(row) for row in connection.execute(query)]

    def active(self) -> tuple[Run, ...]:
        """The runs that wait or work, oldest first."""
        query = select(runs_table).where(runs_table.c.status.in_(ACTIVE)).order_by(runs_table.c.run_id)
        with self._read() as connection:
            return tuple(rows.to_run(row) for row in connection.execute(query))

    def metrics(self, run_id: str, after: int = 0) -> _Metrics:
        """A run's metrics with `seq` above `after`, in order."""
        table = metrics_table
        query = select(table).where(table.c.run_id == run_id, table.c.seq > after).order_by(table.c.seq)
        with self._read() as connection:
            return [rows.to_metric(row) for row in connection.execute(query)]

    def control(self, run_id: str) -> str | None:
        """What the worker is asked to do: "stop" or None."""
        with self._read() as connection:
            return connection.scalar(select(runs_table.c.control).where(runs_table.c.run_id == run_id))

    # What happens to a run, told by supervisors and workers.

    def claim_next(self, max_active: int) -> Run | None:
        """Take the oldest waiting run where fewer than `max_active` work; only one caller gets it."""
        waiting = select(runs_table.c.run_id).where(runs_table.c.status == "queued").order_by(runs_table.c.run_id)
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
            _set(connection, run_id, status="starting")
            return rows.to_run(connection.execute(select(runs_table).where(runs_table.c.run_id == run_id)).one())

    def set_process(self, run_id: str, pid: int, pid_started: float) -> None:
        """Say which process trains the run."""
        with self._write() as connection:
            _set(connection, run_id, pid=pid, pid_started=pid_started, boot=processes.boot_id())

    def release(self, run_id: str) -> None:
        """Put a run that was claimed, and then given to no process, back into the queue."""
        with self._write() as connection:
            row = runs_table.c
            claimed = (row.run_id == run_id) & (row.status == "starting") & row.pid.is_(None)
            connection.execute(update(runs_table).where(claimed).values(status="queued"))

    def begin(self, run_id: str, total_steps: int) -> None:
        """The worker trains now. Raises RunStateError where the run was not given out: it must not train twice."""
        with self._write() as connection:
            status = _status(connection, run_id)
            if status not in ("starting", "stopping"):
                raise RunStateError(f"Run {run_id} cannot begin: expected the status starting, received {status}.")
            now = "running" if status == "starting" else status
            _set(connection, run_id, status=now, started=self._clock(), total_steps=total_steps)

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
        """Add metrics, all or none; `seq` is given here, from 1 in each run."""
        if not new:
            return
        last = select(func.coalesce(func.max(metrics_table.c.seq), 0)).where(metrics_table.c.run_id == run_id)
        with self._write() as connection:
            first = connection.execute(last).scalar_one() + 1
            values = [rows.from_metric(run_id, seq, metric) for seq, metric in enumerate(new, first)]
            connection.execute(insert(metrics_table), values)

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
            if _status(connection, run_id) in ENDED:
                return False
            _set(connection, run_id, status=status, reason=reason, control=None, ended=self._clock(), **values)
            return True

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with _told(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with _told(), self._reader.begin() as connection:
            yield connection


@contextmanager
def _told() -> Iterator[None]:
    """Tell the database's errors in our words."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        text = str(plain(error))
        if "locked" in text:
            raise StoreError("The store is busy: another process held it for 10 s. Try again.") from error
        if "full" in text:
            raise StoreError("The store cannot be written: disk full. Free some space and try again.") from error
        raise StoreError(f"The store cannot be used: {text}.") from error


def _status(connection: Connection, run_id: str) -> str:
    status = connection.scalar(select(runs_table.c.status).where(runs_table.c.run_id == run_id))
    if status is None:
        raise RunNotFound(f"Run not found: no run has the id {run_id!r}. The command `runs` lists them.")
    return str(status)


def _set(connection: Connection, run_id: str, **values: Any) -> None:
    connection.execute(update(runs_table).where(runs_table.c.run_id == run_id).values(values))
