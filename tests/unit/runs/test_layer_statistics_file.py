"""The statistics of layers without a model: their numbers, the file they are kept in, what the coach reads in them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnn_builder.architecture import PRESETS, Architecture
from cnn_builder.runs import Metric, RunSettings, Store
from cnn_builder.runs.coach import findings
from cnn_builder.runs.coach.layer_diagnostics import dead_relus, exploding, vanishing
from cnn_builder.runs.layer_statistics.kept import FILE, append_statistics, keep_statistics, read_statistics
from cnn_builder.runs.layer_statistics.statistics import (
    BINS,
    MOST_FILTERS,
    MOST_SAMPLED,
    Distribution,
    EpochStatistics,
    LayerStatistics,
    sampled,
)

VALUES = np.random.default_rng(0).normal(1, 2, (40, 30)).astype(np.float32)


def of(values: object) -> Distribution:
    found = Distribution.of(np.asarray(values, np.float32))
    assert found is not None
    return found


def layer_of(index: int, slope: float, weight: float = 0.1, dead: int = 0, units: int = 0) -> LayerStatistics:
    """A layer whose weights and gradients have these root mean squares."""
    return LayerStatistics(index, "Dense", of([weight, -weight]), of([slope, -slope]), of([0, 1]), units, dead)


def epoch_of(epoch: int, *layers: LayerStatistics) -> EpochStatistics:
    return EpochStatistics(epoch, 64, layers)


def test_a_distribution_is_numpys() -> None:
    found = of(VALUES * (VALUES > 0))
    values = np.maximum(VALUES, 0)
    assert (found.mean, found.std) == (pytest.approx(values.mean()), pytest.approx(values.std()))
    assert (found.minimum, found.maximum) == (0, values.max())
    assert found.zeros == pytest.approx((values == 0).mean())
    assert found.rms == pytest.approx(np.sqrt((values.astype(float) ** 2).mean()))
    counts, edges = np.histogram(values, BINS)
    assert list(found.counts) == list(counts)
    np.testing.assert_allclose(found.edges, edges, rtol=1e-5)
    assert of([3, 3, 3]).counts[0] == 3 and of([3, 3, 3]).std == 0
    assert Distribution.of(np.array([])) is None and Distribution.of(np.array([1, np.nan])) is None


@pytest.mark.parametrize("channels", [32, 48, 60, 64, 210])
def test_a_sample_holds_every_channel_alike(channels: int) -> None:
    values = np.broadcast_to(np.arange(channels), (200_000 // channels, channels))
    found = sampled(values)
    assert MOST_SAMPLED / 2 < len(found) <= MOST_SAMPLED
    seen = np.bincount(found.astype(int), minlength=channels)
    assert seen.min() >= seen.max() - 1


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    kernel = np.random.default_rng(1).normal(0, 0.3, (3, 3, 5, 40)).astype(np.float32)
    layers = (layer_of(0, 0.01, units=8, dead=3), LayerStatistics(4, "ReLU", activations=of([0, 0, 1])))
    append_statistics(tmp_path, EpochStatistics(0, 64, layers, kernel))
    append_statistics(tmp_path, replace(epoch_of(1, layer_of(0, 0.02)), filters=None))
    first, second = read_statistics(tmp_path)
    assert (first.epoch, first.images, second.epoch, second.filters) == (0, 64, 1, None)
    assert [(layer.index, layer.type, layer.units, layer.dead) for layer in first.layers] == [
        (0, "Dense", 8, 3), (4, "ReLU", 0, 0),
    ]  # fmt: skip
    outputs = first.layers[1].activations
    assert first.layers[1].weights is None and outputs is not None
    assert (outputs.counts, outputs.zeros) == (of([0, 0, 1]).counts, pytest.approx(2 / 3, rel=1e-4))
    assert first.filters is not None and first.filters.shape == (3, 3, 3, MOST_FILTERS)
    np.testing.assert_allclose(first.filters, kernel[:, :, :3, :MOST_FILTERS], atol=np.abs(kernel).max() / 200)
    with (tmp_path / FILE).open("a") as file:
        file.write('{"epoch": 2, "ima')  # killed while writing
    assert [one.epoch for one in read_statistics(tmp_path)] == [0, 1]
    keep_statistics(tmp_path, [first])
    assert [one.epoch for one in read_statistics(tmp_path)] == [0]
    assert read_statistics(tmp_path / "nowhere") == ()


def test_dead_relus_are_told_with_their_numbers() -> None:
    epochs = [
        epoch_of(0, layer_of(3, 0.1, units=64)),
        epoch_of(1, layer_of(3, 0.1, units=64, dead=40), layer_of(5, 0.1, units=8, dead=3)),
        epoch_of(2, layer_of(3, 0.1, units=64, dead=48), layer_of(5, 0.1, units=8, dead=3)),
    ]
    assert dead_relus(epochs) == (
        "In layer 4 (Dense) 48 of 64 units are 0 for all 64 training images looked at after epoch 2; at least half of "
        "them since epoch 1."
    )
    assert dead_relus([epoch_of(2, layer_of(3, 0.1, units=64, dead=26))]) == ""  # as usual in a healthy network
    assert dead_relus([epoch_of(2, layer_of(3, 0.1, units=2, dead=2))]) == ""
    assert dead_relus(epochs[:1]) == dead_relus([]) == ""


def test_gradients_that_vanish_and_explode() -> None:
    small = [epoch_of(3, layer_of(0, 2e-7), layer_of(1, 1e-5), layer_of(2, 0.01))]
    assert "are 2e-07 in layer 1 (Dense) and 0.01 in layer 3 (Dense)" in vanishing(small)
    assert vanishing([epoch_of(3, layer_of(0, 2e-5), layer_of(1, 1e-5), layer_of(2, 0.01))]) == ""
    assert vanishing([epoch_of(3, layer_of(0, 2e-7), layer_of(2, 0.01))]) == ""  # two layers are no chain
    large = [epoch_of(1, layer_of(0, 50.0, weight=0.1), layer_of(1, 0.1))]
    assert "of layer 1 (Dense) are 50 (root mean square), 500 times its weights" in exploding(large)
    assert exploding(small) == exploding([]) == ""


def test_the_coach_puts_a_cause_first_and_offers_a_change(tmp_path: Path) -> None:
    sigmoid = {"type": "Dense", "units": 8, "activation": "sigmoid"}
    layers = [{"type": "Flatten"}, sigmoid, sigmoid, {"type": "Dense", "units": 10, "activation": "softmax"}]
    deep = Architecture.from_dict({"version": 1, "name": "deep", "input_shape": [28, 28, 1], "layers": layers})
    rows = [Metric(epoch, epoch, "epoch", 2.3, 0.1, 2.3, 0.1) for epoch in (1, 2, 3, 4)]
    good = [Metric(epoch, epoch, "epoch", 0.5 / epoch, 0.97, 0.5 / epoch, 0.97) for epoch in (1, 2, 3, 4)]
    with Store(f"sqlite:///{tmp_path}/runs.sqlite") as store:
        run = replace(store.create_run(deep, "digits", RunSettings(epochs=4)), status="finished")
        relu = replace(store.create_run(PRESETS["L1"].architecture, "digits", RunSettings(epochs=4)), status="finished")
    small = [epoch_of(4, layer_of(1, 2e-7), layer_of(2, 1e-5), layer_of(3, 0.01))]
    first, second = findings(run, rows, 10, layers=small)
    assert (first.code, second.code) == ("vanishing", "not_learning")
    (change,) = first.suggested
    assert [getattr(one, "activation", None) for one in change.architecture.layers] == [None, "relu", "relu", "softmax"]
    dead = [epoch_of(4, layer_of(4, 0.01, units=64, dead=60))]
    found = findings(relu, good, 10, layers=dead)
    assert [one.code for one in found][-1] == "dead_relu" and "fine" not in [one.code for one in found]
    leaky, slower = found[-1].suggested
    assert getattr(leaky.architecture.layers[4], "activation", "") == "leaky_relu"
    assert slower.settings.learning_rate < relu.settings.learning_rate
    large = [epoch_of(4, layer_of(4, 50.0, weight=0.1))]
    exploded = findings(relu, rows, 10, layers=large)[0]
    assert exploded.code == "exploding" and exploded.suggested[0].settings.global_clipnorm == 1.0
    assert findings(relu, good, 10, layers=[epoch_of(4, layer_of(4, 0.01))]) == findings(relu, good, 10)
