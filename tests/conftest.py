"""What holds for every test: a home of its own, markers by folder, and no silent skips in CI."""

import os
from collections.abc import Generator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings

# A busy machine must not fail a test: what takes long is measured in benchmarks.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

TESTS = Path(__file__).parent
BY_FOLDER = ("browser", "process", "oracle")
# They need a server that `make test-cluster` starts.
collect_ignore = [] if os.environ.get("CNN_BUILDER_TEST_STORE") else ["cluster"]
IN_CI = os.environ.get("CI", "").lower() in ("1", "true")

# Session fixtures run before the per-test one below: they too must never reach the developer's own runs.
_session_home = TemporaryDirectory(prefix="cnn-builder-tests-", ignore_cleanup_errors=True)
os.environ["CNN_BUILDER_HOME"] = _session_home.name
os.environ.setdefault("CNN_BUILDER_CALIBRATE", "false")  # the measurement would slow down what is tested


def data_folder() -> Path | None:
    """The folder of full image sets, if there is one."""
    named = os.environ.get("CNN_BUILDER_DATA")
    return Path(named) if named and Path(named).is_dir() else None


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A CNN_BUILDER_HOME for this test alone."""
    home = tmp_path / "cnn_builder_home"
    monkeypatch.setenv("CNN_BUILDER_HOME", str(home))
    return home


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        if folder in BY_FOLDER:
            item.add_marker(folder)
        if item.get_closest_marker("mnist") and data_folder() is None:
            item.add_marker(pytest.mark.skip(reason="CNN_BUILDER_DATA names no folder with the full image sets"))


def may_not_skip(markers: set[str], reason: str) -> bool:
    """In CI the browser tests always run, and the tests on full image sets run where those are at hand."""
    if not IN_CI:
        return False
    needs_data = "mnist" in markers or "CNN_BUILDER_DATA" in reason
    return "browser" in markers or (needs_data and data_folder() is not None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr)
        if may_not_skip({mark.name for mark in item.iter_markers()}, reason):
            report.outcome = "failed"
            report.longrepr = f"May not be skipped in CI: {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.outcome == "skipped":
        reason = str(report.longrepr)
        markers = {"browser"} if TESTS / "browser" in collector.path.parents else set()
        if may_not_skip(markers, reason):
            report.outcome = "failed"
            report.longrepr = f"May not be skipped in CI: {reason}"
    return report
