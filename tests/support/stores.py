"""Where the tests of the store keep it: in a SQLite file, or in the PostgreSQL that `make test-cluster` starts.

There each test has a schema of its own, which is as good as a database of its own and sooner made.
"""

import os
import secrets
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

SERVER = os.environ.get("CNN_BUILDER_TEST_STORE", "")
"""The URL of the server; "" for SQLite."""


def store_url(folder: Path, name: str = "runs.sqlite") -> str:
    """The URL of a new store."""
    if not SERVER:
        return f"sqlite:///{folder / name}"
    schema = f"test_{secrets.token_hex(8)}"
    engine = create_engine(SERVER)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    engine.dispose()
    return make_url(SERVER).update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(False)
