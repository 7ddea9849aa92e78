"""What came of tests, for the pages of docs/ that tell it."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

import pytest

NO_TEST = "no test"


class Outcomes:
    """What came of each test case: a plugin of pytest."""

    def __init__(self) -> None:
        self.cases: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self.cases[report.nodeid] = report.outcome


def run_tests(tests: Iterable[str]) -> tuple[int, dict[str, str]]:
    """Run tests, each `file::test`, one after the other; pytest's exit code, and the outcome of each case."""
    outcomes = Outcomes()
    code = pytest.main(["-q", "-n", "0", "-p", "no:cacheprovider", *sorted(set(tests))], plugins=[outcomes])
    return int(code), outcomes.cases


def of_test(test: str, cases: dict[str, str], part: str = "") -> Counter[str]:
    """How often each outcome came of a test, or of its cases whose names begin with `part`."""
    mine = (outcome for name, outcome in cases.items() if name.partition("[")[0] == test and f"[{part}" in f"{name}[")
    return Counter(mine) or Counter([NO_TEST])


def cell(found: Counter[str]) -> str:
    """A table's cell: how many passed, or what did not."""
    bad = {outcome: count for outcome, count in found.items() if outcome != "passed"}
    return ", ".join(f"**{count} {outcome}**" for outcome, count in bad.items()) or f"passed: {found['passed']}"


def read_cell(text: str) -> Counter[str]:
    """What a cell says."""
    bad = re.findall(r"\*\*(\d+) ([^*]+)\*\*", text)
    return Counter({outcome: int(count) for count, outcome in bad} or {"passed": int(text.removeprefix("passed: "))})


def by_file(tests: Iterable[str]) -> str:
    """Tests in Markdown, each once, under their files."""
    files: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for test in tests:
        file, name = test.split("::")
        files[file][name] = None
    return "; ".join(f"`{file}`: {', '.join(f'`{name}`' for name in names)}" for file, names in files.items())
