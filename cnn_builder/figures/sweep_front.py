"""The candidates of a sweep: accuracy over cost, and the front of those that no other beats."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import plotly.graph_objects as go

from cnn_builder.figures.many_curves import HUES
from cnn_builder.figures.score_scatter import set_cost_axes
from cnn_builder.runs.results.score_comparison import Scored

_FRONT, _REST = HUES[0], "#858d9b"


@dataclass(frozen=True)
class FrontPoint:
    """A candidate: its number (from 1), what it is in words, what it costs, its score, and where it stands."""

    number: int
    words: str
    cost: float
    score: Scored
    on_front: bool = False
    is_best: bool = False

    @property
    def accuracy(self) -> float:
        return self.score.right / self.score.images


def front_chart(points: Sequence[FrontPoint], cost: str) -> go.Figure:
    """Test accuracy with its 95 % interval over a cost on a logarithmic axis; the front is a line of steps.

    Args:
        cost: the axis' title.
    """
    figure = go.Figure()
    front = sorted((one for one in points if one.on_front), key=lambda one: one.cost)
    figure.add_scatter(
        x=[one.cost for one in front], y=[one.accuracy for one in front], mode="lines",
        line={"color": _FRONT, "shape": "hv", "width": 1.5, "dash": "dot"}, hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    for point in sorted(points, key=lambda one: (one.is_best, one.on_front)):  # the best lies on top
        hue = _FRONT if point.on_front or point.is_best else _REST
        said = f"{point.number}: {escape(point.words)}{' (best)' if point.is_best else ''}"
        figure.add_scatter(
            x=[point.cost], y=[point.accuracy], mode="markers+text", text=[str(point.number)],
            textposition="top right", showlegend=False, name=said,
            marker={
                "color": hue, "size": 14 if point.is_best else 10,
                "symbol": "star" if point.is_best else "circle" if point.on_front else "circle-open",
            },
            error_y={
                "type": "data", "symmetric": False, "array": [point.score.interval.high - point.accuracy],
                "arrayminus": [point.accuracy - point.score.interval.low], "color": hue, "thickness": 1, "width": 3,
            },
            hovertemplate=f"%{{y:.4f}}, {cost.lower()} %{{x:,.4g}}<extra>{said}</extra>",
        )  # fmt: skip
    set_cost_axes(figure, cost, [point.cost for point in points])
    return figure
