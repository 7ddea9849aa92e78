"""Runs that belong together: the same request with other seeds, and the runs of one request."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Row, select

from cnn_builder.architecture import Architecture
from cnn_builder.runs.models import Run, RunDrawings, RunSettings
from cnn_builder.runs.store import rows
from cnn_builder.runs.store.database import Database
from cnn_builder.runs.store.events import LEARNING_RATE, NOTE
from cnn_builder.runs.store.schema import events as events_table
from cnn_builder.runs.store.schema import runs as runs_table

FROM_WEIGHTS = "Starts from the weights of "
"""How the note of a run begins that was given the weights of another: it is no repetition of its request."""
_MOST_AT_ONCE = 500


class Related(Database):
    """The questions about several runs. Each raises StoreError."""

    def seed_runs(self, run_id: str) -> tuple[Run, ...]:
        """Runs that differ from this one by their seed alone, itself included, in the order of the seeds.

        Of several with one seed the newest that has a score counts; of this run's seed, this run. Runs that began with
        the weights of another, whose learning rate was changed by hand, or that were imported, repeat no request: where
        this one does not, there are none. Raises RunNotFound, RunUnreadable.
        """
        this, table = self.get(run_id), runs_table.c
        alike = select(runs_table).where(table.dataset == this.dataset, table.total_params == this.total_params)
        with self._read() as connection:
            found = self._runs(connection.execute(self._seen(alike).order_by(table.run_id)).all())
        wanted = _apart_from_seed(this)
        found = [run for run in found if run.imported is None and _apart_from_seed(run) == wanted]
        treated = self._treated([run.run_id for run in found])
        by_seed: dict[int, Run] = {}
        for run in found:
            before = by_seed.get(run.settings.seed)
            if run.run_id in treated or (before is not None and before.run_id == this.run_id):
                continue
            if run.run_id == this.run_id or before is None or run.test_accuracy is not None:
                by_seed[run.settings.seed] = run
        if this.imported is not None or this.run_id in treated:
            return ()
        return tuple(by_seed[seed] for seed in sorted(by_seed))

    def runs_of_request(
        self, architecture: Architecture, dataset: str, settings: RunSettings, drawings: RunDrawings | None = None
    ) -> tuple[Run, ...]:
        """The runs of this very request, oldest first, without those that began with the weights of another."""
        request = rows.request_digest(architecture, dataset, settings, drawings)
        query = self._seen(select(runs_table).where(runs_table.c.request == request)).order_by(runs_table.c.run_id)
        with self._read() as connection:
            return tuple(run for run in self._runs(connection.execute(query).all()) if run.imported is None)

    @staticmethod
    def _runs(found: Iterable[Row]) -> list[Run]:
        made = (rows.to_any_run(row) for row in found)
        return [run for run in made if isinstance(run, Run)]

    def _treated(self, run_ids: Sequence[str]) -> set[str]:
        """Those of the runs that something was done to which their request does not say."""
        table = events_table.c
        changed = (table.kind == LEARNING_RATE) & (table.text == "")
        given = (table.kind == NOTE) & table.text.startswith(FROM_WEIGHTS)
        found: set[str] = set()
        with self._read() as connection:
            for start in range(0, len(run_ids), _MOST_AT_ONCE):
                some = table.run_id.in_(run_ids[start : start + _MOST_AT_ONCE])
                found |= set(connection.scalars(select(table.run_id).where(some, changed | given)))
        return found


def _apart_from_seed(run: Run) -> str:
    settings = run.settings.model_copy(update={"seed": 0})
    return rows.request_digest(run.architecture, run.dataset, settings, run.drawings)
