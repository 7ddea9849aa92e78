"""What layers look like over the epochs: a histogram an epoch as a heat map, tables, and filters as they change."""

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from cnn_builder.figures.kernel import decimal_text
from cnn_builder.figures.line_chart import nice_ticks
from cnn_builder.figures.locale_text import number_text
from cnn_builder.figures.many_curves import MOST_TICKS
from cnn_builder.figures.percentages import percent
from cnn_builder.figures.tiles import coloured, limits, png_url
from cnn_builder.runs.layer_statistics.statistics import Distribution, EpochStatistics, LayerStatistics

CELLS = 48
"""Of the axis of values, over the range of all epochs."""
MOST_PICTURES = 12
"""Epochs whose filters are shown, evenly spread, the first and the last among them."""
MOST_SHOWN = 16
_NUMBER = ' class="number"'
OVERVIEW = ("Layer", "Weights ±", "Gradients", "Ratio", "Activations ±", "Zeros", "Dead ReLUs")
_SHADES = ((0.0, "rgba(99,102,241,0)"), (1.0, "rgba(99,102,241,1)"))
"""From the page's own background, light or dark, to full."""


def of_layer(epochs: Sequence[EpochStatistics], index: int, quantity: str) -> dict[int, Distribution]:
    """One quantity of one layer by epoch; epochs that have none are left out."""
    pairs = [(one.epoch, layer.distribution(quantity)) for one in epochs if (layer := one.layer(index)) is not None]
    return {epoch: found for epoch, found in pairs if found is not None}


def shares_on_grid(found: Sequence[Distribution]) -> tuple[np.ndarray, np.ndarray]:
    """Histograms on common cells: the cells' edges (CELLS + 1,), and shares (CELLS, epochs) that sum to 1 an epoch.

    The values of a bin are taken to be spread evenly over it.
    """
    low, high = min(one.minimum for one in found), max(one.maximum for one in found)
    if high <= low:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, CELLS + 1)
    columns = []
    for one in found:
        counts = np.array(one.counts, float)
        total = counts.sum() or 1.0
        if one.maximum <= one.minimum:  # all of one value
            columns.append(np.histogram([one.minimum], edges)[0].astype(float))
        else:
            below = np.interp(edges, one.edges, np.concatenate([[0.0], np.cumsum(counts)]) / total)
            columns.append(np.diff(below))
    return edges, np.stack(columns, axis=1)


def histogram_chart(found: dict[int, Distribution], quantity: str) -> go.Figure:
    """The share of values in each cell over the epochs, stronger for more, with the mean as a line."""
    edges, shares = shares_on_grid(list(found.values()))
    middles, epochs = (edges[1:] + edges[:-1]) / 2, list(found)
    figure = go.Figure()
    # The root of the share, so that the few values far out can be seen beside the many in the middle.
    figure.add_heatmap(
        x=epochs, y=middles, z=np.sqrt(shares), customdata=shares, colorscale=_SHADES, showscale=False,
        hovertemplate="epoch %{x}, about %{y:.3g}: %{customdata:.1%}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=epochs, y=[one.mean for one in found.values()], mode="lines+markers", name="mean",
        line={"color": "#d97706", "width": 2}, marker={"size": 5},
        hovertemplate="mean %{y:.3g}<extra></extra>",
    )  # fmt: skip
    figure.update_layout(
        height=320, margin={"l": 8, "r": 8, "t": 8, "b": 8}, dragmode=False, showlegend=False,
        xaxis={"title": "Epoch", "automargin": True, "zeroline": False},
        yaxis={"title": quantity.capitalize(), "automargin": True, "zeroline": False},
    )  # fmt: skip
    ticks = nice_ticks(min(epochs), max(epochs), MOST_TICKS, whole=True)
    figure.update_xaxes(tickvals=[tick for tick in ticks if tick <= max(epochs)], tickformat="d")
    return figure


