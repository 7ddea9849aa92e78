"""A run as another version of this program may have written it."""

from sqlalchemy import update

from cnn_builder.runs import Store
from cnn_builder.runs.store.schema import runs

NEWER_LAYER = '{"version": 1, "name": "Newer", "input_shape": [28, 28, 1], "layers": [{"type": "Conv9D"}]}'
"""A network with a layer type that nobody knows."""


def make_unreadable(store: Store, run_id: str, column: str = "architecture", text: str = NEWER_LAYER) -> None:
    """Replace what the store has in a column of the run."""
    with store._write() as connection:
        connection.execute(update(runs).where(runs.c.run_id == run_id).values({column: text}))
