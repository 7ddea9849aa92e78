"""Accuracy over the levels of a perturbation: of a run, and of the one trained with the layer that should help."""

from collections.abc import Mapping
from html import escape

import plotly.graph_objects as go

from cnn_builder.figures.many_curves import HUES
from cnn_builder.runs.robustness.curve import THRESHOLD, RobustnessCurve
from cnn_builder.runs.robustness.perturbations import PERTURBATIONS


def robustness_chart(curves: Mapping[str, RobustnessCurve]) -> go.Figure:
    """One line for each curve by its name, all of one perturbation, and a dashed line at 90 %."""
    perturbation = PERTURBATIONS[next(iter(curves.values())).key]
    figure = go.Figure()
    for place, (name, curve) in enumerate(curves.items()):
        # Levels that double each time would crowd at one end of an even axis.
        even = [perturbation.level_text(level) for level in curve.levels]
        figure.add_scatter(
            x=even if perturbation.adversarial else list(curve.levels), y=curve.accuracies, name=escape(name),
            mode="lines+markers", line={"color": HUES[place], "width": 2, "dash": "solid" if place == 0 else "dot"},
            customdata=even, hovertemplate="%{y:.1%} at %{customdata}<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    figure.add_hline(y=THRESHOLD, line={"color": "#858d9b", "width": 1, "dash": "dash"})
    figure.update_layout(
        height=320, margin={"l": 8, "r": 8, "t": 8, "b": 8}, dragmode=False, showlegend=len(curves) > 1,
        legend={"orientation": "h", "y": -0.25, "yanchor": "top"},
        xaxis={"title": f"{perturbation.title}, {perturbation.axis}", "automargin": True, "zeroline": False},
        yaxis={
            "title": "Accuracy", "range": [0, 1.02], "tickformat": ".0%", "automargin": True, "zeroline": False,
        },
    )  # fmt: skip
    return figure
