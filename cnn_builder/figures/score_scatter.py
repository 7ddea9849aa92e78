"""What a score costs: parameters, arithmetic or time of several runs against their test accuracy."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import plotly.graph_objects as go

from cnn_builder.figures.many_curves import HUES
from cnn_builder.runs.scored import Scored

_REST = "#858d9b"


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
    ticks = log_ticks([point.cost for point in points])
    figure.update_layout(
        height=360, margin={"l": 8, "r": 8, "t": 8, "b": 8}, dragmode=False,
        xaxis={
            "title": cost, "type": "log", "automargin": True, "tickvals": ticks,
            "ticktext": [_short(tick) for tick in ticks],
        },
        yaxis={"title": "Test accuracy", "automargin": True, "zeroline": False},
    )  # fmt: skip
    return figure


def log_ticks(costs: Sequence[float]) -> list[float]:
    """1, 2 and 5 times the powers of ten around some positive numbers; of a wide range the powers alone."""
    if not costs:
        return []
    low, high = math.floor(math.log10(min(costs))), math.ceil(math.log10(max(costs)))
    steps = (1, 2, 5) if high - low <= 3 else (1,)
    return [factor * 10.0**power for power in range(low, high + 1) for factor in steps]


def _short(value: float) -> str:
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{unit}"
    return f"{value:g}"
