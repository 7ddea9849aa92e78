"""Each promise about faults has its tests, and the page that says whether they passed is that of these tests."""

from collections import Counter
from pathlib import Path

import pytest

from scripts import faults
from tests.support.faults import FAULTS

TESTS = faults.marked()


@pytest.mark.parametrize("number", FAULTS)
def test_every_promise_has_a_test(number: int) -> None:
    assert any(number in numbers for numbers in TESTS.values())


def test_numbers_stay_and_no_test_is_marked_with_another() -> None:
    assert list(FAULTS) == list(range(1, len(FAULTS) + 1)) and len(FAULTS) >= 20
    assert {number for numbers in TESTS.values() for number in numbers} == set(FAULTS)
    assert all(len(test.split("/")) > 2 for test in TESTS)  # each is in a folder, by which they are run


def test_the_page_is_of_these_tests_and_all_passed() -> None:
    """Else run `make faults`, and `make faults-cluster` for those of tests/cluster."""
    written = faults.PAGE.read_text(encoding="utf-8")
    outcomes = faults.last_outcomes(written)
    assert faults.page(TESTS, outcomes) == written
    for test in TESTS:
        assert set(outcomes[test]) == {"passed"}, test


def test_what_is_not_run_keeps_its_outcome() -> None:
    tests: faults.Tests = {"tests/a/test_b.py::test_c": (1, 2), "tests/a/test_b.py::test_d": (2,)}
    outcomes = {
        "tests/a/test_b.py::test_c": Counter(passed=3),
        "tests/a/test_b.py::test_d": Counter(failed=1, skipped=2),
    }
    written = faults.page(tests, outcomes)
    assert faults.last_outcomes(written) == outcomes
    rows = written.splitlines()
    assert [row.rpartition(" | ")[2] for row in rows if row.startswith(("| 1 |", "| 2 |", "| 3 |"))] == [
        "passed: 3 |", "**1 failed**, **2 skipped** |", "**1 no test** |",
    ]  # fmt: skip


def test_marks_are_found_above_other_decorators_and_below(tmp_path: Path) -> None:
    folder = tmp_path / "tests" / "process"
    folder.mkdir(parents=True)
    (folder / "test_x.py").write_text(
        "import pytest\n@pytest.mark.fault(3, 4)\n@pytest.mark.parametrize('a', [1])\ndef test_a(a): ...\n"
        "@pytest.mark.mnist\n@pytest.mark.fault(5)\ndef test_b(): ...\ndef test_c(): ...\n"
    )
    assert faults.marked(tmp_path / "tests") == {
        "tests/process/test_x.py::test_a": (3, 4), "tests/process/test_x.py::test_b": (5,),
    }  # fmt: skip
