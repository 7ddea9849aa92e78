"""The store's tables, and how its database is opened."""

import os
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Engine, Float, Index, Integer, MetaData, String, Table, Text, create_engine, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

from cnn_builder.runs.errors import StoreError

BUSY_SECONDS = 10.0
VERSION = 2

metadata = MetaData()

runs = Table(
    "runs",
    metadata,
    Column("run_id", String(26), primary_key=True),
    Column("name", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("reason", Text),
    Column("control", String(32)),
    Column("request", String(64), nullable=False),  # digest of what would be trained: finds an identical request
    Column("key", String(200), unique=True),  # given by the caller: the same click makes one run
    Column("dataset", String(64), nullable=False),
    Column("architecture", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("total_params", Integer, nullable=False),
    Column("created", Float, nullable=False),
    Column("started", Float),
    Column("ended", Float),
    Column("step", Integer, nullable=False, default=0),
    Column("total_steps", Integer),
    Column("epoch", Integer, nullable=False, default=0),
    Column("beats", Integer, nullable=False, default=0),  # a counter, not a time: clocks jump
    Column("pid", Integer),
    Column("pid_started", Float),
    Column("boot", String(64)),
    Column("best_epoch", Integer),
    Column("test_loss", Float),
    Column("test_accuracy", Float),
    Column("seconds", Float),
    Column("evaluation", Text),
    # Since version 2. A column with a default here is added to the stores of before.
    Column("notes", Text, nullable=False, server_default=""),
    Column("tags", Text, nullable=False, server_default="[]"),
    Column("ticket", Integer, nullable=False, server_default="0"),  # the queue's order; those of before come first
    Column("cut", Integer, nullable=False, server_default="0"),
    Column("asked_rate", Float),
    Column("asked_rates", Integer, nullable=False, server_default="0"),  # a counter: the same rate may be asked twice
)
runs_by_status = Index("runs_by_status", runs.c.status, runs.c.run_id)

metrics = Table(
    "metrics",
    metadata,
    Column("run_id", String(26), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("epoch", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("loss", Float),
    Column("accuracy", Float),
    Column("val_loss", Float),
    Column("val_accuracy", Float),
    Column("seconds", Float),
    sqlite_with_rowid=False,
)

events = Table(
    "events",
    metadata,
    Column("run_id", String(26), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("step", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("value", Float),
    Column("text", Text, nullable=False),
    Column("at", Float, nullable=False),
    sqlite_with_rowid=False,
)


def open_engine(url: str) -> Engine:
    """Open the database, making it on first use. Raises StoreError.

    The engine's transactions start with BEGIN, those of `engine.execution_options(write=True)` with BEGIN IMMEDIATE.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"The store's address must be a URL: expected sqlite:///FILE, received {url!r}.") from error
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        shown = parsed.render_as_string(hide_password=True)
        raise StoreError(f"The store must be a SQLite file: expected sqlite:///FILE, received {shown!r}.")
    try:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"The store's folder cannot be made: {error}. Set CNN_BUILDER_HOME to another.") from error
    engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS}, pool_size=4, max_overflow=32)
    _listen(engine)
    _prepare(engine)
    return engine


def _listen(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN would come too late to be IMMEDIATE
        connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
        connection.execute("PRAGMA synchronous = NORMAL")
        record.info["pid"] = os.getpid()

    @event.listens_for(engine, "checkout")
    def checkout(connection: Any, record: Any, proxy: Any) -> None:
        if record.info["pid"] != os.getpid():  # a connection does not survive fork
            record.dbapi_connection = proxy.dbapi_connection = None
            raise DisconnectionError("this connection belongs to another process")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _prepare(engine: Engine) -> None:
    """Switch to WAL and make the tables. Several processes may do this at once, and all succeed."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            _use_wal(engine)
            with engine.execution_options(write=True).begin() as connection:
                _make_tables(connection)
            return
        except (DBAPIError, sqlite3.Error) as error:
            cause = plain(error)
            # SQLite gives up at once, without its busy timeout, when two processes switch to WAL together.
            if "locked" not in str(cause) or time.monotonic() > deadline:
                engine.dispose()
                raise StoreError(f"The store {engine.url.database} cannot be opened: {cause}.") from error
            time.sleep(0.02)
        except StoreError:
            engine.dispose()
            raise


def plain(error: DBAPIError | sqlite3.Error) -> BaseException:
    """The database's own error. Those met while connecting come without SQLAlchemy's wrapping."""
    return error.orig or error if isinstance(error, DBAPIError) else error


def _use_wal(engine: Engine) -> None:
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        if cursor.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            cursor.execute("PRAGMA journal_mode = WAL")
        cursor.close()
    finally:
        raw.close()


def _make_tables(connection: Connection) -> None:
    found = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    if found > VERSION:
        raise StoreError(f"The store is a newer CNN Builder's: expected version {VERSION}, received {found}. Update.")
    if found < VERSION:
        for table in (runs, metrics, events):
            connection.execute(CreateTable(table, if_not_exists=True))
            _add_columns(connection, table)
        connection.execute(CreateIndex(runs_by_status, if_not_exists=True))
        connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")


def _add_columns(connection: Connection, table: Table) -> None:
    """Give a table of an earlier version the columns it lacks."""
    present = {row.name for row in connection.exec_driver_sql(f"PRAGMA table_info({table.name})")}
    for column in table.columns:
        if column.name not in present:
            written = CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {written}")
