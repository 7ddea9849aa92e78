"""The store: every run, its request, its state and its metrics, shared by pages, workers and the command line."""

from sqlalchemy import func, select

from cnn_builder.data.sets.drawing_set import DrawingSet
from cnn_builder.runs.disk import access_of
from cnn_builder.runs.errors import AccessError
from cnn_builder.runs.models import ACTIVE, AnyRun, Metric, Run
from cnn_builder.runs.run_artifacts import RunArtifacts
from cnn_builder.runs.store import rows
from cnn_builder.runs.store.copying import Copies
from cnn_builder.runs.store.events import Asked, Event
from cnn_builder.runs.store.people import People
from cnn_builder.runs.store.progress import RESULT_KEYS, RunChanges, last_seq
from cnn_builder.runs.store.related import Related
from cnn_builder.runs.store.requests import Requests
from cnn_builder.runs.store.schema import drawings as drawings_table
from cnn_builder.runs.store.schema import events as events_table
from cnn_builder.runs.store.schema import metrics as metrics_table
from cnn_builder.runs.store.schema import runs as runs_table
from cnn_builder.runs.store.sweeps import Sweeps
from cnn_builder.settings import Settings

__all__ = ["RESULT_KEYS", "Store"]

_Metrics = list[Metric]  # inside the class, `list` is its method
_Events = list[Event]
_AnyRuns = list[AnyRun]


class Store(Sweeps, Requests, RunChanges, Related, People, Copies):
    """Runs in a database. Safe to use from several threads and processes; raises StoreError where it cannot be used."""

    artifacts: RunArtifacts | None = None
    """Where the files of its runs are besides the home; None: nowhere."""

    @classmethod
    def open(cls, settings: Settings) -> "Store":
        """The store that the settings name, as whoever runs the machine sees it."""
        store = cls(settings.store_url)
        store.artifacts = RunArtifacts.of(settings)
        return store

    @classmethod
    def open_own(cls, settings: Settings) -> "Store":
        """The same as the settings' owner sees it; without one, as `open`. Raises AccessError for an unknown owner."""
        store = cls.open(settings)
        if settings.owner is None:
            return store
        if settings.owner not in {one.owner for one in store.owners()}:
            store.close()
            raise AccessError(
                f"CNN_BUILDER_OWNER: expected the id of somebody who has signed in, as the command `owners` lists "
                f"them, received {settings.owner!r}."
            )
        return store.for_access(access_of(store, settings))

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get(self, run_id: str) -> Run:
        """The run with this id, or whose id alone starts so; once it has ended, its files are here, too.

        Raises RunNotFound, RunUnreadable.
        """
        run = super().get(run_id)
        if self.artifacts is not None:
            self.artifacts.complete(run)
        return run

    def list(self, limit: int | None = 200) -> list[Run]:
        """The runs that this version can read, newest first: of the newest `limit` runs, or of all."""
        return [run for run in self.entries(limit) if isinstance(run, Run)]

    def entries(self, limit: int | None = 200) -> _AnyRuns:
        """The runs, newest first, also those this version cannot read; at most `limit`, or all of them."""
        query = self._seen(select(runs_table)).order_by(runs_table.c.run_id.desc()).limit(limit)
        with self._read() as connection:
            return [rows.to_any_run(row) for row in connection.execute(query)]

    def run_ids(self, active: bool = False) -> tuple[str, ...]:
        """The ids of all runs, or of those that are queued or at work, oldest first; readable or not."""
        query = self._seen(select(runs_table.c.run_id)).order_by(runs_table.c.run_id)
        if active:
            query = query.where(runs_table.c.status.in_(ACTIVE))
        with self._read() as connection:
            return tuple(connection.scalars(query))

    def status_counts(self) -> dict[str, int]:
        """How many runs have each status; those that none has are left out."""
        table = runs_table.c
        query = self._seen(select(table.status, func.count())).group_by(table.status)
        with self._read() as connection:
            return {str(status): int(count) for status, count in connection.execute(query)}

    def active(self) -> tuple[AnyRun, ...]:
        """The runs that work or wait for this version to start them, oldest first.

        A waiting run that this version cannot read is left to one that can; the workers of such runs count, because
        they take the place of others.
        """
        query = self._seen(select(runs_table).where(runs_table.c.status.in_(ACTIVE))).order_by(runs_table.c.run_id)
        with self._read() as connection:
            found = [rows.to_any_run(row) for row in connection.execute(query)]
        return tuple(run for run in found if isinstance(run, Run) or run.status != "queued")

    def metrics(self, run_id: str, after: int = 0, kind: str | None = None) -> _Metrics:
        """A run's metrics with `seq` above `after`, in order; of one kind where it is given."""
        table = metrics_table.c
        columns = [table[name] for name in rows.METRIC]  # in a Metric's order: a long run has 100,000 rows to make
        query = select(*columns).where(table.run_id == run_id, table.seq > after).order_by(table.seq)
        if kind is not None:
            query = query.where(table.kind == kind)
        with self._read() as connection:
            return [Metric(*row) for row in connection.execute(query)] if self._seen_id(connection, run_id) else []

    def latest(self, run_id: str, kind: str, most: int) -> _Metrics:
        """The latest rows of a kind of a run's metrics, in order; of a long run only so many are read."""
        table = metrics_table.c
        columns = [table[name] for name in rows.METRIC]
        query = select(*columns).where(table.run_id == run_id, table.kind == kind).order_by(table.seq.desc())
        with self._read() as connection:
            found = connection.execute(query.limit(most)) if self._seen_id(connection, run_id) else ()
            return [Metric(*row) for row in found][::-1]

    def events(self, run_id: str) -> _Events:
        """What happened to a run besides its metrics, in order."""
        table = events_table
        query = select(table).where(table.c.run_id == run_id).order_by(table.c.seq)
        with self._read() as connection:
            return (
                [rows.to_event(row) for row in connection.execute(query)] if self._seen_id(connection, run_id) else []
            )

    def last_device(self) -> tuple[str, float] | None:
        """What the newest run trained on that says so, and when it began, in unix seconds; None where none says it."""
        table = runs_table.c
        told = select(table.device, table.started).where(table.device.is_not(None), table.started.is_not(None))
        with self._read() as connection:
            row = connection.execute(self._seen(told).order_by(table.run_id.desc()).limit(1)).first()
        return None if row is None else (row.device, row.started)

    def drawings(self, run_id: str) -> DrawingSet | None:
        """The user's own drawings as they were when the run was requested; None where it took none.

        Raises DatasetError where they are damaged.
        """
        query = select(drawings_table.c.content).where(drawings_table.c.run_id == run_id)
        with self._read() as connection:
            content = connection.scalar(query) if self._seen_id(connection, run_id) else None
        return None if content is None else DrawingSet.from_npz(content)

    def last_seq(self, run_id: str) -> int:
        """The last `seq` given to the run's metrics, those cut since included; 0 where there are none."""
        with self._read() as connection:
            return last_seq(connection, run_id) if self._seen_id(connection, run_id) else 0

    def asked(self, run_id: str) -> Asked:
        """Everything the worker is asked to do. A run that is gone asks for nothing."""
        table = runs_table.c
        columns = (table.control, table.asked_rate, table.asked_rates, table.pid, table.boot)
        with self._read() as connection:
            row = connection.execute(self._seen(select(*columns).where(table.run_id == run_id))).first()
        if row is None:
            return Asked()
        return Asked(row.control == "stop", row.asked_rate, row.asked_rates, (row.pid, row.boot))
