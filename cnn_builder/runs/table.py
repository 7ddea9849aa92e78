"""The runs as a table: its rows, the filter, and CSV that a spreadsheet does not run."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from cnn_builder.architecture import Architecture, trace
from cnn_builder.runs.models import Metric, Run
from cnn_builder.runs.scored import images_tested, scored

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
METRIC_COLUMNS = ("kind", "epoch", "step", "loss", "accuracy", "val_loss", "val_accuracy", "seconds")


@dataclass(frozen=True)
class Row:
    """One run. Shares from 0 to 1, `low` and `high` are the 95 % interval; `created` is in unix seconds."""

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
    epochs: int
    best_epoch: int | None
    optimizer: str
    learning_rate: float
    batch_size: int
    seed: int
    created: float
    notes: str
    run_id: str


COLUMNS = tuple(field.name for field in fields(Row))


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


def row_of(run: Run) -> Row:
    """A run as a row."""
    score, asked = scored(run), run.settings
    return Row(
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
        epochs=asked.epochs,
        best_epoch=run.best_epoch,
        optimizer=asked.optimizer,
        learning_rate=asked.learning_rate,
        batch_size=asked.batch_size,
        seed=asked.seed,
        created=run.created,
        notes=run.notes,
        run_id=run.run_id,
    )


@lru_cache(maxsize=512)
def macs(architecture: Architecture) -> int:
    """Multiply-adds for one image."""
    return trace(architecture).total_macs


def runs_csv(runs: Iterable[Run]) -> str:
    """The runs, one a line, all columns."""
    return csv_text(COLUMNS, ([getattr(row_of(run), name) for name in COLUMNS] for run in runs))


def metrics_csv(metrics: Iterable[Metric]) -> str:
    """A run's metrics, one row of them a line: kind "step" is the mean of the last steps, "epoch" of a whole epoch."""
    return csv_text(METRIC_COLUMNS, ([getattr(metric, name) for name in METRIC_COLUMNS] for metric in metrics))


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
