"""Runs the tests of bad inputs and writes docs/bad-inputs.md from what came of them: `python -m scripts.bad_inputs`."""

import sys
from collections import Counter
from itertools import groupby
from pathlib import Path

from tests.support.bad_inputs import PROMISES, WAYS, Promise
from tests.support.outcomes import by_file, cell, of_test, run_tests

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "bad-inputs.md"
HEAD = """# Bad inputs

Each gets a clear error in one line, nothing is lost, and nothing in it is run. The limits stand in
`cnn_builder/limits.py`. This page is written by `make bad-inputs`, which runs the tests; a test fails when it is out of
date. "Reader" is the function that the page and the command line both use. The numbers are test cases that passed; a
test of a page may send many files and is one.
"""


def tests_of(promise: Promise, way: str) -> list[tuple[str, str]]:
    """The tests as `file::test` and the part of a case's name that belongs to the promise."""
    split = (test.partition("~") for test in promise.tests.get(way, ()))
    return [(test if test.startswith("tests/") else f"tests/unit/{test}", part) for test, _, part in split]


def counted(promise: Promise, way: str, cases: dict[str, str]) -> str:
    """A cell: how many passed, or what failed."""
    found: Counter[str] = Counter()
    for test, part in tests_of(promise, way):
        found.update(of_test(test, cases, part))
    return cell(found) if found else "–"


def page(cells: dict[tuple[int, str], str]) -> str:
    """The whole page, in Markdown."""
    parts = [HEAD]
    for group, promises in groupby(PROMISES.items(), key=lambda item: item[1].group):
        parts.append(f"\n## {group}\n\n| | Bad input | {' | '.join(way.capitalize() for way in WAYS)} |\n")
        parts.append(f"|---|---|{'---|' * len(WAYS)}\n")
        for number, promise in promises:
            text = f"{promise.text}{f' ({promise.only})' if promise.only else ''}".replace("|", "\\|")
            parts.append(f"| {number} | {text} | {' | '.join(cells[number, way] for way in WAYS)} |\n")
    parts.append("\n## The tests\n\n")
    for number, promise in PROMISES.items():
        tests = (test for way in WAYS for test, _ in tests_of(promise, way))
        parts.append(f"- {number}: {by_file(tests)}\n")
    return "".join(parts)


def main() -> int:
    """Run them and write the page; 1 where a test failed."""
    code, cases = run_tests(test for promise in PROMISES.values() for way in WAYS for test, _ in tests_of(promise, way))
    cells = {(number, way): counted(one, way, cases) for number, one in PROMISES.items() for way in WAYS}
    PAGE.write_text(page(cells), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main())
