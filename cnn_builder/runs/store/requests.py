"""What pages and the command line ask of the store: make, stop, resume, change, delete a run."""

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.engine import Connection

from cnn_builder.architecture import Architecture, trace
from cnn_builder.data.sets.drawing_set import DrawingSet
from cnn_builder.runs.errors import RunSettingsError, RunStateError
from cnn_builder.runs.ids import new_id
from cnn_builder.runs.models import (
    ACTIVE,
    RESUMABLE,
    WORKING,
    AnyRun,
    Imported,
    Run,
    RunDrawings,
    RunSettings,
    UnreadableRun,
)  # fmt: skip
from cnn_builder.runs.store import rows
from cnn_builder.runs.store.database import add_event, next_ticket, set_run
from cnn_builder.runs.store.events import NOTE, Event
from cnn_builder.runs.store.related import FROM_WEIGHTS
from cnn_builder.runs.store.run_text import UNNAMED, checked_name, checked_notes, checked_tags
from cnn_builder.runs.store.schema import drawings as drawings_table
from cnn_builder.runs.store.schema import events as events_table
from cnn_builder.runs.store.schema import metrics as metrics_table
from cnn_builder.runs.store.schema import runs as runs_table
from cnn_builder.runs.store.schema import shares as shares_table
from cnn_builder.runs.store.usage import Usages

_SAME = ("queued", "starting", "running")  # a run that is stopping will not give what is asked for


@dataclass(frozen=True)
class InitialWeights:
    """The weights of another run; `place` puts their file into the folder of the run with this id. Raises OSError."""

    run_id: str
    name: str
    place: Callable[[str], None]


