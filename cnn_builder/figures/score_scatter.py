"""What a score costs: parameters, arithmetic or time of several runs against their test accuracy."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import plotly.graph_objects as go

from cnn_builder.figures.many_curves import HUES
from cnn_builder.runs.results.score_comparison import Scored

_REST = "#858d9b"
FEWEST_TICKS = 3
"""Numbers along the axis that an amount can be read by."""


@dataclass(frozen=True)
class Point:
    """A run: its letter where it is one of the chosen, its name, what it costs, its score."""

    letter: str
    name: str
    cost: float
    score: Scored


def score_scatter(points: Sequence[Point], cost: str) -> go.Figure:
    """Test accuracy with its 95 % interval over a cost on a logarithmic axis; `cost` is the axis' title."""
    figure = go.Figure()
    for point in sorted(points, key=lambda one: bool(one.letter)):  # the chosen ones lie on top
        share = point.score.right / point.score.images
        hue = HUES[(ord(point.letter) - ord("A")) % len(HUES)] if point.letter else _REST
        figure.add_scatter(
            x=[point.cost], y=[share], mode="markers+text", text=[point.letter], textposition="top right",
            marker={"color": hue, "size": 11 if point.letter else 8}, name=escape(point.name), showlegend=False,
            error_y={
                "type": "data", "symmetric": False, "array": [point.score.interval.high - share],
                "arrayminus": [share - point.score.interval.low], "color": hue, "thickness": 1.5, "width": 4,
            },
            hovertemplate=f"%{{y:.4f}}, {cost.lower()} %{{x:,.4g}}<extra>{escape(point.name)}</extra>",
        )  # fmt: skip
    set_cost_axes(figure, cost, [point.cost for point in points])
    return figure


def set_cost_axes(figure: go.Figure, cost: str, costs: Sequence[float]) -> None:
    """Test accuracy over a cost, on a logarithmic axis with round numbers."""
    ticks = log_ticks(costs)
    figure.update_layout(
        height=360, margin={"l": 8, "r": 8, "t": 8, "b": 8}, dragmode=False,
        xaxis={
            "title": cost, "type": "log", "automargin": True, "tickvals": ticks,
            "ticktext": [short_amount(tick) for tick in ticks],
        },
        yaxis={"title": "Test accuracy", "automargin": True, "zeroline": False},
    )  # fmt: skip


def log_ticks(costs: Sequence[float]) -> list[float]:
    """Round numbers around some positive ones, as few as leave three in their range; of a narrow range its two ends."""
    if not costs:
        return []
    low, high = min(costs), max(costs)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1,), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 8)):
        ticks = [factor * 10.0**power for power in powers for factor in steps]
        if sum(low <= tick <= high for tick in ticks) >= FEWEST_TICKS:
            return ticks
    return sorted({low, high})


def short_amount(value: float) -> str:
    """12,000 as "12k", for an axis."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.3g}"
