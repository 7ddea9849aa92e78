"""The sweeps in the store: made with all their runs at once, found again, and stopped."""

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import ColumnElement, false, func, insert, select, true, update
from sqlalchemy.engine import Connection

from cnn_builder.architecture import Architecture
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data.sets.drawing_set import DrawingSet
from cnn_builder.runs.errors import SweepError
from cnn_builder.runs.ids import new_id
from cnn_builder.runs.models import ACTIVE, AnyRun, RunSettings
from cnn_builder.runs.store import rows
from cnn_builder.runs.store.database import add_event
from cnn_builder.runs.store.events import NOTE, Event
from cnn_builder.runs.store.requests import Requests
from cnn_builder.runs.store.run_text import UNNAMED, checked_name
from cnn_builder.runs.store.schema import runs as runs_table
from cnn_builder.runs.store.schema import sweep_runs as sweep_runs_table
from cnn_builder.runs.store.schema import sweeps as sweeps_table
from cnn_builder.runs.sweeps.plan import HALVING, Candidate, Sweep, SweepPlan, SweepRun
from cnn_builder.runs.sweeps.variables import values_words

_MOST_NAME = 200


class Sweeps(Requests):
    """The sweeps. Each raises StoreError, and SweepError for a sweep that is not there."""

    def create_sweep(
        self,
        architecture: Architecture,
        dataset: str,
        settings: RunSettings,
        plan: SweepPlan,
        candidates: Sequence[Candidate],
        over_budget: int = 0,
        unfit: int = 0,
        key: str | None = None,
        drawings: DrawingSet | None = None,
    ) -> Sweep:
        """Queue the candidates as runs, all or none. A sweep with this `key` is returned instead.

        Args:
            architecture, settings: those the sweep starts from.
            over_budget, unfit: how many combinations were left out.
            drawings: the user's own, where the settings ask for them; every run takes them.

        Raises QuotaError.
        """
        called = architecture.name.strip() or UNNAMED
        with self._write() as connection:
            same = select(sweeps_table.c.sweep_id).where(self._my_sweep, sweeps_table.c.key == key)
            found = connection.scalar(same) if key else None
            if found is None:
                self._expect_room(connection, len(candidates))
                now = self._clock()
                found = new_id(now, after=connection.scalar(select(func.max(sweeps_table.c.sweep_id))))
                connection.execute(
                    insert(sweeps_table).values(
                        sweep_id=found, name=called, key=key, created=now, dataset=dataset,
                        architecture=rows.dump(architecture.to_dict()), plan=plan.to_json(), search=plan.search,
                        settings=rows.dump(settings.model_dump(mode="json")), minutes=plan.minutes,
                        over_budget=over_budget, unfit=unfit, owner=self._access.owner,
                    )
                )  # fmt: skip
                for number, candidate in enumerate(candidates):
                    name = _run_name(called, values_words(candidate.values, architecture))
                    row = self._queue(
                        connection, candidate.architecture, dataset, candidate.settings, name, drawings=drawings
                    )
                    connection.execute(
                        insert(sweep_runs_table).values(
                            sweep_id=found, number=number, run_id=row.run_id, changes=json.dumps(candidate.values),
                            total_params=candidate.total_params, total_macs=candidate.total_macs,
                        )
                    )  # fmt: skip
            return _read_sweep(connection, found)

    @property
    def _my_sweep(self) -> ColumnElement[bool]:
        return sweeps_table.c.owner.is_not_distinct_from(self._access.owner)

    @property
    def _visible_sweep(self) -> ColumnElement[bool]:
        """The condition on a sweep that it may be seen; who sees one run sees no sweep."""
        if self._access.run_id is not None:
            return false()
        return true() if self._access.whole else sweeps_table.c.owner == self._access.owner

    def sweep(self, sweep_id: str) -> Sweep:
        """The sweep with this id, or whose id alone starts so. Raises SweepError."""
        starts = sweeps_table.c.sweep_id.startswith(sweep_id, autoescape=True) & self._visible_sweep
        with self._read() as connection:
            found = list(connection.scalars(select(sweeps_table.c.sweep_id).where(starts).limit(2))) if sweep_id else []
            if len(found) != 1:
                what = "more than one sweep's id starts with" if found else "no sweep has the id"
                raise SweepError(f"Sweep not found: {what} {sweep_id!r}. The command `sweeps` lists them.")
            return _read_sweep(connection, found[0])

    def sweeps(self, limit: int | None = 100) -> tuple[Sweep, ...]:
        """The sweeps, newest first; those that this version cannot read are left out."""
        query = select(sweeps_table.c.sweep_id).where(self._visible_sweep)
        query = query.order_by(sweeps_table.c.sweep_id.desc()).limit(limit)
        found = []
        with self._read() as connection:
            for sweep_id in list(connection.scalars(query)):
                try:
                    found.append(_read_sweep(connection, sweep_id))
                except SweepError:
                    continue
        return tuple(found)

    def sweep_of(self, run_id: str) -> Sweep | None:
        """The latest sweep that the run is a candidate of; None for a run that is not, or where it cannot be read."""
        table, sweep = sweep_runs_table.c, sweeps_table.c
        of_run = select(func.max(table.sweep_id)).join(sweeps_table, sweep.sweep_id == table.sweep_id)
        query = of_run.where(table.run_id == run_id, self._visible_sweep)
        with self._read() as connection:
            sweep_id = connection.scalar(query)
            with suppress(SweepError):
                return _read_sweep(connection, sweep_id) if sweep_id else None
        return None

    def steered_sweeps(self) -> tuple[Sweep, ...]:
        """The sweeps with a time budget, or that stop runs on the way, of which a run is active."""
        steered = (sweeps_table.c.search == HALVING) | sweeps_table.c.minutes.is_not(None)
        active = runs_table.c.status.in_(ACTIVE) & sweep_runs_table.c.stopped.is_(None)
        query = (
            select(sweeps_table.c.sweep_id)
            .join(sweep_runs_table, sweep_runs_table.c.sweep_id == sweeps_table.c.sweep_id)
            .join(runs_table, runs_table.c.run_id == sweep_runs_table.c.run_id)
            .where(steered & active & self._visible_sweep)
            .distinct()
        )
        with self._read() as connection:
            return tuple(_read_sweep(connection, sweep_id) for sweep_id in list(connection.scalars(query)))

    def runs_of(self, sweep: Sweep) -> dict[str, AnyRun]:
        """The sweep's runs by id; those deleted since are not among them."""
        of_sweep = select(sweep_runs_table.c.run_id).where(sweep_runs_table.c.sweep_id == sweep.sweep_id)
        with self._read() as connection:
            found = connection.execute(self._seen(select(runs_table).where(runs_table.c.run_id.in_(of_sweep))))
            return {row.run_id: rows.to_any_run(row) for row in found}

    def stop_candidate(self, sweep: Sweep, candidate: SweepRun, reason: str) -> None:
        """Stop a candidate's run and say why; one that has ended stays as it is. The sweep does so once only."""
        with self._write() as connection:
            run_id = candidate.run_id
            if connection.scalar(self._seen(select(runs_table.c.run_id).where(runs_table.c.run_id == run_id))) is None:
                return
            table = sweep_runs_table.c
            mine = (table.sweep_id == sweep.sweep_id) & (table.number == candidate.number) & table.stopped.is_(None)
            if connection.execute(update(sweep_runs_table).where(mine).values(stopped=reason)).rowcount == 0:
                return
            if self._stop(connection, run_id):
                text = f"Stopped by its sweep: {reason}"
                add_event(connection, run_id, Event(NOTE, 0, 0, text=text), self._clock())

    def stop_sweep(self, sweep: Sweep) -> int:
        """Stop every run of the sweep that is active; how many there were."""
        with self._write() as connection:
            active = runs_table.c.status.in_(ACTIVE)
            ids = [one.run_id for one in sweep.candidates]
            mine = self._seen(select(runs_table.c.run_id).where(active & runs_table.c.run_id.in_(ids)))
            found = list(connection.scalars(mine))
            for run_id in found:
                self._stop(connection, run_id)
            return len(found)


