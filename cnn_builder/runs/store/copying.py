"""The store as one SQLite file, whatever it is kept in, and back again."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import URL, Connection

from cnn_builder.runs.errors import AccessError, RunStateError
from cnn_builder.runs.models import ACTIVE
from cnn_builder.runs.store.database import Database, told_errors
from cnn_builder.runs.store.schema import TABLES
from cnn_builder.runs.store.schema import runs as runs_table

ROWS = 2_000
"""Copied at a time."""


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file; what its name has of a URL's own signs is written as %XX."""
    return URL.create("sqlite", database=str(path)).render_as_string()


class Copies(Database):
    """Copies of everything. Each raises StoreError."""

    def save_copy(self, path: Path) -> None:
        """Write a new SQLite file with all that the store holds at one moment; nobody has to wait for it.

        Source: https://www.sqlite.org/backup.html.
        """
        if not self._access.whole:
            raise AccessError("Only whoever runs the machine can copy the store.")
        if self._reader.dialect.name != "sqlite":
            with Copies(sqlite_url(path)) as copy, self._read() as source, copy._work() as target:
                source.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")  # one moment for all tables
                _copy_rows(source, target)
            return
        with told_errors(), closing(sqlite3.connect(path)) as copied:
            raw = self._reader.raw_connection()
            try:
                connection = raw.driver_connection
                assert isinstance(connection, sqlite3.Connection)
                connection.backup(copied)
            finally:
                raw.close()

    def load_copy(self, path: Path, reason: str) -> int:
        """Take over what `save_copy` wrote, all or nothing; how many runs there are.

        The workers of its active runs are none of ours, so those are interrupted, and those that wait are stopped.

        Args:
            reason: why they are.

        Raises RunStateError where this store is not empty.
        """
        count = select(func.count()).select_from(runs_table)
        with Copies(sqlite_url(path)) as copy, copy._read() as source, self._work() as target:
            if target.scalar(count):
                raise RunStateError("The store has runs already: expected an empty one.")
            _copy_rows(source, target)
            table = runs_table.c
            gone = {"reason": reason, "control": None, "pid": None, "pid_started": None, "boot": None}
            waited = update(runs_table).where(table.status == "queued")
            target.execute(waited.values(status="stopped", ended=self._clock(), **gone))
            worked = update(runs_table).where(table.status.in_(ACTIVE))
            target.execute(worked.values(status="interrupted", ended=self._clock(), **gone))
            return int(target.execute(count).scalar_one())

    def __enter__(self) -> "Copies":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _copy_rows(source: Connection, target: Connection) -> None:
    for table in TABLES:
        for part in source.execute(select(table)).partitions(ROWS):
            target.execute(insert(table), [dict(row._mapping) for row in part])
