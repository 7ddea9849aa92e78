"""Images as points on a plane, coloured by class."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

# Ten hues that stay apart for most colour-blind eyes (Tableau 10, reordered), light and dark.
_HUES = (
    "#4e79a7", "#f28e2b", "#59a14f", "#e15759", "#b07aa1", "#76b7b2", "#edc948", "#9c755f", "#ff9da7", "#8f8a86",
)  # fmt: skip


def plane_figure(points: np.ndarray, labels: np.ndarray, predicted: np.ndarray, classes: Sequence[str]) -> go.Figure:
    """A trace a class; images read wrong are crosses. ``points`` (n, 2); labels and predicted (n,), from 0."""
    figure = go.Figure()
    for place, name in enumerate(classes):
        own = np.flatnonzero(labels == place)
        wrong = predicted[own] != place
        read = [classes[int(one)] for one in predicted[own]]
        figure.add_scattergl(
            x=points[own, 0], y=points[own, 1], mode="markers", name=name, customdata=own,
            text=[f"{name}, read as {other}" for other in read], hovertemplate="%{text}<extra></extra>",
            marker={
                "color": _HUES[place % len(_HUES)], "size": np.where(wrong, 9, 6).tolist(), "opacity": 0.8,
                "symbol": np.where(wrong, "x", "circle").tolist(), "line": {"width": 0},
            },
            unselected={"marker": {"opacity": 0.8}}, selected={"marker": {"opacity": 1.0, "size": 14}},
        )  # fmt: skip
    axis = {"showticklabels": False, "zeroline": False, "showgrid": False, "title": None}
    figure.update_layout(
        height=520, margin={"l": 0, "r": 0, "t": 8, "b": 0}, xaxis=axis, yaxis={**axis, "scaleanchor": "x"},
        legend={"orientation": "h", "y": -0.04, "itemsizing": "constant"}, dragmode="pan", clickmode="event+select",
    )  # fmt: skip
    return figure
