"""The store's database: transactions, its errors in our words, and finding a run."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from cnn_builder.runs import rows
from cnn_builder.runs.errors import RunNotFound, StoreBusy, StoreError, StoreFull
from cnn_builder.runs.events import Event
from cnn_builder.runs.models import Run
from cnn_builder.runs.schema import events as events_table
from cnn_builder.runs.schema import open_engine, plain
from cnn_builder.runs.schema import runs as runs_table


class Database:
    """An open database of runs. Safe to use from several threads and processes."""

    def __init__(self, url: str, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._reader = open_engine(url)
        self._writer = self._reader.execution_options(write=True)

    def close(self) -> None:
        """Let go of the database's file."""
        self._reader.dispose()

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
            raise StoreBusy("The store is busy: another process held it for 10 s. Try again.") from error
        if "full" in text:
            raise StoreFull("The store cannot be written: disk full. Free some space and try again.") from error
        raise StoreError(f"The store cannot be used: {text}.") from error


def row_of(connection: Connection, run_id: str) -> Any:
    """A run's row. Raises RunNotFound."""
    row = connection.execute(select(runs_table).where(runs_table.c.run_id == run_id)).first()
    if row is None:
        raise RunNotFound(f"Run not found: no run has the id {run_id!r}. The command `runs` lists them.")
    return row


def status_of(connection: Connection, run_id: str) -> str:
    """A run's status. Raises RunNotFound."""
    return str(row_of(connection, run_id).status)


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
