"""The Status page and `/metrics`: who sees them, and what they show."""

import os
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.runs import RunSettings, Store
from cnn_builder.runs.workers import processes
from cnn_builder.ui.metrics_route import answer_scrape, is_this_machine
from cnn_builder.ui.status import access
from tests.support.paths import APP


def status_page() -> AppTest:
    return AppTest.from_file(APP, default_timeout=60).switch_page("pages/status.py").run()


def html(at: AppTest) -> str:
    return "\n".join(element.proto.body for element in at.get("html"))


def busy(store: Store) -> list[str]:
    made = [store.create_run(PRESETS[name].architecture, "digits", RunSettings()).run_id for name in ("L1", "LeNet-5")]
    store.claim_next(1)
    store.set_process(made[0], os.getpid(), processes.process_started(os.getpid()) or 0.0)
    store.begin(made[0], 10)
    return made


def test_one_trains_and_one_waits(store: Store) -> None:
    made = busy(store)
    at = status_page()
    shown = html(at)
    assert not at.exception and not at.error and not at.warning
    assert "<span>Training</span> <b>1</b> <small>of at most 1</small>" in shown
    assert "<span>Waiting</span> <b>1</b>" in shown
    trains, waits = shown.index(made[0]), shown.index(made[1])
    assert '<th scope="row">trains</th>' in shown[:trains] and '<th scope="row">1</th>' in shown[trains:waits]
    assert f'<th scope="row">training</th><td class="number">{os.getpid()}</td>' in shown
    assert "not running" in shown  # the prediction service
    assert "Streamlit" in at.caption[-1].value.title()


def test_where_files_are_kept_for_all_and_that_it_is_away(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNN_BUILDER_ARTIFACTS", str(tmp_path / "url"))
    at = status_page()
    assert "artifacts" in at.caption[-1].value and not at.warning
    (tmp_path / "url" / "reachable").unlink()
    (tmp_path / "url").rmdir()
    (tmp_path / "url").write_text("a file in its place")
    assert "cannot be reached" in status_page().warning[0].value


def test_names_are_shown_as_they_are(store: Store) -> None:
    store.rename(busy(store)[1], "<b>*mine*</b>")
    assert "&lt;b&gt;*mine*&lt;/b&gt;" in html(status_page())


def test_what_needs_a_look_stands_at_the_top(store: Store) -> None:
    store.note(busy(store)[0], "not responding")
    (warning,) = status_page().warning
    assert "not responding" in warning.value


def test_nothing_trains(store: Store) -> None:
    assert any("No run trains or waits." in caption.value for caption in status_page().caption)


def test_who_may_not_see_it_sees_nothing_of_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "may_see_status", lambda: False)
    at = status_page()
    assert [info.value for info in at.info] == ["Only an administrator sees this page."]
    assert "cnn-status-numbers" not in html(at)


def test_a_store_that_is_away_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_BUILDER_STORE", "sqlite:////proc/nowhere/runs.sqlite")
    at = status_page()
    assert not at.exception and "store" in at.error[0].value
    assert answer_scrape("127.0.0.1").status_code == 503


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.1", True), ("10.0.0.7", False), ("", False), ("me", False)],
)
def test_metrics_are_for_this_machine(host: str, is_ours: bool, store: Store) -> None:
    assert is_this_machine(host) is is_ours
    answer = answer_scrape(host)
    assert answer.status_code == (200 if is_ours else 403)
    assert (b"cnn_builder_runs" in answer.body) is is_ours


def test_metrics_for_everybody_are_a_setting(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    busy(store)
    monkeypatch.setenv("CNN_BUILDER_METRICS", "open")
    answer = answer_scrape("10.0.0.7")
    assert answer.status_code == 200 and b'cnn_builder_runs{status="queued"} 1\n' in answer.body
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
