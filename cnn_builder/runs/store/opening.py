"""Opening the store's database: a SQLite file, or PostgreSQL by its URL."""

from collections.abc import Callable

from sqlalchemy import Engine, inspect
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

from cnn_builder.runs.errors import StoreError
from cnn_builder.runs.store import postgresql, sqlite
from cnn_builder.runs.store.schema import INDEXES, TABLES, VERSION

EXPECTED = "expected sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"


def open_engine(url: str) -> Engine:
    """Open the database, making its tables on first use. Raises StoreError.

    Transactions of `engine.execution_options(write=True)` come one after the other, whoever makes them.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"The store's address must be a URL: {EXPECTED}, received {url!r}.") from error
    if parsed.drivername == postgresql.DRIVER and parsed.database:
        return postgresql.open_postgresql(parsed, _make_tables)
    if parsed.get_backend_name() == "sqlite" and parsed.database and parsed.database != ":memory:":
        return sqlite.open_sqlite(parsed, _make_tables)
    shown = parsed.render_as_string(hide_password=True)
    raise StoreError(f"The store must be a SQLite file or a PostgreSQL database: {EXPECTED}, received {shown!r}.")


def _make_tables(connection: Connection, found: int, set_version: Callable[[int], None]) -> None:
    """Make the tables, or give those of an earlier version what they lack. Raises StoreError for a newer one.

    Args:
        found: the version of the tables that are there, 0 where there are none.
    """
    if found > VERSION:
        raise StoreError(
            f"The store was written by a newer version: expected {VERSION}, received {found}. Update CNN Builder."
        )
    if found < VERSION:
        for table in TABLES:
            connection.execute(CreateTable(table, if_not_exists=True))
            present = {column["name"] for column in inspect(connection).get_columns(table.name)}
            for column in table.columns:
                if column.name not in present:
                    written = CreateColumn(column).compile(dialect=connection.dialect)
                    connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {written}")
        for index in INDEXES:
            connection.execute(CreateIndex(index, if_not_exists=True))
        set_version(VERSION)
