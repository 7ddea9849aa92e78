"""Each promise about bad inputs has its tests, and the page that says whether they passed is that of these tests."""

import ast
import re

import pytest

from scripts import bad_inputs
from tests.support.bad_inputs import PROMISES, WAYS
from tests.support.paths import ROOT


def written() -> str:
    return bad_inputs.PAGE.read_text(encoding="utf-8")


def test_every_promise_is_tested_each_way_or_says_why_not() -> None:
    assert list(PROMISES) == list(range(1, len(PROMISES) + 1)) and len(PROMISES) >= 28
    for number, promise in PROMISES.items():
        assert set(promise.tests) <= set(WAYS), number
        assert {"page", "command line"} <= set(promise.tests) or promise.only, number


@pytest.mark.parametrize("number", PROMISES)
def test_its_tests_are_there(number: int) -> None:
    for way in WAYS:
        for test, _ in bad_inputs.tests_of(PROMISES[number], way):
            file, name = test.split("::")
            tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
            assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, test


def test_the_page_is_of_these_tests_and_all_passed() -> None:
    """Else run `make bad-inputs`."""
    rows = re.findall(r"^\| (\d+) \| .* \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$", written(), re.MULTILINE)
    cells = {(int(row[0]), way): cell for row in rows for way, cell in zip(WAYS, row[1:], strict=True)}
    assert bad_inputs.page(cells) == written()
    for (number, way), cell in cells.items():
        assert re.fullmatch(r"passed: \d+", cell) if way in PROMISES[number].tests else cell == "–", (number, way)


def test_a_case_is_counted_for_its_own_promise_only() -> None:
    cases = {"tests/a.py::t[1: x]": "passed", "tests/a.py::t[11: x]": "failed", "tests/a.py::u": "passed"}
    one = bad_inputs.Promise("", "", {"page": ("tests/a.py::t~1: ", "tests/a.py::u"), "reader": ("tests/a.py::t",)})
    assert bad_inputs.counted(one, "page", cases) == "passed: 2"
    assert bad_inputs.counted(one, "reader", cases) == "**1 failed**"
    assert bad_inputs.counted(one, "command line", cases) == "–"
