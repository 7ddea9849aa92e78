"""The curves of several seeds as a band with their mean, one band for each network."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from statistics import fmean

import plotly.graph_objects as go

from cnn_builder.figures.line_chart import nice_ticks
from cnn_builder.figures.many_curves import HUES, MEASURES, MOST_TICKS, ComparedRun

FEWEST = 2


@dataclass(frozen=True)
class SeedBand:
    """The runs of one request by the name in the legend; each run's own name is not shown.

    `place` chooses the colour: that of the curve number `place`, from 0, where runs are drawn one by one.
    """

    name: str
    runs: Sequence[ComparedRun]
    place: int = 0


@dataclass(frozen=True)
class BandPoint:
    """One epoch, from 1: the mean over `seeds` runs, the lowest and the highest of them."""

    epoch: int
    mean: float
    low: float
    high: float
    seeds: int


def band_points(runs: Sequence[ComparedRun], measure: str) -> list[BandPoint]:
    """The epochs with what `measure`, one of MEASURES, was in them: of several runs, those that at least two have."""
    values: dict[int, list[float]] = {}
    for run in runs:
        rates: Sequence[float | None] = run.rates or [None] * len(run.epochs)
        for row, rate in zip(run.epochs, rates, strict=True):
            value = MEASURES[measure](row, rate)
            if value is not None:
                values.setdefault(row.epoch, []).append(value)
    return [
        BandPoint(epoch, fmean(found), min(found), max(found), len(found))
        for epoch, found in sorted(values.items())
        if len(found) >= min(FEWEST, len(runs))
    ]


def seed_bands(bands: Sequence[SeedBand], measure: str, height: int = 380) -> go.Figure:
    """A line for the mean of each band, over the area from its lowest to its highest run.

    A band of one run is its line. A band that lacks the measure is left out. `height` in pixels.
    """
    figure = go.Figure()
    epochs: list[int] = []
    for band in bands:
        points = band_points(band.runs, measure)
        if not points:
            continue
        hue, name = HUES[band.place % len(HUES)], escape(band.name)
        x = [point.epoch for point in points]
        epochs += x
        if len(band.runs) > 1:
            edge = [*(point.high for point in points), *(point.low for point in points[::-1])]
            figure.add_scatter(
                x=[*x, *x[::-1]], y=edge, fill="toself", fillcolor=_faint(hue), line={"width": 0}, mode="lines",
                hoverinfo="skip", showlegend=False, legendgroup=name,
            )  # fmt: skip
        told = [f" ({point.low:.4g} to {point.high:.4g}, {point.seeds} seeds)" * (point.seeds > 1) for point in points]
        figure.add_scatter(
            x=x, y=[point.mean for point in points], name=name, legendgroup=name, mode="lines+markers",
            line={"color": hue, "width": 2}, marker={"color": hue, "size": 4}, customdata=told,
            hovertemplate="%{y:.4~g}%{customdata}<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    figure.update_layout(
        height=height, margin={"l": 8, "r": 8, "t": 8, "b": 8}, showlegend=len(bands) > 1, hovermode="x unified",
        xaxis={"title": "Epoch", "automargin": True, "zeroline": False}, dragmode=False,
        yaxis={"automargin": True, "zeroline": False}, legend={"orientation": "h", "y": -0.2, "yanchor": "top"},
    )  # fmt: skip
    if epochs:
        figure.update_xaxes(tickvals=nice_ticks(min(epochs), max(epochs), MOST_TICKS, whole=True), tickformat="d")
    return figure


def _faint(hue: str) -> str:
    """The colour of a band's area, which lets lines and grid through: "#6366f1" with a fifth of its strength."""
    red, green, blue = (int(hue[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.2)"
