"""Numbers and dates as readers of several locales are used to; files stay as they are."""

import random
import re
from collections.abc import Iterator

import pytest

from cnn_builder.architecture import PRESETS, trace
from cnn_builder.figures import locale_text
from cnn_builder.figures.formula import formula_html
from cnn_builder.figures.latex import formula_markdown
from cnn_builder.figures.layer_icons import small_html
from cnn_builder.figures.locale_text import (
    ENGLISH,
    BrowserLocale,
    day_and_time,
    in_english,
    localized_numbers,
    number_text,
    plotly_separators,
    read_by,
)
from cnn_builder.figures.percentages import percent
from cnn_builder.figures.trace_table import trace_table
from cnn_builder.learn.drills.making import all_drills

THEN = 1_764_231_300.0  # 27 November 2025, 08:15 in UTC
NARROW, WIDE = "\u202f", "\u00a0"


@pytest.fixture(autouse=True)
def nobody_reads_afterwards() -> Iterator[None]:
    yield
    read_by(lambda: ENGLISH)


@pytest.mark.parametrize(
    ("locale", "thousands", "share", "separators"),
    [
        ("en-US", "1,234,568", f"99.5{WIDE}%", ".,"),
        ("de-DE", "1.234.568", f"99,5{WIDE}%", ",."),
        ("fr-FR", f"1{NARROW}234{NARROW}568", f"99,5{WIDE}%", f",{NARROW}"),
        ("", "1,234,568", f"99.5{WIDE}%", ".,"),
        ("no such locale", "1,234,568", f"99.5{WIDE}%", ".,"),
    ],
)
def test_numbers(locale: str, thousands: str, share: str, separators: str) -> None:
    read_by(lambda: BrowserLocale(locale))
    assert number_text(1_234_567.8) == thousands
    assert percent(0.995) == share
    assert plotly_separators() == separators


@pytest.mark.parametrize(
    ("locale", "timezone", "written"),
    [
        ("en-US", "America/New_York", f"Nov 27, 3:15{NARROW}AM"),
        ("de-DE", "Europe/Berlin", "27. Nov., 09:15"),
        ("fr-FR", "Europe/Paris", "27 nov., 09:15"),
    ],
)
def test_dates(locale: str, timezone: str, written: str) -> None:
    read_by(lambda: BrowserLocale(locale, timezone))
    assert day_and_time(THEN) == written


def test_a_time_zone_that_nobody_knows_is_the_servers() -> None:
    read_by(lambda: BrowserLocale("en-GB", "Nowhere/Land"))
    unknown = day_and_time(THEN)
    read_by(lambda: BrowserLocale("en-GB"))
    assert unknown == day_and_time(THEN)


def test_a_table_is_the_readers_and_a_file_is_not() -> None:
    network = PRESETS["L1"].architecture
    read_by(lambda: BrowserLocale("de-DE"))
    assert "515.146" in trace_table(network, trace(network), None)
    with in_english():
        assert "515,146" in trace_table(network, trace(network), None)
    assert locale_text.number_text(0.25, 2) == "0,25"


@pytest.mark.parametrize(
    ("sentence", "german", "with_decimals"),
    [
        ("3,136·128 + 128 biases = 401,536", "3.136·128 + 128 biases = 401.536", None),
        ("1,234,567, then 7 (5,000)", "1.234.567, then 7 (5.000)", None),
        ("1,234.5 s", "1.234,5 s", None),
        ("Dropout(0.25) receives 13×13", None, "Dropout(0,25) receives 13×13"),
        ("× 0.8 … 1.25, cut", None, "× 0,8 … 1,25, cut"),
        ("`Dense(10,000)`, (3,3), $1,000 x$, 1,2345, 1.2.3, x1,000", None, None),
    ],
)
def test_a_sentence_written_in_english(sentence: str, german: str | None, with_decimals: str | None) -> None:
    assert localized_numbers(sentence, decimals=True) == sentence == localized_numbers(sentence)
    read_by(lambda: BrowserLocale("de-DE"))
    assert localized_numbers(sentence) == (german or sentence)
    assert localized_numbers(sentence, decimals=True) == (with_decimals or german or sentence)


def explained() -> str:
    """Every layer's formulas of every preset, as on Build, and every drill's question and explanation."""
    texts = []
    for preset in PRESETS.values():
        network = preset.architecture
        for row in trace(network).rows:
            layer = network.layers[row.index]
            texts.append(formula_html(layer.explain(row.input_shape), row.input_shape, row.output_shape))
            texts.append(small_html(layer, row) or "")
        for drill in all_drills(network, random.Random(0)):
            texts += [formula_markdown(drill.explanation), localized_numbers(drill.question)]
    return "\n".join(texts)


def test_formulas_have_the_readers_signs() -> None:
    commas = re.compile(r"\d(?:,|\{,\})\d{3}(?!\d)")
    dots = re.compile(r"\d\.\d{3}(?!\d)")
    english = explained()
    count = len(commas.findall(english))
    read_by(lambda: BrowserLocale("de-DE"))
    german = explained()
    assert count > 400 and not commas.findall(german)
    assert len(dots.findall(german)) - len(dots.findall(english)) == count  # some are coordinates of a picture


@pytest.mark.parametrize(
    ("locale", "typeset"),
    [
        ("en-US", r"1{,}280 \cdot 10 = 12{,}800.5"),
        ("de-DE", r"1.280 \cdot 10 = 12.800{,}5"),
        ("fr-FR", r"1\,280 \cdot 10 = 12\,800{,}5"),
        ("de-CH", r"1\text{'}280 \cdot 10 = 12\text{'}800.5"),
    ],
)
def test_a_formula_is_typeset_with_the_readers_signs(locale: str, typeset: str) -> None:
    read_by(lambda: BrowserLocale(locale))
    assert formula_markdown(["1,280·10 = 12,800.5"]) == f"- ${typeset}$"
