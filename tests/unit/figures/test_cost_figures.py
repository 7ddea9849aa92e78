"""Bars, the memory table and amounts in words."""

import pytest

from cnn_builder.architecture.memory import TrainingMemory, bytes_text
from cnn_builder.figures.bars import Bar, bars_html, share_of
from cnn_builder.figures.memory_table import memory_table
from cnn_builder.figures.quantities import seconds_text


def test_bars_tell_amounts_and_shares_as_text() -> None:
    html = bars_html(
        "Parameters", [Bar("1 Conv2D", 250, "red"), Bar("2 Flatten", 0, "red"), Bar("3 Dense", 750, "red")]
    )
    assert "<b>1,000</b>" in html
    assert "25 %" in html
    assert "75 %" in html
    assert "width:100.0%" in html
    assert "width:33.3%" in html
    assert "Flatten" not in html
    assert "None in the other 1 layer." in html


def test_bars_of_nothing_say_so() -> None:
    html = bars_html("Parameters", [Bar("1 Flatten", 0, "red")])
    assert "None." in html
    assert "<tr>" not in html


def test_bars_of_sixty_layers_are_all_there_and_small() -> None:
    html = bars_html("MACs", [Bar(f"{place} Conv2D", place, "#6366f1") for place in range(1, 61)])
    assert html.count("<tr>") == 60
    assert len(html) < 15_000


def test_labels_are_text() -> None:
    assert "<script>" not in bars_html("<script>", [Bar("<script>", 1, "red")])


@pytest.mark.parametrize(
    ("amount", "total", "text"),
    [(0, 0, "0 %"), (1, 3, "33 %"), (1, 2_000, "< 0.1 %"), (34, 1_000, "3.4 %"), (5, 100, "5 %"), (7, 7, "100 %")],
)
def test_shares(amount: int, total: int, text: str) -> None:
    assert share_of(amount, total) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (812, "812 B"),
        (3_200, "3.2 kB"),
        (640_000_000, "640 MB"),
        (999_600, "1.0 MB"),
        (8 * 10**12, "8,000.0 GB"),
    ],
)
def test_bytes_in_words(count: int, text: str) -> None:
    assert bytes_text(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.001, "0.1 s"), (2.34, "2.3 s"), (9.96, "10 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (7_500, "2 h 5 min")],
)
def test_seconds_in_words(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


def test_the_memory_table_sums_up_and_says_that_it_estimates() -> None:
    html = memory_table(TrainingMemory(1_000, 2_000, 3_000, 4_000), batch_size=64, inference=1_500)
    assert "10.0 kB" in html
    assert "1.5 kB" in html
    assert "64 images" in html
    assert "Estimates" in html
