"""The store in PostgreSQL, for workers on several machines, or for who has a server already.

A lock makes writing transactions come one after the other, as SQLite does: what is decided in one (which run is next,
the number of a metric) is then right without further locks, and the store behaves the same in both.
"""

from typing import Any

from sqlalchemy import Engine, create_engine, delete, event, insert, select
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DBAPIError, NoSuchModuleError
from sqlalchemy.schema import CreateTable

from cnn_builder.runs.errors import StoreBusy, StoreError, StoreFull, StoreUnreachable
from cnn_builder.runs.store.connections import MakeTables, keep_to_own_process, own_error
from cnn_builder.runs.store.schema import versions

DRIVER = "postgresql+psycopg"
CONNECT_SECONDS = 10
LOCK_SECONDS = 10
WRITER = 0x434E4E  # the number of our lock among the advisory ones of this database

_LOCKED = {"55P03", "40P01", "40001"}  # lock_not_available, deadlock_detected, serialization_failure
_FULL = {"53100", "53200"}  # disk_full, out_of_memory
_AWAY = ("08", "57P")  # connection exceptions; the server is shut down, starts, or has crashed


def open_postgresql(url: URL, make_tables: MakeTables) -> Engine:
    """Connect to the database, making the tables on first use. Raises StoreError, StoreUnreachable.

    Connections are tried before they are used, and one whose server does not answer is given up after 10 s.
    Source: https://www.postgresql.org/docs/current/libpq-connect.html (parameters of a connection).
    """
    timeouts = {"connect_timeout": CONNECT_SECONDS, "keepalives_idle": 10, "tcp_user_timeout": CONNECT_SECONDS * 1000}
    try:
        engine = create_engine(url, connect_args=timeouts, pool_size=4, max_overflow=32, pool_pre_ping=True)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise StoreError(
            "The store is a PostgreSQL database, but psycopg is not installed. "
            "Install it: pip install -r requirements-cluster.txt -c constraints.txt"
        ) from error
    keep_to_own_process(engine)
    _listen(engine)
    try:
        with engine.execution_options(write=True).begin() as connection:
            connection.execute(CreateTable(versions, if_not_exists=True))
            found = connection.scalar(select(versions.c.version)) or 0
            make_tables(connection, found, lambda version: _set_version(connection, version))
    except DBAPIError as error:
        engine.dispose()
        raise error_in_words(error) from error
    except StoreError:
        engine.dispose()
        raise
    return engine


def _listen(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {LOCK_SECONDS * 1000}")
        connection.commit()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("write", False):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER})")


def _set_version(connection: Connection, version: int) -> None:
    connection.execute(delete(versions))
    connection.execute(insert(versions).values(version=version))


def error_in_words(error: BaseException) -> StoreError:
    """A database error as one of ours.

    Source: https://www.postgresql.org/docs/current/errcodes-appendix.html.
    """
    own = own_error(error)
    state = getattr(own, "sqlstate", None) or ""
    told = " ".join(str(own).split()).partition(" Is the server running")[0].rstrip(".")
    if state in _LOCKED:
        return StoreBusy("The store is busy: another process held it for 10 s. Try again.")
    if state in _FULL:
        return StoreFull("The store cannot be written: disk full. Free some space and try again.")
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if state.startswith(_AWAY) or lost or (not state and type(own).__name__ == "OperationalError"):
        return StoreUnreachable(f"The store cannot be reached: {told:.200}. Runs are kept; try again when it is back.")
    return StoreError(f"The store cannot be used: {told:.200}.")
