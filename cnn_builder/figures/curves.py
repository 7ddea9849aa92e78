"""A run's metrics as the rows the live curves draw."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cnn_builder.runs import Metric

MAX_POINTS = 2000  # of the per-batch line, in one delivery; more can't be told apart on a screen


@dataclass(frozen=True)
class CurveRows:
    """New rows of a run. x is in epochs: a step row in the middle of the first epoch stands at 0.5.

    `steps` rows are (seq, x, accuracy, loss); `epochs` rows (seq, x, accuracy, loss, val_accuracy, val_loss).
    `last_seq` is the newest row's `seq`, also when that row was left out to keep the line short.
    """

    steps: list[tuple[int, float, float | None, float | None]]
    epochs: list[tuple[int, float, float | None, float | None, float | None, float | None]]
    last_seq: int


def curve_rows(metrics: Sequence[Metric], steps_per_epoch: float, after: int = 0) -> CurveRows:
    """The rows to append for `metrics`, which follow the one numbered `after`; long lines are thinned evenly."""
    per_epoch = max(steps_per_epoch, 1)
    steps = [(row.seq, round(row.step / per_epoch, 4), row.accuracy, row.loss) for row in metrics if row.kind == "step"]
    epochs = [
        (row.seq, float(row.epoch), row.accuracy, row.loss, row.val_accuracy, row.val_loss)
        for row in metrics
        if row.kind == "epoch"
    ]
    every = max(1, math.ceil(len(steps) / MAX_POINTS))
    return CurveRows(steps[::every], epochs, max((row.seq for row in metrics), default=after))
