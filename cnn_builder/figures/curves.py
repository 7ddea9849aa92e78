"""A run's metrics as the rows the live curves draw."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np

from cnn_builder.runs import Event, Metric
from cnn_builder.runs.store.events import LEARNING_RATE, RESUMED

MAX_POINTS = 4000  # of each line, in one delivery; ten times what a screen can tell apart, so that zooming in pays
ACCURACY, LOSS, VAL_ACCURACY, VAL_LOSS = 2, 3, 4, 5
"""Where a row has its values."""
_Row = TypeVar("_Row", bound=tuple[Any, ...])


@dataclass(frozen=True)
class CurveRows:
    """New rows of a run. x is in epochs: a step row in the middle of the first epoch stands at 0.5.

    `steps` rows are (seq, x, accuracy, loss); `epochs` rows (seq, x, accuracy, loss, val_accuracy, val_loss).
    `last_seq` is the newest row's `seq`, also when that row was left out to keep the line short.
    """

    steps: list[tuple[int, float, float | None, float | None]]
    epochs: list[tuple[int, float, float | None, float | None, float | None, float | None]]
    last_seq: int


def curve_rows(metrics: Sequence[Metric], steps_per_epoch: float, after: int = 0, best: int | None = None) -> CurveRows:
    """The rows to append for `metrics`, which follow the one numbered `after`.

    Long lines are thinned so that the lowest, the highest and the epoch `best` stay.
    """
    per_epoch = max(steps_per_epoch, 1)
    steps = [(row.seq, round(row.step / per_epoch, 4), row.accuracy, row.loss) for row in metrics if row.kind == "step"]
    epochs = [
        (row.seq, float(row.epoch), row.accuracy, row.loss, row.val_accuracy, row.val_loss)
        for row in metrics
        if row.kind == "epoch"
    ]
    always = [place for place, row in enumerate(epochs) if row[1] == best]
    return CurveRows(
        thinned(steps, (ACCURACY, LOSS), MAX_POINTS),
        thinned(epochs, (ACCURACY, LOSS, VAL_ACCURACY, VAL_LOSS), MAX_POINTS, always),
        max((row.seq for row in metrics), default=after),
    )


def thinned(rows: Sequence[_Row], columns: Sequence[int], limit: int, always: Collection[int] = ()) -> list[_Row]:
    """At most `limit` of the rows: the lowest and highest of each column in every stretch, the first and the last.

    Args:
        columns: which values of a row are looked at; None in them is passed over.
        always: places of rows to keep besides, more than the limit if need be.
    """
    if len(rows) <= limit:
        return list(rows)
    values = np.array([[math.nan if row[at] is None else row[at] for at in columns] for row in rows], dtype=float)
    stretches = max(1, (limit - 2) // (2 * len(columns)))
    edges = np.linspace(0, len(rows), stretches + 1).astype(int)
    kept = {0, len(rows) - 1, *always}
    for start, end in pairwise(edges.tolist()):
        for column in values[start:end].T:
            known = np.flatnonzero(~np.isnan(column))
            if known.size:
                kept.add(start + int(known[column[known].argmin()]))
                kept.add(start + int(known[column[known].argmax()]))
    return [rows[place] for place in sorted(kept)]


def marks(events: Sequence[Event], steps_per_epoch: float) -> list[tuple[float, str]]:
    """Where the curve is to be marked, x in epochs, with the words: another learning rate, going on after a stop."""
    per_epoch = max(steps_per_epoch, 1)
    return [
        (round(event.step / per_epoch, 4), f"learning rate {event.value:g}" if event.value is not None else "resumed")
        for event in events
        if (event.kind == LEARNING_RATE and event.value is not None) or (event.kind == RESUMED and event.step)
    ]
