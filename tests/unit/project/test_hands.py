"""The drawings that reading is measured on: many hands a digit, some held out, always the same for a seed."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.hands import HELD_OUT, NO_DIGITS, SIDE, TUNED, Hand, Style, paint, written
from benchmarks.handwriting import Outcome, drawings, table, turned_away

HANDS = (*TUNED, *HELD_OUT, *NO_DIGITS)


def test_every_digit_has_hands_to_tune_on_and_others_held_out() -> None:
    for digit in map(str, range(10)):
        tuned = {hand.strokes for hand in TUNED if hand.label == digit}
        held_out = {hand.strokes for hand in HELD_OUT if hand.label == digit}
        assert len(tuned) >= 3 and len(held_out) >= 2 and not tuned & held_out


@pytest.mark.parametrize("hand", HANDS, ids=lambda hand: f"{hand.label} {hand.name}")
def test_a_hand_is_drawn_whole_and_in_its_pen(hand: Hand) -> None:
    style = Style(jitter=0.0)
    picture, thick = (
        paint(written(hand, each, np.random.default_rng(0)), each.pen) for each in (style, replace(style, pen=120.0))
    )
    assert picture.shape == (SIDE, SIDE) and picture.dtype == np.uint8 and picture.max() == 255
    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    assert not border.any() and thick.sum() > picture.sum()
    cut = paint(written(hand, replace(style, cut=0.3), np.random.default_rng(0)), style.pen)
    assert cut.sum() < picture.sum()


def test_the_same_seed_draws_the_same() -> None:
    first, again, other = (next(drawings(1, seed))[3] for seed in (1, 1, 2))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_the_table_counts_what_was_read() -> None:
    found = [
        Outcome("hands tuned on", "7 plain", "usual", True, "confident"),
        Outcome("hands tuned on", "7 plain", "thin pen", False, "strange"),
        Outcome("hands held out", "1 foot only", "usual", True, "unsure"),
        Outcome("no digits", "A", "usual", False, "unsure"),
    ]
    lines = {
        line.strip().rsplit(None, 1)[0].strip(): line.split()[-1]
        for line in table({"L1": found}).splitlines()
        if "%" in line
    }
    assert lines["7 plain"] == "50.0%" and lines["· thin pen"] == "0.0%" and lines["1 foot only"] == "100.0%"
    assert lines["not confidently a digit (≥ 80 %)"] == "100.0%"
    assert turned_away(found) == 0.25
