"""The store: every run, its request, its state and its metrics, shared by pages, workers and the command line."""

from sqlalchemy import select

from cnn_builder.runs import rows
from cnn_builder.runs.events import Asked, Event
from cnn_builder.runs.models import ACTIVE, Metric, Run
from cnn_builder.runs.schema import events as events_table
from cnn_builder.runs.schema import metrics as metrics_table
from cnn_builder.runs.schema import runs as runs_table
from cnn_builder.runs.store_progress import RESULT_KEYS, Progress, last_seq
from cnn_builder.runs.store_requests import Requests
from cnn_builder.settings import Settings

__all__ = ["RESULT_KEYS", "Store"]

_Metrics = list[Metric]  # inside the class, `list` is its method
_Events = list[Event]


class Store(Requests, Progress):
    """Runs in a database. Safe to use from several threads and processes; raises StoreError where it cannot be used."""

    @classmethod
    def open(cls, settings: Settings) -> "Store":
        """The store that the settings name."""
        return cls(settings.store_url)

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def list(self, limit: int | None = 200) -> list[Run]:
        """The runs, newest first; at most `limit`, or all of them."""
        query = select(runs_table).order_by(runs_table.c.run_id.desc()).limit(limit)
        with self._read() as connection:
            return [rows.to_run(row) for row in connection.execute(query)]

    def active(self) -> tuple[Run, ...]:
        """The runs that wait or work, oldest first."""
        query = select(runs_table).where(runs_table.c.status.in_(ACTIVE)).order_by(runs_table.c.run_id)
        with self._read() as connection:
            return tuple(rows.to_run(row) for row in connection.execute(query))

    def queue_position(self, run_id: str) -> int | None:
        """The run's place among those that wait, 1 for the next to start; None where it does not wait."""
        table = runs_table.c
        queued = select(table.run_id).where(table.status == "queued").order_by(table.ticket, table.run_id)
        with self._read() as connection:
            waiting = [row.run_id for row in connection.execute(queued)]
        return waiting.index(run_id) + 1 if run_id in waiting else None

    def metrics(self, run_id: str, after: int = 0, kind: str | None = None) -> _Metrics:
        """A run's metrics with `seq` above `after`, in order; of one kind where it is given."""
        table = metrics_table.c
        columns = [table[name] for name in rows.METRIC]  # in a Metric's order: a long run has 100,000 rows to make
        query = select(*columns).where(table.run_id == run_id, table.seq > after).order_by(table.seq)
        if kind is not None:
            query = query.where(table.kind == kind)
        with self._read() as connection:
            return [Metric(*row) for row in connection.execute(query)]

    def events(self, run_id: str) -> _Events:
        """What happened to a run besides its metrics, in order."""
        table = events_table
        query = select(table).where(table.c.run_id == run_id).order_by(table.c.seq)
        with self._read() as connection:
            return [rows.to_event(row) for row in connection.execute(query)]

    def last_seq(self, run_id: str) -> int:
        """The last `seq` given to the run's metrics, those cut since included; 0 where there are none."""
        with self._read() as connection:
            return last_seq(connection, run_id)

    def asked(self, run_id: str) -> Asked:
        """Everything the worker is asked to do. A run that is gone asks for nothing."""
        table = runs_table.c
        query = select(table.control, table.asked_rate, table.asked_rates).where(table.run_id == run_id)
        with self._read() as connection:
            row = connection.execute(query).first()
        return Asked() if row is None else Asked(row.control == "stop", row.asked_rate, row.asked_rates)
