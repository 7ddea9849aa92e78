"""The curves of several runs over one axis."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate

import plotly.graph_objects as go

from cnn_builder.figures.line_chart import nice_ticks
from cnn_builder.runs import Metric

HUES = (
    "#6366f1", "#d97706", "#0d9488", "#e11d48", "#0284c7", "#c026d3", "#65a30d", "#a16207", "#858d9b", "#8b5cf6",
)  # fmt: skip
"""Each stands out 3:1 against the light and the dark background."""
DASHES = ("solid", "dot", "dash", "dashdot", "longdash")
"""One more each time the hues begin again."""

MOST_TICKS = 10
"""Of an axis of epochs, about."""

TRAINING_TIME = "Training time, s"
"""What the seconds of a run are called, on every page."""


@dataclass(frozen=True)
class ComparedRun:
    """A run by the name in the legend, and its epochs' metrics in order.

    `rates` are the learning rates at the epochs' ends; `marks` are epochs, with what happened after them.
    """

    name: str
    epochs: Sequence[Metric]
    best: int | None = None
    rates: Sequence[float] = ()
    marks: Sequence[tuple[float, str]] = ()


_Measure = Callable[[Metric, float | None], float | None]


def _minus(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first - second


MEASURES: Mapping[str, _Measure] = {
    "Validation accuracy": lambda row, rate: row.val_accuracy,
    "Validation loss": lambda row, rate: row.val_loss,
    "Training accuracy": lambda row, rate: row.accuracy,
    "Training loss": lambda row, rate: row.loss,
    "Accuracy gap (training − validation)": lambda row, rate: _minus(row.accuracy, row.val_accuracy),
    "Loss gap (validation − training)": lambda row, rate: _minus(row.val_loss, row.loss),
    "Learning rate": lambda row, rate: rate,
}
"""What a curve can show, of an epoch and the learning rate at its end. A gap above 0: better in training."""


def many_curves(curves: Sequence[ComparedRun], measure: str, over_time: bool = False) -> go.Figure:
    """One line a run; the best epoch is a larger mark, an event is said at the epoch after it.

    A run that lacks the measure is left out.

    Args:
        measure: one of MEASURES.
        over_time: x is the seconds that the epochs took together, otherwise their number from 1.
    """
    figure = go.Figure()
    for place, curve in enumerate(curves):
        points = _points(curve, MEASURES[measure], over_time)
        if not points:
            continue
        x, y, sizes, told = zip(*points, strict=True)
        hue = HUES[place % len(HUES)]
        figure.add_scatter(
            x=x, y=y, name=escape(curve.name), mode="lines+markers",
            line={"color": hue, "width": 2, "dash": DASHES[place // len(HUES) % len(DASHES)]},
            marker={"color": hue, "size": sizes},
            customdata=told, hovertemplate="%{y:.4~g}%{customdata}<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    title = TRAINING_TIME if over_time else "Epoch"
    figure.update_layout(
        height=380, margin={"l": 8, "r": 8, "t": 8, "b": 8}, showlegend=True, hovermode="x unified",
        xaxis={"title": title, "automargin": True, "zeroline": False}, dragmode=False,
        yaxis={"automargin": True, "zeroline": False}, legend={"orientation": "h", "y": -0.2, "yanchor": "top"},
    )  # fmt: skip
    epochs = [epoch for line in figure.data for epoch in line.x]
    if epochs and not over_time:  # left to itself the axis has halves, and names them 1, 2, 2, 3, 3
        figure.update_xaxes(tickvals=nice_ticks(min(epochs), max(epochs), MOST_TICKS, whole=True), tickformat="d")
    return figure


def _points(curve: ComparedRun, measure: _Measure, over_time: bool) -> list[tuple[float, float, int, str]]:
    """(x, y, size, what happened before) for each epoch that has the measure."""
    passed = accumulate(row.seconds or 0.0 for row in curve.epochs)
    rates: Sequence[float | None] = curve.rates or [None] * len(curve.epochs)
    points = []
    before = 0
    for row, seconds, rate in zip(curve.epochs, passed, rates, strict=True):
        y = measure(row, rate)
        told = "".join(f"<br>{escape(words)}" for at, words in curve.marks if before <= at < row.epoch)
        before = row.epoch
        if y is not None:
            size = 11 if row.epoch == curve.best else 4
            points.append((seconds if over_time else float(row.epoch), y, size, told))
    return points
