"""The rows of the live curves: thinned so that nothing that matters is lost, marked where something happened."""

import random

import pytest

from cnn_builder.figures.curves import ACCURACY, LOSS, MAX_POINTS, curve_rows, marks, thinned
from cnn_builder.runs import Event, Metric, RunSettings
from cnn_builder.runs.results.best_epoch import BestEpoch, best_epoch


def step_rows(count: int, seed: int = 0) -> list[Metric]:
    noise = random.Random(seed)
    return [
        Metric(1 + place // 1000, place + 1, "step", noise.random(), noise.random(), seq=place + 1)
        for place in range(count)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_thinning_keeps_extremes_ends_and_order(seed: int) -> None:
    rows = curve_rows(step_rows(3999, seed), 1000).steps
    kept = thinned(rows, (ACCURACY, LOSS), 200)
    assert len(kept) <= 200 and kept == sorted(kept) and set(kept) <= set(rows)
    assert kept[0] == rows[0] and kept[-1] == rows[-1]
    for column in (ACCURACY, LOSS):
        values, left = [row[column] for row in rows], [row[column] for row in kept]
        assert (min(values), max(values)) == (min(left), max(left))


def test_a_single_spike_in_a_long_line_is_kept() -> None:
    metrics = [Metric(1, place, "step", 0.1, 0.9, seq=place) for place in range(1, 100_001)]
    metrics[61_234] = Metric(1, 61_235, "step", 7.5, 0.0, seq=61_235)
    new = curve_rows(metrics, 1000)
    assert len(new.steps) <= MAX_POINTS and new.last_seq == 100_000
    assert (61_235, 61.235, 0.0, 7.5) in new.steps


def test_short_lines_and_missing_values_pass_through() -> None:
    rows = [(place, float(place), None, None) for place in range(10)]
    assert thinned(rows, (2, 3), 10) == rows
    assert thinned(rows, (2, 3), 5) == [rows[0], rows[-1]]
    assert thinned([], (2,), 5) == []


def test_the_best_epoch_stays_in_a_long_run() -> None:
    noise = random.Random(3)
    metrics = [Metric(e, e, "epoch", 0.5, 0.5, 0.5, noise.random() / 2, seq=e) for e in range(1, 20_001)]
    metrics[12_344] = Metric(12_345, 12_345, "epoch", 0.5, 0.5, 0.5, 0.9, seq=12_345)
    metrics[15_000] = Metric(15_001, 15_001, "epoch", 0.5, 0.5, 0.5, 0.9, seq=15_001)
    best = best_epoch(RunSettings(), metrics)
    assert best == BestEpoch(12_345, 0.9)  # the earliest of equals
    new = curve_rows(metrics, 1, best=best.epoch)
    assert any(row[1] == 12_345 for row in new.epochs) and len(new.epochs) <= MAX_POINTS + 1


def test_marks_stand_where_it_happened() -> None:
    events = [
        Event("learning_rate", 150, 2, 0.0005),
        Event("note", 160, 2, text="the store was busy"),
        Event("resumed", 200, 2),
        Event("resumed", 0, 0),
    ]
    assert marks(events, 100) == [(1.5, "learning rate 0.0005"), (2.0, "resumed")]
