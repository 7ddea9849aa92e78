"""What the connections of every database have in common."""

import os
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, DisconnectionError

MakeTables = Callable[[Connection, int, Callable[[int], None]], None]
"""Makes the tables: the connection, the version found (0 for none), and what writes down the new one."""


def keep_to_own_process(engine: Engine) -> None:
    """See that no connection is used in a process that was forked from the one that made it."""

    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: Any) -> None:
        record.info["pid"] = os.getpid()

    @event.listens_for(engine, "checkout")
    def checkout(connection: Any, record: Any, proxy: Any) -> None:
        if record.info["pid"] != os.getpid():  # a connection does not survive fork
            record.dbapi_connection = proxy.dbapi_connection = None
            raise DisconnectionError("this connection belongs to another process")


def own_error(error: BaseException) -> BaseException:
    """The database's own error. Those met while connecting come without SQLAlchemy's wrapping."""
    return error.orig or error if isinstance(error, DBAPIError) else error