def layers_words(latest: EpochStatistics) -> str:
    """What the numbers of `layers_table` are."""
    return (
        f"After epoch {latest.epoch}, on {number_text(latest.images)} training images, without dropout and "
        "augmentation. Gradients of the loss are given as root mean square, the ratio divides them by that of the "
        "weights; ± is the standard deviation. A dead ReLU is 0 for all these images."
    )


def layers_table(latest: EpochStatistics) -> str:
    """Every layer after one epoch."""
    head = "".join(f'<th scope="col"{_NUMBER if place else ""}>{title}</th>' for place, title in enumerate(OVERVIEW))
    body = "".join(_layer_row(layer) for layer in latest.layers)
    return _table(f"The layers after epoch {latest.epoch}", head, body)


def _layer_row(layer: LayerStatistics) -> str:
    weights, slopes, outputs = layer.weights, layer.gradients, layer.activations
    cells = (
        "–" if weights is None else decimal_text(weights.std),
        "–" if slopes is None else _small(slopes.rms),
        "–" if layer.gradient_ratio is None else _small(layer.gradient_ratio),
        "–" if outputs is None else decimal_text(outputs.std),
        "–" if outputs is None else percent(outputs.zeros, 0),
        f"{layer.dead} of {layer.units}" if layer.units else "–",
    )
    name = escape(f"{layer.index + 1} · {layer.type}")
    return f'<tr><th scope="row">{name}</th>{"".join(f"<td{_NUMBER}>{cell}</td>" for cell in cells)}</tr>'


def epochs_table(found: dict[int, Distribution]) -> str:
    """The numbers behind the chart, an epoch a row."""
    titles = ("Epoch", "Mean", "Standard deviation", "Lowest", "Highest", "Zeros")
    head = "".join(f'<th scope="col"{_NUMBER if place else ""}>{title}</th>' for place, title in enumerate(titles))
    body = ""
    for epoch, one in found.items():
        values = [_small(value) for value in (one.mean, one.std, one.minimum, one.maximum)]
        cells = "".join(f"<td{_NUMBER}>{cell}</td>" for cell in [*values, percent(one.zeros, 0)])
        body += f'<tr><th scope="row">{epoch}</th>{cells}</tr>'
    return _table("By epoch", head, body)


def _table(label: str, head: str, body: str) -> str:
    return (
        f'<div class="cnn-table" role="region" aria-label="{escape(label)}" tabindex="0"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _small(value: float) -> str:
    return f"{value:.2g}".replace("-", "−")


def filters_html(epochs: Sequence[EpochStatistics]) -> str:
    """The first filters after some of the epochs, one picture an epoch with filters side by side; "" without any.

    Of a grey image's filters each is its one channel, of others the first channel; one colour scale for all epochs.
    """
    shown = [(one.epoch, one.filters[:, :, 0, :MOST_SHOWN]) for one in epochs if one.filters is not None]
    if not shown:
        return ""
    places = np.unique(np.linspace(0, len(shown) - 1, MOST_PICTURES).round().astype(int))
    chosen = [shown[place] for place in places]
    low, high, scale = limits(np.stack([filters for _, filters in chosen]))
    figures = "".join(
        f"<figure><figcaption>{epoch}</figcaption>"
        f'<img src="{png_url(_strip(filters, low, high, scale))}" alt="Filters after epoch {epoch}"></figure>'
        for epoch, filters in chosen
    )
    return f'<div class="cnn-filters" role="region" aria-label="Filters by epoch" tabindex="0">{figures}</div>'


def _strip(filters: np.ndarray, low: float, high: float, scale: str) -> np.ndarray:
    """Filters (height, width, n) in a row with a see-through line between them, uint8 (height, …, 4)."""
    height, width, count = filters.shape
    picture = np.zeros((height, count * (width + 1) - 1, 4), np.uint8)
    for place in range(count):
        columns = slice(place * (width + 1), place * (width + 1) + width)
        picture[:, columns, :3] = coloured(filters[:, :, place], low, high, scale)
        picture[:, columns, 3] = 255
    return picture
