"""The people who have signed in, and the links by which they show a run to others."""

import secrets
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update

from cnn_builder.limits import MAX_SHARES
from cnn_builder.runs.errors import AccessError, QuotaError, RunNotFound
from cnn_builder.runs.store.database import Database
from cnn_builder.runs.store.schema import owners as owners_table
from cnn_builder.runs.store.schema import runs as runs_table
from cnn_builder.runs.store.schema import shares as shares_table


@dataclass(frozen=True)
class Owner:
    """Somebody who has signed in; `seen` in unix seconds, `runs` how many they have."""

    owner: str
    email: str
    name: str
    seen: float
    runs: int = 0

    @property
    def words(self) -> str:
        """How they are called."""
        return self.email or self.name or self.owner


class People(Database):
    """What is known of people. Each raises StoreError."""

    def notice_owner(self, owner: str, email: str = "", name: str = "") -> None:
        """Somebody has signed in."""
        known = {"email": email, "name": name, "seen": self._clock()}
        with self._work() as connection:
            mine = owners_table.c.owner == owner
            if connection.execute(update(owners_table).where(mine).values(known)).rowcount == 0:
                connection.execute(insert(owners_table).values(owner=owner, **known))

    def owners(self) -> tuple[Owner, ...]:
        """Everybody who has signed in, by their addresses. Raises AccessError for who does not see the whole."""
        if not self._access.whole:
            raise AccessError("Only an admin can list the people who have signed in.")
        count = select(runs_table.c.owner, func.count()).group_by(runs_table.c.owner)
        table = owners_table.c
        query = select(owners_table).where(table.seen.is_not(None)).order_by(table.email, table.name, table.owner)
        with self._read() as connection:
            counts = {row[0]: int(row[1]) for row in connection.execute(count)}
            return tuple(
                Owner(row.owner, row.email, row.name, row.seen, counts.get(row.owner, 0))
                for row in connection.execute(query)
            )

    def share(self, run_id: str) -> str:
        """Give out a link to a run: its token, which nobody can guess. One that is shared keeps its token."""
        with self._write() as connection:
            row = self._run_row(connection, run_id)
            known = connection.scalar(select(shares_table.c.token).where(shares_table.c.run_id == row.run_id))
            if known is not None:
                return str(known)
            mine = shares_table.c.owner.is_not_distinct_from(row.owner)
            if (
                connection.execute(select(func.count()).select_from(shares_table).where(mine)).scalar_one()
                >= MAX_SHARES
            ):
                raise QuotaError(f"You have shared {MAX_SHARES} runs, which is the most. Stop sharing one first.")
            token = secrets.token_urlsafe(24)
            connection.execute(
                insert(shares_table).values(token=token, run_id=row.run_id, owner=row.owner, created=self._clock())
            )
            return token

    def unshare(self, run_id: str) -> None:
        """Take a link back; a run that is not shared stays so."""
        with self._write() as connection:
            self._run_row(connection, run_id)
            connection.execute(delete(shares_table).where(shares_table.c.run_id == run_id))

    def shared_token(self, run_id: str) -> str | None:
        """The token of a run's link; None where it is not shared, or may not be seen."""
        with self._read() as connection:
            if self._access.read_only or not self._seen_id(connection, run_id):
                return None
            return connection.scalar(select(shares_table.c.token).where(shares_table.c.run_id == run_id))

    def shared_run(self, token: str) -> tuple[str, str | None]:
        """The id of the run that a link shows, and whose it is. Raises RunNotFound where there is none."""
        table = shares_table
        query = (
            select(runs_table.c.run_id, runs_table.c.owner)
            .join(table, table.c.run_id == runs_table.c.run_id)
            .where(table.c.token == token)
        )
        with self._read() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise RunNotFound("Run not found: the link is wrong, or the run is no longer shared. Ask for a new link.")
        return row.run_id, row.owner
