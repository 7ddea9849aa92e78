"""What pages and the command line ask of the store: make, stop, resume, change, delete a run."""

import math
from collections.abc import Sequence

from sqlalchemy import delete, func, insert, select

from cnn_builder.architecture import Architecture, trace
from cnn_builder.runs import rows
from cnn_builder.runs.errors import RunSettingsError, RunStateError
from cnn_builder.runs.ids import new_id
from cnn_builder.runs.models import ACTIVE, RESUMABLE, WORKING, Run, RunSettings
from cnn_builder.runs.schema import events as events_table
from cnn_builder.runs.schema import metrics as metrics_table
from cnn_builder.runs.schema import runs as runs_table
from cnn_builder.runs.store_database import Database, next_ticket, row_of, set_run, status_of
from cnn_builder.runs.words import checked_name, checked_notes, checked_tags

_SAME = ("queued", "starting", "running")  # a run that is stopping will not give what is asked for


class Requests(Database):
    """The requests. Each raises StoreError, and RunNotFound for an unknown run."""

    def create_run(
        self,
        architecture: Architecture,
        dataset: str,
        settings: RunSettings,
        name: str | None = None,
        key: str | None = None,
    ) -> Run:
        """Queue a run. An identical request that waits or trains, or any run with this `key`, is returned instead."""
        request = rows.request_digest(architecture, dataset, settings)
        total_params = trace(architecture).total_params
        called = architecture.name if name is None else checked_name(name)
        with self._write() as connection:
            same = (runs_table.c.request == request) & runs_table.c.status.in_(_SAME)
            if key is not None:
                same |= runs_table.c.key == key
            found = connection.execute(select(runs_table).where(same).order_by(runs_table.c.run_id)).first()
            if found is None:
                now = self._clock()
                run_id = new_id(now, after=connection.scalar(select(func.max(runs_table.c.run_id))))
                connection.execute(
                    insert(runs_table).values(
                        run_id=run_id,
                        name=called,
                        status="queued",
                        request=request,
                        key=key,
                        dataset=dataset,
                        architecture=rows.dump(architecture.to_dict()),
                        settings=rows.dump(settings.model_dump(mode="json")),
                        total_params=total_params,
                        created=now,
                        ticket=next_ticket(connection),
                    )
                )
                found = row_of(connection, run_id)
            return rows.to_run(found)

    def request_stop(self, run_id: str) -> Run:
        """Ask a run to stop; one that still waits is stopped at once, one that has ended stays as it is."""
        with self._write() as connection:
            status = status_of(connection, run_id)
            if status == "queued":
                set_run(connection, run_id, status="stopped", ended=self._clock())
            elif status in WORKING:
                set_run(connection, run_id, status="stopping", control="stop")
        return self.get(run_id)

    def request_resume(self, run_id: str) -> Run:
        """Queue a run again that ended on the way; it goes on from its last checkpoint. One at work stays as it is.

        Raises RunStateError for one that has finished or diverged.
        """
        with self._write() as connection:
            status = status_of(connection, run_id)
            if status in RESUMABLE:
                process = {"pid": None, "pid_started": None, "boot": None}
                set_run(connection, run_id, status="queued", reason=None, control=None, ended=None, **process)
                set_run(connection, run_id, ticket=next_ticket(connection))
            elif status not in ACTIVE:
                expected = f"expected the status {' or '.join(RESUMABLE)}, received {status}"
                raise RunStateError(f"Run {run_id} cannot be resumed: {expected}. Train it anew instead.")
        return self.get(run_id)

    def request_learning_rate(self, run_id: str, learning_rate: float) -> Run:
        """Ask for another learning rate from now on; a run that waits begins with it.

        Raises RunSettingsError for a rate out of range, RunStateError where the run is not active.
        """
        if not (math.isfinite(learning_rate) and 0 < learning_rate <= 10):
            raise RunSettingsError("learning_rate", "a number above 0, at most 10", learning_rate)
        with self._write() as connection:
            row = row_of(connection, run_id)
            if row.status not in ACTIVE:
                raise RunStateError(f"Run {run_id} has {row.status}: only a run that waits or trains can change.")
            set_run(connection, run_id, asked_rate=learning_rate, asked_rates=row.asked_rates + 1)
        return self.get(run_id)

    def describe(self, run_id: str, name: str, tags: Sequence[str], notes: str) -> Run:
        """Replace a run's name, tags and notes, all or none. Raises RunTextError."""
        words = {"name": checked_name(name), "tags": rows.dump(checked_tags(tags)), "notes": checked_notes(notes)}
        return self._describe(run_id, **words)

    def rename(self, run_id: str, name: str) -> Run:
        """Call a run otherwise. Raises RunTextError."""
        return self._describe(run_id, name=checked_name(name))

    def set_notes(self, run_id: str, notes: str) -> Run:
        """Replace a run's notes. Raises RunTextError."""
        return self._describe(run_id, notes=checked_notes(notes))

    def set_tags(self, run_id: str, tags: Sequence[str]) -> Run:
        """Replace a run's tags. Raises RunTextError."""
        return self._describe(run_id, tags=rows.dump(checked_tags(tags)))

    def delete(self, run_id: str) -> None:
        """Forget a run with its metrics; `removal.delete_run` removes its files too. Raises RunStateError at work."""
        with self._write() as connection:
            status = status_of(connection, run_id)
            if status in ACTIVE:
                raise RunStateError(f"Run {run_id} is {status}: stop it, then delete it.")
            for table in (metrics_table, events_table, runs_table):
                connection.execute(delete(table).where(table.c.run_id == run_id))

    def _describe(self, run_id: str, **values: str) -> Run:
        with self._write() as connection:
            row_of(connection, run_id)
            set_run(connection, run_id, **values)
        return self.get(run_id)
