"""Intervals for shares and differences: against published numbers, and by counting how often they hold the truth."""

import numpy as np
import pytest

from cnn_builder.runs.results.confidence_interval import paired_difference, separate_difference, wilson


def test_wilson_gives_the_published_numbers() -> None:
    """Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3."""
    for right, images, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)):
        found = wilson(right, images)
        assert (found.low, found.high) == pytest.approx((low, high), abs=6e-5)
    assert wilson(20, 20).high == 1.0 and wilson(1, 29).low == pytest.approx(0.0061, abs=6e-5)


def test_the_difference_of_separate_samples_is_the_published_one() -> None:
    """Newcombe 1998, "Interval estimation for the difference", table II: 56/70 − 48/80 by method 10."""
    found = separate_difference((48, 80), (56, 70))
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=6e-5)
    turned = separate_difference((56, 70), (48, 80))
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))


@pytest.mark.parametrize(("up", "down", "images"), [(0.02, 0.01, 360), (0.004, 0.004, 10_000), (0.1, 0.03, 200)])
def test_paired_intervals_hold_the_truth_in_95_of_100(up: float, down: float, images: int) -> None:
    random = np.random.default_rng(7)
    draws = random.multinomial(images, (up, down, 1 - up - down), size=4000)
    held = [
        paired_difference(int(gained), int(lost), images).low
        <= up - down
        <= paired_difference(int(gained), int(lost), images).high
        for gained, lost, _ in draws
    ]
    assert 0.935 <= np.mean(held) <= 0.985


def test_two_that_read_the_same_cannot_be_told_apart() -> None:
    assert paired_difference(0, 0, 10_000).holds_zero
    assert not paired_difference(120, 40, 10_000).holds_zero
    flipped, straight = paired_difference(40, 120, 10_000), paired_difference(120, 40, 10_000)
    assert (flipped.low, flipped.high) == pytest.approx((-straight.high, -straight.low))


@pytest.mark.parametrize(("right", "images"), [(1, 0), (-1, 5), (6, 5)])
def test_counts_that_cannot_be_are_refused(right: int, images: int) -> None:
    with pytest.raises(ValueError, match="expected"):
        wilson(right, images)
    with pytest.raises(ValueError, match="expected"):
        paired_difference(right, 0, images)
