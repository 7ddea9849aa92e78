"""Layers over the epochs: histograms on common cells, tables, filters."""

import base64
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from cnn_builder.figures.layer_statistics import (
    CELLS,
    epochs_table,
    filters_html,
    histogram_chart,
    layers_table,
    of_layer,
    shares_on_grid,
)
from cnn_builder.runs.layer_statistics.statistics import Distribution, EpochStatistics, LayerStatistics

RNG = np.random.default_rng(0)


def of(values: object) -> Distribution:
    found = Distribution.of(np.asarray(values, np.float32))
    assert found is not None
    return found


def epoch_of(epoch: int, scale: float) -> EpochStatistics:
    weights, outputs = RNG.normal(0, scale, 5000), np.maximum(RNG.normal(0, 1, 5000), 0)
    layers = (
        LayerStatistics(0, "Conv2D", of(weights), of(weights / 100), of(outputs), 8, 2),
        LayerStatistics(2, "ReLU", activations=of(outputs)),
    )
    return EpochStatistics(epoch, 64, layers, np.full((3, 3, 1, 20), scale, np.float32))


EPOCHS = [epoch_of(0, 0.1), epoch_of(1, 0.2), epoch_of(2, 0.4)]


def test_histograms_of_all_epochs_share_their_cells() -> None:
    found = of_layer(EPOCHS, 0, "weights")
    edges, shares = shares_on_grid(list(found.values()))
    assert shares.shape == (CELLS, 3) and shares.sum(axis=0) == pytest.approx([1, 1, 1])
    middles = (edges[1:] + edges[:-1]) / 2
    for place, one in enumerate(found.values()):
        mean = (middles * shares[:, place]).sum()
        assert mean == pytest.approx(one.mean, abs=0.02)
        assert np.sqrt((middles**2 * shares[:, place]).sum() - mean**2) == pytest.approx(one.std, abs=0.02)
    _, flat = shares_on_grid([of([2, 2, 2]), of([0, 4])])
    assert flat[:, 0].max() == 1 and flat.sum(axis=0) == pytest.approx([1, 1])
    _, flat = shares_on_grid([of([2, 2])])
    assert flat.sum() == 1


def test_the_chart_is_over_epochs_with_the_mean() -> None:
    figure = histogram_chart(of_layer(EPOCHS, 0, "weights"), "weights")
    heat, mean = figure.data
    assert list(heat.x) == list(mean.x) == [0, 1, 2] and heat.z.shape == (CELLS, 3)
    np.testing.assert_allclose(np.square(heat.z), heat.customdata)
    assert list(figure.layout.xaxis.tickvals) == [0, 1, 2]


def test_the_tables_give_the_numbers() -> None:
    text = layers_table(EPOCHS[-1])
    assert "1 · Conv2D" in text and "2 of 8" in text and 'aria-label="The layers after epoch 2"' in text
    relu = text[text.index("3 · ReLU") :]
    assert relu.count(">–</td>") == 4  # no weights, no gradients, no ratio, and no ReLU's own units were counted
    assert of_layer(EPOCHS, 2, "weights") == {}
    numbers = epochs_table(of_layer(EPOCHS, 0, "gradients"))
    assert numbers.count("<tr>") == 4 and "−" in numbers


def test_filters_are_shown_by_epoch_on_one_scale() -> None:
    text = filters_html(EPOCHS)
    assert text.count("<img") == 3 and 'alt="Filters after epoch 2"' in text
    first = text.split("base64,")[1].split('"')[0]
    picture = Image.open(BytesIO(base64.b64decode(first)))
    assert picture.size == (16 * 4 - 1, 3) and picture.mode == "RGBA"
    many = [EpochStatistics(epoch, 1, (), np.zeros((3, 3, 1, 2))) for epoch in range(50)]
    shown = filters_html(many)
    assert shown.count("<img") == 12 and "<figcaption>0<" in shown and "<figcaption>49<" in shown
    assert filters_html([EpochStatistics(1, 1, ())]) == ""
