"""Images as points on a plane, coloured by class."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

# Ten hues that stay apart for most colour-blind eyes (Tableau 10, reordered), light and dark.
_HUES = (
    "#4e79a7", "#f28e2b", "#59a14f", "#e15759", "#b07aa1", "#76b7b2", "#edc948", "#9c755f", "#ff9da7", "#8f8a86",
)  # fmt: skip
_GREY = "#8c8c8c"


def embedding_scatter(
    points: np.ndarray, labels: np.ndarray, predicted: np.ndarray, classes: Sequence[str]
) -> go.Figure:
    """Two traces a class, its images classified correctly and the others, which are crosses; the legend names both.

    ``points`` (n, 2); labels and predicted (n,), from 0.
    """
    figure = go.Figure()
    for place, name in enumerate(classes):
        for right in (True, False):
            chosen = np.flatnonzero((labels == place) & ((predicted == place) == right))
            read = [classes[int(one)] for one in predicted[chosen]]
            # The legend shows a trace's first point: even of a class without a correct image it is a circle.
            _add(
                figure, points[chosen], name, _HUES[place % len(_HUES)], right, showlegend=right, customdata=chosen,
                legendgroup=name, text=[f"{name}, predicted as {other}" for other in read],
                hovertemplate="%{text}<extra></extra>",
            )  # fmt: skip
    if (labels != predicted).any():
        _add(figure, np.empty((0, 2)), "misclassified", _GREY, False, hoverinfo="skip")
    axis = {"showticklabels": False, "zeroline": False, "showgrid": False, "title": None}
    figure.update_layout(
        height=520, margin={"l": 0, "r": 0, "t": 8, "b": 0}, xaxis=axis, yaxis={**axis, "scaleanchor": "x"},
        legend={"orientation": "h", "y": -0.04, "itemsizing": "constant"}, dragmode="pan", clickmode="event+select",
    )  # fmt: skip
    return figure


def _add(figure: go.Figure, points: np.ndarray, name: str, colour: str, right: bool, **others: Any) -> None:
    # A trace without a point is missing from the legend: one that is nowhere keeps its name there.
    across, down = points.T if len(points) else [[None], [None]]
    figure.add_scattergl(
        x=across, y=down, mode="markers", name=name,
        marker={
            "color": colour, "size": 6 if right else 9, "opacity": 0.8, "symbol": "circle" if right else "x",
            "line": {"width": 0},
        },
        unselected={"marker": {"opacity": 0.8}}, selected={"marker": {"opacity": 1.0, "size": 14}}, **others,
    )  # fmt: skip
