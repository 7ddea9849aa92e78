"""A run's two losses over its epochs, with marks where overfitting starts."""

from collections.abc import Sequence

import plotly.graph_objects as go

from cnn_builder.figures.line_chart import nice_ticks
from cnn_builder.figures.many_curves import HUES, MOST_TICKS
from cnn_builder.runs import Metric


def loss_curve(rows: Sequence[Metric], marks: Sequence[tuple[float, str]] = ()) -> go.Figure:
    """Training and validation loss of the epoch rows; an upright at each of ``marks``, (epoch, words)."""
    figure = go.Figure()
    lines = (
        ("Training loss", HUES[0], [(row.epoch, row.loss) for row in rows]),
        ("Validation loss", HUES[1], [(row.epoch, row.val_loss) for row in rows]),
    )
    for name, hue, points in lines:
        known = [(epoch, loss) for epoch, loss in points if loss is not None]
        figure.add_scatter(
            x=[epoch for epoch, _ in known], y=[loss for _, loss in known], name=name, mode="lines+markers",
            line={"color": hue, "width": 2}, hovertemplate="%{y:.4f}<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    for place, (epoch, words) in enumerate(marks):
        figure.add_vline(
            x=epoch, line_width=2, line_dash=("dot", "dash")[place % 2], line_color=HUES[2 + place % 2],
            annotation_text=words, annotation_position=("top right", "bottom right")[place % 2],
        )  # fmt: skip
    last = max((row.epoch for row in rows), default=1)
    ticks = [tick for tick in nice_ticks(1, last, MOST_TICKS, whole=True) if 1 <= tick <= last]
    figure.update_xaxes(title="epoch", tickvals=ticks, range=[0.7, last + 0.6])
    figure.update_yaxes(title="loss", rangemode="tozero")
    figure.update_layout(
        height=340, margin={"l": 8, "r": 8, "t": 8, "b": 8}, hovermode="x unified",
        legend={"orientation": "h", "y": 1.12, "x": 0},
    )  # fmt: skip
    return figure
