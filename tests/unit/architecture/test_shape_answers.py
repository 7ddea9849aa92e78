"""Shapes and counts as people write them."""

import pytest

from cnn_builder.architecture import PRESETS, trace
from cnn_builder.architecture.shape_answers import Judged, judged, parse_count, parse_shape

ROW = trace(PRESETS["L1"].architecture).rows[0]


@pytest.mark.parametrize(
    "text", ["26×26×32", "26x26x32", " 26 X 26 * 32 ", "(26, 26, 32)", "[26,26,32]", "26 26 32", "(None, 26, 26, 32)"]
)
def test_a_shape_is_read_as_people_write_it(text: str) -> None:
    assert parse_shape(text) == (26, 26, 32)


@pytest.mark.parametrize("text", ["", "×", "26×a", "26.5", "-1×2", "9" * 500, "²"])
def test_what_is_no_shape(text: str) -> None:
    assert parse_shape(text) is None


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("320", 320), ("515,146", 515_146), ("515 146", 515_146), ("1.234.567", 1_234_567), ("0", 0),
        ("1.5", None), ("", None), ("-3", None), ("12,34", None), ("9" * 500, None), ("²", None),
    ],
)  # fmt: skip
def test_a_count_is_read_with_and_without_signs(text: str, count: int | None) -> None:
    assert parse_count(text) == count


def test_answers_are_compared_with_the_trace_and_empty_ones_are_not() -> None:
    assert judged(ROW, "26×26×32", "320") == Judged(True, True)
    assert judged(ROW, "28×28×32", "") == Judged(False, None)
    assert judged(ROW, " ", "what?") == Judged(None, False)