class Requests(Usages):
    """The requests. Each raises StoreError, and RunNotFound for an unknown run."""

    def create_run(
        self,
        architecture: Architecture,
        dataset: str,
        settings: RunSettings,
        name: str | None = None,
        key: str | None = None,
        drawings: DrawingSet | None = None,
        weights: InitialWeights | None = None,
    ) -> Run:
        """Queue a run. An identical request that waits or trains, or any run with this `key`, is returned instead.

        Args:
            drawings: the user's own, kept with the run; where the settings ask for them, and only there.
            weights: those the run begins with, instead of fresh ones.

        Raises RunSettingsError where the settings and `drawings` do not agree, QuotaError.
        """
        with self._write() as connection:
            row = self._queue(connection, architecture, dataset, settings, name, key, drawings, weights)
            return rows.to_run(row)

    def _queue(
        self,
        connection: Connection,
        architecture: Architecture,
        dataset: str,
        settings: RunSettings,
        name: str | None = None,
        key: str | None = None,
        drawings: DrawingSet | None = None,
        weights: InitialWeights | None = None,
    ) -> Any:
        """The row of the run that `create_run` returns, found or made."""
        if settings.own_drawings != (drawings is not None):
            expected = "true with the drawings to train on, or false without"
            raise RunSettingsError("own_drawings", expected, settings.own_drawings)
        taken = None
        if drawings is not None:
            taken = RunDrawings(len(drawings.y_train), len(drawings.y_test), drawings.fingerprint)
        request = rows.request_digest(architecture, dataset, settings, taken)
        if weights is not None:
            request = hashlib.sha256(f"{request} {weights.run_id}".encode()).hexdigest()
        called = architecture.name.strip() or UNNAMED if name is None else checked_name(name)
        same = (runs_table.c.request == request) & runs_table.c.status.in_(_SAME)
        if key is not None:
            same |= runs_table.c.key == key
        alike = select(runs_table).where(self._mine & same).order_by(runs_table.c.run_id)
        found = connection.execute(alike).first()
        if found is not None:
            return found
        self._expect_room(connection)
        run_id = self._insert(
            connection, architecture, settings, name=called, status="queued", request=request, key=key,
            dataset=dataset, ticket=next_ticket(connection), drawings=rows.dump(asdict(taken)) if taken else None,
        )  # fmt: skip
        if drawings is not None:
            connection.execute(insert(drawings_table).values(run_id=run_id, content=drawings.to_npz()))
        if weights is not None:
            text = f"{FROM_WEIGHTS}{weights.name} ({weights.run_id})"
            add_event(connection, run_id, Event(NOTE, 0, 0, text=text), self._clock())
            weights.place(run_id)
        return self._run_row(connection, run_id)

    def add_imported(
        self,
        architecture: Architecture,
        dataset: str,
        imported: Imported,
        result: dict[str, Any],
        place: Callable[[str], None],
        name: str | None = None,
        notes: Sequence[str] = (),
        key: str | None = None,
    ) -> Run:
        """A finished run of a model that was trained elsewhere.

        Args:
            dataset: the one it was tested on; NO_DATASET for none.
            result: "evaluation", and "test_loss" and "test_accuracy" where it was tested.
            place: puts the files of the run with this id where they belong; where it raises, there is no run.
            notes: what was done to the model, told among the run's events.
            key: a run with this key is returned instead, so that one click makes one run.

        Raises RunTextError, QuotaError and whatever `place` raises.
        """
        called = architecture.name.strip() or UNNAMED if name is None else checked_name(name)
        values = {name: rows.finite(result.get(name)) for name in ("test_loss", "test_accuracy")}
        # None of the images validated: the test images are those that the model has not seen.
        settings = RunSettings(validation_split=0.0)
        with self._write() as connection:
            same = select(runs_table).where(self._mine, runs_table.c.key == key)
            found = connection.execute(same).first() if key else None
            if found is not None:
                return rows.to_run(found)
            self._expect_room(connection, 0)
            now = self._clock()
            run_id = self._insert(
                connection, architecture, settings, name=called, status="finished", key=key, dataset=dataset,
                started=now, ended=now, request=rows.request_digest(architecture, dataset, settings), **values,
                imported=rows.dump(asdict(imported)), evaluation=rows.dump(result["evaluation"]),
            )  # fmt: skip
            for told in (imported.words, *notes):
                add_event(connection, run_id, Event(NOTE, 0, 0, text=told[:1].upper() + told[1:]), now)
            place(run_id)
            return rows.to_run(self._run_row(connection, run_id))

    def _insert(self, connection: Connection, architecture: Architecture, settings: RunSettings, **values: Any) -> str:
        """Add a run; its id."""
        now = self._clock()
        run_id = new_id(now, after=connection.scalar(select(func.max(runs_table.c.run_id))))
        connection.execute(
            insert(runs_table).values(
                run_id=run_id,
                architecture=rows.dump(architecture.to_dict()),
                settings=rows.dump(settings.model_dump(mode="json")),
                total_params=trace(architecture).total_params,
                created=now,
                owner=self._access.owner,
                **values,
            )
        )
        return run_id

    def request_stop(self, run_id: str) -> AnyRun:
        """Ask a run to stop; one that still waits is stopped at once, one that has ended stays as it is."""
        with self._write() as connection:
            self._stop(connection, run_id)
        return self.find(run_id)

    def stop_for(self, run_id: str, reason: str) -> None:
        """Stop a run and say why, among its events; one that has ended or is stopping stays as it is."""
        with self._write() as connection:
            if self._run_row(connection, run_id).status != "stopping" and self._stop(connection, run_id):
                add_event(connection, run_id, Event(NOTE, 0, 0, text=f"Stopped: {reason}"), self._clock())

    def _stop(self, connection: Connection, run_id: str) -> bool:
        """Whether the run was active. Raises RunNotFound."""
        status = self._run_row(connection, run_id).status
        if status == "queued":
            set_run(connection, run_id, status="stopped", ended=self._clock())
        elif status in WORKING:
            set_run(connection, run_id, status="stopping", control="stop")
        return status in ACTIVE

    def request_resume(self, run_id: str) -> Run:
        """Queue a run again that ended on the way; it goes on from its last checkpoint. One at work stays as it is.

        Raises RunStateError for one that has finished or diverged, RunUnreadable, QuotaError.
        """
        with self._write() as connection:
            status = rows.to_run(self._run_row(connection, run_id)).status
            if status in RESUMABLE:
                self._expect_room(connection)
                process = {"pid": None, "pid_started": None, "boot": None}
                set_run(connection, run_id, status="queued", reason=None, control=None, ended=None, **process)
                set_run(connection, run_id, ticket=next_ticket(connection))
            elif status not in ACTIVE:
                expected = f"expected the status {' or '.join(RESUMABLE)}, received {status}"
                raise RunStateError(f"Run {run_id} cannot be resumed: {expected}. Start a new run instead.")
        return self.get(run_id)

    def request_learning_rate(self, run_id: str, learning_rate: float) -> Run:
        """Ask for another learning rate from now on; a run that waits begins with it.

        Raises RunSettingsError for a rate out of range, RunStateError where the run is not active.
        """
        if not (math.isfinite(learning_rate) and 0 < learning_rate <= 10):
            raise RunSettingsError("learning_rate", "a number above 0, at most 10", learning_rate)
        with self._write() as connection:
            row = self._run_row(connection, run_id)
            rows.to_run(row)
            if row.status not in ACTIVE:
                raise RunStateError(
                    f"Run {run_id} has ended ({row.status}): only a queued or running run can be changed."
                )
            set_run(connection, run_id, asked_rate=learning_rate, asked_rates=row.asked_rates + 1)
        return self.get(run_id)

    def describe(self, run_id: str, name: str, tags: Sequence[str], notes: str) -> Run:
        """Replace a run's name, tags and notes, all or none; a name left as it is, is kept as it is.

        Raises RunTextError.
        """
        called = name if name == self.get(run_id).name else checked_name(name)
        words = {"name": called, "tags": rows.dump(checked_tags(tags)), "notes": checked_notes(notes)}
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
        """Forget a run with its metrics; `removal.delete_run` removes its files too. Raises RunStateError at work.

        A waiting run that this version cannot read, and therefore never starts, can be deleted.
        """
        with self._write() as connection:
            row = self._run_row(connection, run_id)
            status = row.status
            never_starts = status == "queued" and isinstance(rows.to_any_run(row), UnreadableRun)
            if status in ACTIVE and not never_starts:
                raise RunStateError(f"Run {run_id} is {status}: stop it before you delete it.")
            self._keep_seconds(connection, row)
            for table in (metrics_table, events_table, drawings_table, shares_table, runs_table):
                connection.execute(delete(table).where(table.c.run_id == run_id))

    def _describe(self, run_id: str, **values: str) -> Run:
        with self._write() as connection:
            rows.to_run(self._run_row(connection, run_id))  # one that cannot be read back is not changed
            set_run(connection, run_id, **values)
        return self.get(run_id)
