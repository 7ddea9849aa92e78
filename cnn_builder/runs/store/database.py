"""The store's database: transactions, its errors in our words, and finding a run."""

import copy
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, func, insert, select, true, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from cnn_builder.runs.access import OPERATOR, Access
from cnn_builder.runs.errors import AccessError, RunNotFound
from cnn_builder.runs.models import AnyRun, Run
from cnn_builder.runs.store import postgresql, rows, sqlite
from cnn_builder.runs.store.events import Event
from cnn_builder.runs.store.opening import open_engine
from cnn_builder.runs.store.schema import events as events_table
from cnn_builder.runs.store.schema import runs as runs_table


class Database:
    """An open database of runs. Safe to use from several threads and processes.

    It is looked at with somebody's `Access`: every question about runs goes through `_seen` or `_run_row`, so that what
    belongs to others is nowhere to be found.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.time) -> None:
        self._clock, self._access = clock, OPERATOR
        self._reader = open_engine(url)
        self._writer = self._reader.execution_options(write=True)

    def for_access(self, access: Access) -> Self:
        """The same store as somebody sees it; it is closed with this one."""
        seen = copy.copy(self)
        seen._access = access
        return seen

    @property
    def whole(self) -> Self:
        """The same store as the processes that train see it."""
        return self if self._access == OPERATOR else self.for_access(OPERATOR)

    @property
    def access(self) -> Access:
        """With whose eyes this view looks."""
        return self._access

    @property
    def _visible(self) -> ColumnElement[bool]:
        """The condition on a row of the runs that it may be seen."""
        if self._access.run_id is not None:
            return runs_table.c.run_id == self._access.run_id
        return true() if self._access.whole else runs_table.c.owner == self._access.owner

    @property
    def _mine(self) -> ColumnElement[bool]:
        """The condition on a row of the runs that it belongs to whoever looks: what others made is never given out."""
        return runs_table.c.owner.is_not_distinct_from(self._access.owner)

    def _seen(self, query: Select[Any]) -> Select[Any]:
        """The query, of the runs that may be seen."""
        return query if self._access.whole else query.where(self._visible)

    def _seen_id(self, connection: Connection, run_id: str) -> bool:
        """Whether there is a run of this id that may be seen; of the whole, whether there is one is not asked."""
        if self._access.whole:
            return True
        query = self._seen(select(runs_table.c.run_id).where(runs_table.c.run_id == run_id))
        return connection.scalar(query) is not None

    def _run_row(self, connection: Connection, run_id: str) -> Any:
        """A run's row. Raises RunNotFound."""
        row = connection.execute(self._seen(select(runs_table).where(runs_table.c.run_id == run_id))).first()
        if row is None:
            raise RunNotFound(f"Run not found: no run has the id {run_id!r}. The command `runs` lists them.")
        return row

    def close(self) -> None:
        """Let go of the database's file."""
        self._reader.dispose()

    def get(self, run_id: str) -> Run:
        """The run with this id, or whose id alone starts so. Raises RunNotFound, RunUnreadable."""
        return rows.to_run(self._row(run_id))

    def find(self, run_id: str) -> AnyRun:
        """As `get`, also a run that this version cannot read. Raises RunNotFound."""
        return rows.to_any_run(self._row(run_id))

    def _row(self, run_id: str) -> Any:
        with self._read() as connection:
            exact = connection.execute(self._seen(select(runs_table).where(runs_table.c.run_id == run_id))).first()
            if exact is not None:
                return exact
            found: Sequence[Any] = []
            if run_id:
                starts = runs_table.c.run_id.startswith(run_id, autoescape=True)
                found = connection.execute(self._seen(select(runs_table).where(starts)).limit(2)).all()
        if len(found) != 1:
            what = "more than one run's id starts with" if found else "no run has the id"
            raise RunNotFound(f"Run not found: {what} {run_id!r}. The command `runs` lists them.")
        return found[0]

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        """Raises AccessError where the view is one to look at only."""
        if self._access.read_only:
            raise AccessError("This is a shared view of a run: it can be looked at, not changed.")
        with told_errors(self._reader.dialect.name), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def _work(self) -> Iterator[Connection]:
        """As `_write`, for what only supervisors and workers say of a run. Raises AccessError in another's hands."""
        if not self._access.whole:
            raise AccessError("Only the processes that train can say this of a run.")
        with self._write() as connection:
            yield connection

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with told_errors(self._reader.dialect.name), self._reader.begin() as connection:
            yield connection


@contextmanager
def told_errors(dialect: str = "sqlite") -> Iterator[None]:
    """Tell the database's errors in our words."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        raise (postgresql if dialect == "postgresql" else sqlite).error_in_words(error) from error


def set_run(connection: Connection, run_id: str, **values: Any) -> None:
    """Change columns of a run."""
    connection.execute(update(runs_table).where(runs_table.c.run_id == run_id).values(values))


def next_ticket(connection: Connection) -> int:
    """The place behind everything that ever waited: the queue's order does not depend on a clock."""
    return int(connection.execute(select(func.coalesce(func.max(runs_table.c.ticket), 0))).scalar_one()) + 1


def add_event(connection: Connection, run_id: str, event: Event, at: float) -> None:
    """Add to what happened to a run."""
    table = events_table
    last = select(func.coalesce(func.max(table.c.seq), 0)).where(table.c.run_id == run_id)
    values = {"step": event.step, "epoch": event.epoch, "kind": event.kind, "value": event.value, "text": event.text}
    connection.execute(
        insert(table).values(run_id=run_id, seq=connection.execute(last).scalar_one() + 1, at=at, **values)
    )
