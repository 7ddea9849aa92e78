"""The store in a SQLite file on a local disk."""

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DBAPIError

from cnn_builder.runs.errors import StoreBusy, StoreError, StoreFull
from cnn_builder.runs.store.connections import MakeTables, keep_to_own_process, own_error

BUSY_SECONDS = 10.0
BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
"""Codes of errors that end by themselves: somebody else holds the database."""


def open_sqlite(url: URL, make_tables: MakeTables) -> Engine:
    """Open the file, making it and its folder on first use. Raises StoreError."""
    try:
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The store's folder cannot be created: {error}. Set CNN_BUILDER_HOME to another folder."
        ) from error
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, pool_size=4, max_overflow=32)
    keep_to_own_process(engine)
    _listen(engine)
    _prepare(engine, make_tables)
    return engine


def _listen(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN would come too late to be IMMEDIATE
        connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
        connection.execute("PRAGMA synchronous = NORMAL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _prepare(engine: Engine, make_tables: MakeTables) -> None:
    """Switch to WAL and make the tables. Several processes may do this at once, and all succeed."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            _use_wal(engine)
            with engine.execution_options(write=True).begin() as connection:
                found = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
                make_tables(connection, found, lambda version: _set_version(connection, version))
            return
        except (DBAPIError, sqlite3.Error) as error:
            # SQLite gives up at once, without its busy timeout, when two processes switch to WAL together.
            if error_code(error) not in BUSY or time.monotonic() > deadline:
                engine.dispose()
                raise StoreError(f"The store {engine.url.database} cannot be opened: {own_error(error)}.") from error
            time.sleep(0.02)
        except StoreError:
            engine.dispose()
            raise


def _set_version(connection: Connection, version: int) -> None:
    connection.exec_driver_sql(f"PRAGMA user_version = {version}")


def _use_wal(engine: Engine) -> None:
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        if cursor.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            cursor.execute("PRAGMA journal_mode = WAL")
        cursor.close()
    finally:
        raw.close()


def error_code(error: BaseException) -> int | None:
    """SQLite's primary result code, such as `sqlite3.SQLITE_FULL`; None for an error that is not SQLite's own.

    Source: https://www.sqlite.org/rescode.html: the lowest byte of an extended code is the primary one.
    """
    extended = getattr(own_error(error), "sqlite_errorcode", None)
    return None if extended is None else int(extended) & 0xFF


def error_in_words(error: BaseException) -> StoreError:
    """A database error as one of ours."""
    code = error_code(error)
    if code in BUSY:
        return StoreBusy("The store is busy: another process held it for 10 s. Try again.")
    if code == sqlite3.SQLITE_FULL:
        return StoreFull("The store cannot be written: disk full. Free some space and try again.")
    return StoreError(f"The store cannot be used: {own_error(error)}.")
