"""The queue in the store: what waits, what works, and whose turn it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection

from cnn_builder.runs.models import WORKING
from cnn_builder.runs.store.database import Database
from cnn_builder.runs.store.schema import owners as owners_table
from cnn_builder.runs.store.schema import runs as runs_table
from cnn_builder.runs.store.turns import QueuedRun, fair_order


@dataclass(frozen=True)
class QueueState:
    """What waits, in the order in which it was queued; the owners of what works; everybody's last turn."""

    waiting: tuple[QueuedRun, ...]
    working: tuple[str, ...]
    turns: Mapping[str, int]

    def startable(self, slots: int, each: int) -> list[str]:
        """The runs that may start now, the next one first; `each`: how many of one person work at once, 0 for any."""
        busy = Counter(self.working)
        may = [one for one in self.waiting if not each or not one[1] or busy[one[1]] < each]
        return fair_order(may, self.working, self.turns, each, slots)

    def ordered(self, each: int) -> list[str]:
        """All that wait, in the order in which they start."""
        return fair_order(self.waiting, self.working, self.turns, each)


def read_queue(connection: Connection) -> QueueState:
    """The queue as it stands."""
    table, whose = runs_table.c, func.coalesce(runs_table.c.owner, "")
    waiting = select(table.run_id, whose).where(table.status == "queued").order_by(table.ticket, table.run_id)
    working = select(whose).where(table.status.in_(WORKING)).order_by(table.ticket, table.run_id)
    turns = select(owners_table.c.owner, owners_table.c.turn)
    return QueueState(
        tuple((row[0], row[1]) for row in connection.execute(waiting)),
        tuple(connection.scalars(working)),
        {row[0]: row[1] for row in connection.execute(turns)},
    )


def take_turn(connection: Connection, owner: str | None) -> None:
    """A run of theirs was started just now. It is kept beside the runs: whoever deletes theirs is not first again."""
    table = owners_table
    turn = int(connection.execute(select(func.coalesce(func.max(table.c.turn), 0))).scalar_one()) + 1
    if connection.execute(update(table).where(table.c.owner == (owner or "")).values(turn=turn)).rowcount == 0:
        connection.execute(insert(table).values(owner=owner or "", turn=turn))


class Queue(Database):
    """The questions about the queue. Each raises StoreError."""

    def queue_position(self, run_id: str) -> int | None:
        """The run's place among those that wait, everybody's, 1 for the next to start; None where it does not wait."""
        with self._read() as connection:
            if not self._seen_id(connection, run_id):
                return None
            quota = self._access.quota
            ordered = read_queue(connection).ordered(quota.active_runs if quota else 0)
        return ordered.index(run_id) + 1 if run_id in ordered else None
