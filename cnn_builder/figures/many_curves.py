"""The curves of several runs over one axis."""

from collections.abc import Sequence
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

MEASURES: dict[str, str] = {
    "Validation accuracy": "val_accuracy",
    "Validation loss": "val_loss",
    "Training accuracy": "accuracy",
    "Training loss": "loss",
}


@dataclass(frozen=True)
class Curve:
    """A run by the name in the legend, and its epochs' metrics in order."""

    name: str
    epochs: Sequence[Metric]
    best: int | None = None


def many_curves(curves: Sequence[Curve], measure: str, over_time: bool = False) -> go.Figure:
    """One line a run; the best epoch is a larger mark. A run that lacks the measure is left out.

    Args:
        measure: a field of Metric.
        over_time: x is the seconds that the epochs took together, otherwise their number from 1.
    """
    figure = go.Figure()
    for place, curve in enumerate(curves):
        x, y, sizes = _points(curve, measure, over_time)
        if not x:
            continue
        hue = HUES[place % len(HUES)]
        figure.add_scatter(
            x=x, y=y, name=escape(curve.name), mode="lines+markers",
            line={"color": hue, "width": 2, "dash": DASHES[place // len(HUES) % len(DASHES)]},
            marker={"color": hue, "size": sizes},
            hovertemplate="%{y:.4f}<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    title = "seconds" if over_time else "epoch"
    figure.update_layout(
        height=380, margin={"l": 8, "r": 8, "t": 8, "b": 8}, showlegend=True, hovermode="x unified",
        xaxis={"title": title, "automargin": True, "zeroline": False}, dragmode=False,
        yaxis={"automargin": True, "zeroline": False}, legend={"orientation": "h", "y": -0.2, "yanchor": "top"},
    )  # fmt: skip
    epochs = [epoch for line in figure.data for epoch in line.x]
    if epochs and not over_time:  # left to itself the axis has halves, and names them 1, 2, 2, 3, 3
        figure.update_xaxes(tickvals=nice_ticks(min(epochs), max(epochs), MOST_TICKS, whole=True), tickformat="d")
    return figure


def _points(curve: Curve, measure: str, over_time: bool) -> tuple[list[float], list[float], list[int]]:
    passed = accumulate(row.seconds or 0.0 for row in curve.epochs)
    found = [
        (seconds if over_time else float(row.epoch), getattr(row, measure), 11 if row.epoch == curve.best else 4)
        for row, seconds in zip(curve.epochs, passed, strict=True)
    ]
    kept = [(x, y, size) for x, y, size in found if y is not None]
    return [x for x, _, _ in kept], [y for _, y, _ in kept], [size for _, _, size in kept]
