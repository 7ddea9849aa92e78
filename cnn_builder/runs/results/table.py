"""The runs as a table: its rows, the filter, and CSV that a spreadsheet does not run."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from cnn_builder.architecture import Architecture, trace
from cnn_builder.runs.models import Metric, Run
from cnn_builder.runs.results.event_words import event_words, history_words
from cnn_builder.runs.results.learning_rates import rates_of
from cnn_builder.runs.results.score_comparison import images_tested, scored
from cnn_builder.runs.settings import RunSettings
from cnn_builder.runs.settings.combinations import applies
from cnn_builder.runs.store.events import LEARNING_RATE, Event

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_MEASURED = ("kind", "epoch", "step", "loss", "accuracy", "val_loss", "val_accuracy", "seconds")
METRIC_COLUMNS = (*_MEASURED, "learning_rate", "event")


@dataclass(frozen=True)
class TableRow:
    """One run. Shares from 0 to 1, `low` and `high` are the 95 % interval; `created` is in unix seconds.

    `epochs` were asked for, `epochs_trained` are complete. Of an imported run, no settings are known: they are None.
    """

    name: str
    tags: str
    dataset: str
    status: str
    test_accuracy: float | None
    low: float | None
    high: float | None
    test_loss: float | None
    test_images: int | None
    parameters: int
    macs: int
    seconds: float | None
    epochs: int | None
    epochs_trained: int
    best_epoch: int | None
    optimizer: str | None
    learning_rate: float | None
    batch_size: int | None
    seed: int | None
    created: float
    notes: str
    run_id: str
    origin: str


_ASKED = ("epochs", "optimizer", "learning_rate", "batch_size", "seed")
_ROW = tuple(field.name for field in fields(TableRow))
_SETTINGS = tuple(name for name in RunSettings.model_fields if name not in _ROW)
COLUMNS = (*_ROW, *_SETTINGS, "events")
"""Of the CSV of runs: a row, every further setting, and what happened on the way."""


@dataclass(frozen=True)
class Filter:
    """Which runs are wanted; what is empty lets all through. `words` have all to be in the name, the tags or notes."""

    words: str = ""
    datasets: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    def takes(self, run: Run) -> bool:
        text = " ".join((run.name, *run.tags, run.notes, run.run_id)).casefold()
        return (
            all(word in text for word in self.words.casefold().split())
            and (not self.datasets or run.dataset in self.datasets)
            and (not self.statuses or run.status in self.statuses)
            and set(self.tags) <= set(run.tags)
        )


def table_row(run: Run) -> TableRow:
    """A run as a row."""
    score = scored(run)
    asked = {name: getattr(run.settings, name) if run.imported is None else None for name in _ASKED}
    return TableRow(
        name=run.name,
        tags=", ".join(run.tags),
        dataset=run.dataset,
        status=run.status,
        test_accuracy=run.test_accuracy,
        low=score.interval.low if score else None,
        high=score.interval.high if score else None,
        test_loss=run.test_loss,
        test_images=images_tested(run) if run.test_accuracy is not None else None,
        parameters=run.total_params,
        macs=macs(run.architecture),
        seconds=run.seconds,
        epochs_trained=epochs_trained(run),
        best_epoch=run.best_epoch,
        created=run.created,
        notes=run.notes,
        run_id=run.run_id,
        origin=run.origin,
        **asked,
    )


@lru_cache(maxsize=512)
def macs(architecture: Architecture) -> int:
    """Multiply-adds for one image."""
    return trace(architecture).total_macs


def epochs_trained(run: Run) -> int:
    """How many epochs the run has completed."""
    if not run.total_steps:
        return 0
    return min(run.epoch, run.step * run.settings.epochs // run.total_steps)


def runs_csv(runs: Iterable[Run], events: Callable[[str], Sequence[Event]]) -> str:
    """The runs, one a line, all columns. A setting that says nothing beside the others is left empty.

    Args:
        events: gives what happened to a run, by its id.
    """
    lines = []
    for run in runs:
        row, asked = table_row(run), run.settings.model_dump()
        known = run.imported is None
        settings = [_setting(asked[name]) if known and applies(asked, name) else None for name in _SETTINGS]
        lines.append([*(getattr(row, name) for name in _ROW), *settings, "; ".join(history_words(events(run.run_id)))])
    return csv_text(COLUMNS, lines)


def _setting(value: Any) -> Any:
    return " ".join(f"{item:g}" for item in value) if isinstance(value, tuple | list) else value


def metrics_csv(run: Run, metrics: Sequence[Metric], events: Sequence[Event]) -> str:
    """A run's metrics and events, in the order of their steps.

    kind "step" is the mean of the last steps, "epoch" of a whole epoch; `learning_rate` is that of the row's last step.
    kind "event" has no metrics: `event` says what happened after `step`.
    """
    rates = rates_of(run, metrics, events)
    rows = [
        (row.step, 0, [*(getattr(row, name) for name in _MEASURED), rate, None])
        for row, rate in zip(metrics, rates, strict=True)
    ]
    width = len(_MEASURED) - 3
    for event in events:
        rate = event.value if event.kind == LEARNING_RATE else None
        rows.append((event.step, 1, ["event", event.epoch, event.step, *[None] * width, rate, event_words(event)]))
    rows.sort(key=lambda row: row[:2])  # stable: rows of one step keep their order
    return csv_text(METRIC_COLUMNS, [cells for _, _, cells in rows])


def csv_text(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """CSV with a head; text that a spreadsheet would run as a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return f"'{value}" if value.lstrip(" ").startswith(_FORMULA) else value
    return value