def _run_name(called: str, words: str) -> str:
    """A name in which the candidates of one network differ, as long as names may be."""
    return checked_name(f"{called} · {words}"[:_MOST_NAME])


def _read_sweep(connection: Connection, sweep_id: str) -> Sweep:
    """Raises SweepError where this version cannot read it."""
    row = connection.execute(select(sweeps_table).where(sweeps_table.c.sweep_id == sweep_id)).one()
    table = sweep_runs_table
    found = connection.execute(select(table).where(table.c.sweep_id == sweep_id).order_by(table.c.number))
    try:
        return _to_sweep(row, found.all())
    except (CnnBuilderError, ValueError, KeyError, TypeError) as error:
        raise SweepError(
            f"Sweep {sweep_id} cannot be read by this version of CNN Builder. Update CNN Builder."
        ) from error


def _to_sweep(row: Any, candidates: Sequence[Any]) -> Sweep:
    return Sweep(
        row.sweep_id, row.name, row.created, row.dataset,
        Architecture.from_json(row.architecture), RunSettings(**json.loads(row.settings)),
        SweepPlan.from_json(row.plan), row.over_budget, row.unfit,
        tuple(
            SweepRun(one.number, one.run_id, json.loads(one.changes), one.total_params, one.total_macs, one.stopped)
            for one in candidates
        ),
    )  # fmt: skip
