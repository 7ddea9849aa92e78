"""Runs the tests of faults and writes docs/faults.md from what came of them: `python -m scripts.faults [FOLDER …]`.

Without folders, all but `tests/cluster`, which needs its servers. What is not run keeps the outcome of its last run.
"""

import ast
import multiprocessing
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.support.faults import FAULTS
from tests.support.outcomes import NO_TEST, cell, of_test, read_cell, run_tests

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "faults.md"
NEEDS_SERVERS = "tests/cluster"
MARK = "pytest.mark.fault"
HEAD = """# Faults

What breaks, what is promised then, and what came of the tests: with real processes, a real disk, a real database. This
page is written by `make faults`, which runs them; `make faults-cluster` runs those that need PostgreSQL and Ray. A test
fails when the page is out of date. The numbers are test cases that passed.

| | Fault | Promise | Tests |
|---|---|---|---|
"""

Tests = dict[str, tuple[int, ...]]
"""The faults of each test, `file::test`."""


def marked(folder: Path = ROOT / "tests") -> Tests:
    """The tests below a folder that are marked with faults, in the order of their files."""
    found: Tests = {}
    for path in sorted(folder.rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.parse(text).body if MARK in text else []:
            for mark in getattr(node, "decorator_list", []):
                if isinstance(mark, ast.Call) and isinstance(node, ast.FunctionDef) and ast.unparse(mark.func) == MARK:
                    test = f"{path.relative_to(folder.parent).as_posix()}::{node.name}"
                    found[test] = tuple(ast.literal_eval(number) for number in mark.args)
    return found


def last_outcomes(text: str) -> dict[str, Counter[str]]:
    """What a page says of each test."""
    rows = re.findall(r"^\| `(tests/[^`]+)` `([^`]+)` \| [^|]* \| ([^|]*) \|$", text, re.MULTILINE)
    return {f"{file}::{name}": read_cell(told) for file, name, told in rows}


def page(tests: Tests, outcomes: dict[str, Counter[str]]) -> str:
    """The whole page, in Markdown."""
    parts = [HEAD]
    for number, fault in FAULTS.items():
        found: Counter[str] = Counter()
        for test, numbers in tests.items():
            if number in numbers:
                found.update(outcomes.get(test, {"not run": 1}))
        parts.append(f"| {number} | {fault.text} | {fault.promise} | {cell(found or Counter([NO_TEST]))} |\n")
    parts.append("\n## The tests\n\n| Test | Faults | Outcome |\n|---|---|---|\n")
    for test, numbers in tests.items():
        file, name = test.split("::")
        told = cell(outcomes.get(test, Counter({"not run": 1})))
        parts.append(f"| `{file}` `{name}` | {', '.join(map(str, numbers))} | {told} |\n")
    return "".join(parts)


def main(folders: Sequence[str]) -> int:
    """Run them and write the page; 1 where a test failed."""
    tests, by_folder = marked(), defaultdict[str, list[str]](list)
    for test in tests:
        folder = "/".join(test.split("/")[:2])
        if folder in folders if folders else folder != NEEDS_SERVERS:
            by_folder[folder].append(test)
    outcomes = last_outcomes(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
    failed = False
    # Folders are kept apart: Chromium's driver and the tests of processes do not go together in one process.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1) as apart:
        for asked, (code, cases) in zip(by_folder.values(), apart.map(run_tests, by_folder.values()), strict=True):
            failed |= code != 0
            outcomes |= {test: of_test(test, cases) for test in asked}
    PAGE.write_text(page(tests, outcomes), encoding="utf-8")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
