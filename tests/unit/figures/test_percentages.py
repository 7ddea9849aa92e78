"""Shares in per cent: nothing that is not all is rounded to all, on any page and on the command line."""

import ast
from pathlib import Path

import pytest

from cnn_builder.cli.predict import as_text
from cnn_builder.figures.bars import share_of
from cnn_builder.figures.percentages import confidence, percent

PACKAGE = Path(__file__).resolve().parents[3] / "cnn_builder"


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.9997, 1, "> 99.9 %"),
        (0.9993, 1, "> 99.9 %"),
        (0.999, 1, "99.9 %"),
        (0.001, 1, "0.1 %"),
        (1.0, 1, "100.0 %"),
        (0.0003, 1, "< 0.1 %"),
        (0.0, 1, "0.0 %"),
        (0.5, 1, "50.0 %"),
        (0.998, 0, "> 99 %"),
        (0.002, 0, "< 1 %"),
        (0.99999, 2, "> 99.99 %"),
        (0.9957, 2, "99.57 %"),
    ],
)
def test_nearly_all_is_not_all_and_nearly_none_is_not_none(value: float, decimals: int, text: str) -> None:
    assert percent(value, decimals, " ") == text


@pytest.mark.parametrize(("value", "text"), [(1.0, "> 99.9 %"), (0.0, "< 0.1 %"), (0.987, "98.7 %")])
def test_a_networks_probability_is_never_certain(value: float, text: str) -> None:
    assert confidence(value, " ") == text


def test_every_place_writes_it_in_this_way() -> None:
    assert share_of(99_970, 100_000) == "> 99 %"
    answer = {"file": "a.png", "label": "7", "probability": 0.99997, "warnings": []}
    assert as_text(answer) == "a.png: 7 (>99.9%)"


@pytest.mark.parametrize("folder", ["ui", "figures", "cli"])
def test_no_other_module_formats_a_percentage(folder: str) -> None:
    formats = {
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in sorted((PACKAGE / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None
        for part in ast.walk(node.format_spec)
        if isinstance(part, ast.Constant) and str(part.value).endswith("%")
    }
    assert formats == set()
