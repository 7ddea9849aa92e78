"""What a person has of the server, against what they may have."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection

from cnn_builder.limits import size_text
from cnn_builder.runs.access import Quota
from cnn_builder.runs.errors import QuotaError
from cnn_builder.runs.models import ENDED, WORKING
from cnn_builder.runs.store.database import Database
from cnn_builder.runs.store.schema import owners as owners_table
from cnn_builder.runs.store.schema import runs as runs_table

_DAY = 86_400


@dataclass(frozen=True)
class Usage:
    """Runs at work and waiting, minutes trained today (UTC), and bytes on the disk."""

    active: int
    queued: int
    minutes: float
    disk: int

    def words(self, quota: Quota) -> str:
        """How much of their share somebody has used, for them to read before it is used up; "" without limits."""
        told = []
        if quota.active_runs:
            told.append(f"{self.active} of {quota.active_runs} training at once")
        if quota.queued_runs:
            told.append(f"{self.queued} of {quota.queued_runs} waiting")
        if quota.minutes:
            told.append(f"{self.minutes:.0f} of {quota.minutes} training minutes today (UTC)")
        if quota.disk_bytes:
            told.append(f"{size_text(self.disk)} of {size_text(quota.disk_bytes)} on the disk")
        return "Your share of this server: " + " · ".join(told) if told else ""

    def is_nearly_all(self, quota: Quota) -> bool:
        """Whether four fifths of something that is refused when it is used up are used."""
        parts = ((self.queued, quota.queued_runs), (self.minutes, quota.minutes), (self.disk, quota.disk_bytes))
        return any(limit and 5 * used >= 4 * limit for used, limit in parts)

    def refusal(self, quota: Quota, more: int = 1) -> str | None:
        """Why somebody cannot queue so many more runs; None where they can."""
        if quota.minutes and self.minutes >= quota.minutes:
            return minutes_words(quota)
        if quota.disk_bytes and self.disk >= quota.disk_bytes:
            return (
                f"Your runs, data sets and networks take {size_text(self.disk)} on the disk; expected less than "
                f"{size_text(quota.disk_bytes)}. Delete runs or data sets that you no longer need."
            )
        if quota.queued_runs and self.queued + more > quota.queued_runs:
            many = f"{more} more runs" if more > 1 else "one more run"
            return (
                f"You have {self.queued} of the {quota.queued_runs} runs that one person may have waiting; received "
                f"{many}. Wait until some have begun, or remove some from the queue."
            )
        return None


def minutes_words(quota: Quota) -> str:
    """That the minutes of a day are used up."""
    return (
        f"Your {quota.minutes} training minutes of today are used up. They begin again at midnight UTC; "
        "a run that was stopped can then be resumed."
    )


def seconds_today(row: Any, now: float) -> float:
    """How long a run has trained since midnight UTC: what lies there of the time from its start to its end."""
    if row.started is None or row.status not in (*WORKING, *ENDED):
        return 0.0  # one that was resumed and waits has its earlier start
    end = now if row.ended is None else row.ended
    return max(0.0, end - max(row.started, now - now % _DAY))


class Usages(Database):
    """The questions about a person's share. Each raises StoreError."""

    def usage(self) -> Usage | None:
        """What whoever looks has used; None for those without limits."""
        with self._read() as connection:
            return self._usage(connection)

    def expect_room(self, more: int = 1) -> None:
        """Raises QuotaError where whoever looks cannot queue so many more runs."""
        with self._read() as connection:
            self._expect_room(connection, more)

    def overdrawn(self, minutes: int) -> tuple[str, ...]:
        """The active runs of people who have trained for so many minutes today; those of the operator are none."""
        table = runs_table.c
        query = select(table.owner).where(table.status.in_(WORKING), table.owner.is_not(None)).distinct()
        found: list[str] = []
        with self._read() as connection:
            for owner in list(connection.scalars(query)):
                if minutes and self._seconds(connection, owner) >= 60 * minutes:
                    working = (table.owner == owner) & table.status.in_(("starting", "running", "queued"))
                    found += connection.scalars(select(table.run_id).where(working))
        return tuple(found)

    def _usage(self, connection: Connection) -> Usage | None:
        owner, quota = self._access.owner, self._access.quota
        if quota is None or owner is None:
            return None
        table = runs_table.c
        count = select(table.status, func.count()).where(table.owner == owner).group_by(table.status)
        counts = {row[0]: int(row[1]) for row in connection.execute(count)}
        active = sum(counts.get(status, 0) for status in WORKING)
        return Usage(active, counts.get("queued", 0), self._seconds(connection, owner) / 60, quota.disk_taken())

    def _expect_room(self, connection: Connection, more: int = 1) -> None:
        used, quota = self._usage(connection), self._access.quota
        refusal = used.refusal(quota, more) if used is not None and quota is not None else None
        if refusal is not None:
            raise QuotaError(refusal)

    def _seconds(self, connection: Connection, owner: str) -> float:
        """Of training today, with the runs that were deleted since."""
        now, table = self._clock(), runs_table.c
        since = table.ended.is_(None) | (table.ended > now - now % _DAY)
        query = select(table.started, table.ended, table.status).where(
            table.owner == owner, table.started.is_not(None), since
        )
        trained = sum(seconds_today(row, now) for row in connection.execute(query))
        kept = select(owners_table.c.seconds).where(owners_table.c.owner == owner, owners_table.c.day == _day(now))
        return trained + float(connection.scalar(kept) or 0.0)

    def _keep_seconds(self, connection: Connection, row: Any) -> None:
        """Remember what a run that is about to be deleted has trained today."""
        now, table = self._clock(), owners_table
        seconds = seconds_today(row, now)
        if row.owner is None or not seconds:
            return
        before = connection.execute(select(table).where(table.c.owner == row.owner)).first()
        if before is None:
            connection.execute(insert(table).values(owner=row.owner, day=_day(now), seconds=seconds))
            return
        total = seconds + (before.seconds if before.day == _day(now) else 0.0)
        connection.execute(update(table).where(table.c.owner == row.owner).values(day=_day(now), seconds=total))


def _day(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d")
