"""The Train page without a browser: form, problems, the run that is made, and the words beside the curves."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.figures.curves import MAX_POINTS, curve_rows
from cnn_builder.runs import LocalLauncher, Metric, Run, RunSettings, Store, StoreBusy, Supervisor
from cnn_builder.ui.components.curves import ANSWERS, next_rows
from cnn_builder.ui.live import progress
from cnn_builder.ui.run_result import samples_html, score_words

APP = Path(__file__).resolve().parents[2] / "app.py"


@pytest.fixture
def store(own_home: Path) -> Iterator[Store]:
    own_home.mkdir(parents=True, exist_ok=True)
    with Store(f"sqlite:///{own_home / 'runs.sqlite'}") as opened:
        yield opened


@pytest.fixture
def page(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("CNN_BUILDER_STANDBY", "false")
    monkeypatch.setattr(Supervisor, "start_thread", lambda self: None)
    monkeypatch.setattr(LocalLauncher, "warm", lambda self: None)
    monkeypatch.delenv("CNN_BUILDER_DATA", raising=False)
    opened = AppTest.from_file(str(APP), default_timeout=20).run()
    opened.switch_page("pages/train.py").run()
    if opened.selectbox("run-dataset").value != "digits":
        opened.selectbox("run-dataset").select("digits").run()
    return opened


def test_an_empty_page_says_what_to_do(page: AppTest) -> None:
    assert not page.exception
    assert any("press **Train**" in box.value for box in page.info)
    assert not page.button("train").disabled


def test_train_makes_one_run_and_shows_it_by_its_address(page: AppTest, store: Store) -> None:
    page.number_input("run-epochs").set_value(3).run()
    page.button("train").click().run()
    page.button("train").click().run()
    (run,) = store.list()
    assert run.settings.epochs == 3 and run.dataset == "digits"
    assert page.query_params["run"] in (run.run_id, [run.run_id])
    assert page.button("stop")


def test_a_data_sets_limits_come_back_with_it(page: AppTest) -> None:
    page.number_input("run-train_limit").set_value(300).run()
    page.selectbox("run-dataset").select("mnist").run()
    assert page.number_input("run-train_limit").value is None
    page.selectbox("run-dataset").select("digits").run()
    assert page.number_input("run-train_limit").value == 300
    assert not page.exception


def told(page: AppTest) -> list[str]:
    return [box.value.replace("\\", "") for box in page.error]


def test_what_is_typed_just_before_the_click_is_trained(page: AppTest, store: Store) -> None:
    page.number_input("run-epochs").set_value(9)
    page.number_input("run-split").set_value(12.5)
    page.button("train").click().run()
    (run,) = store.list()
    assert (run.settings.epochs, run.settings.validation_split) == (9, 0.125)


def test_what_is_wrong_just_before_the_click_is_told_not_trained(page: AppTest, store: Store) -> None:
    page.number_input("run-train_limit").set_value(5)
    page.button("train").click().run()
    assert page.button("train").disabled and page.error and not store.list()


def test_a_store_that_is_busy_at_the_click_is_told_in_words(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object, **__: object) -> None:
        raise StoreBusy("The store is busy.")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "create_run", busy)
        page.button("train").click().run()
    assert not page.exception and told(page) == ["The store is busy."]
    page.run()
    assert not page.error


def test_a_store_that_is_busy_while_a_run_is_watched_is_told_in_words(
    page: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.button("train").click().run()

    def busy(*_: object, **__: object) -> None:
        raise StoreBusy("The store is busy.")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "events", busy)
        page.run()
        assert not page.exception and told(page) == ["The store is busy."]
    assert not page.run().error


def test_a_blocked_run_is_mended_by_its_button(page: AppTest) -> None:
    page.number_input("run-train_limit").set_value(5).run()
    assert page.button("train").disabled and page.error
    page.button("fix-0").click().run()
    assert not page.button("train").disabled
    assert page.number_input("run-train_limit").value is None


def test_values_survive_another_page(page: AppTest) -> None:
    page.number_input("run-epochs").set_value(9).run()
    page.switch_page("pages/build.py").run()
    page.switch_page("pages/train.py").run()
    assert page.number_input("run-epochs").value == 9


def test_an_unknown_run_is_said(page: AppTest) -> None:
    page.query_params["run"] = "nosuchrun-1"
    page.run()
    assert any("Run not found" in box.value for box in page.warning)
    assert not page.exception


def a_run(**changes: object) -> Run:
    run = Run("abc12345", "L2", "running", None, "digits", PRESETS["L2"].architecture, RunSettings(), 1, 0.0)
    return dataclasses.replace(run, **changes)  # type: ignore[arg-type]


def test_progress_tells_epoch_and_time_left() -> None:
    now = progress(a_run(started=0.0, step=50, total_steps=200, epoch=2), 30.0)
    assert (now.title, now.detail, now.share) == ("Training", "epoch 2 of 5 · 1 min 30 s left", 0.25)


@pytest.mark.parametrize(
    ("changes", "title", "words"),
    [
        ({"status": "queued"}, "Queued", "room"),
        ({"status": "starting"}, "Starting", "TensorFlow"),
        ({"status": "stopping"}, "Stopping", "test score"),
        ({"status": "finished", "seconds": 65.0}, "Finished", "1 min 5 s"),
        ({"status": "stopped", "epoch": 3}, "Stopped", "in epoch 3 of 5"),
        ({"status": "crashed", "reason": "killed (signal 9)"}, "Crashed", "killed (signal 9)"),
        ({"status": "diverged", "reason": "diverged at step 7"}, "Diverged", "smaller learning rate"),
        ({"reason": "not responding"}, "Training", "not responding"),
    ],
)
def test_every_status_in_words(changes: dict[str, object], title: str, words: str) -> None:
    now = progress(a_run(**changes), 1.0)
    assert now.title == title and words in now.detail


def test_rows_stand_at_their_epoch_and_long_lines_are_thinned() -> None:
    rows = [Metric(1, step, "step", 1.0, 0.5, seq=step) for step in range(1, 3 * MAX_POINTS)]
    end = Metric(1, 6000, "epoch", 0.5, 0.8, 0.6, None, seq=3 * MAX_POINTS)
    new = curve_rows([*rows, end], 6000)
    assert len(new.steps) <= MAX_POINTS and new.steps[0][1] == round(1 / 6000, 4)
    assert new.epochs == [(3 * MAX_POINTS, 1.0, 0.8, 0.5, None, 0.6)]
    assert new.last_seq == 3 * MAX_POINTS


def test_the_chart_gets_only_new_rows_and_all_of_them_when_it_asks(store: Store) -> None:
    run = store.create_run(PRESETS["L2"].architecture, "digits", RunSettings())
    feed: dict[str, object] = {}
    store.append(run.run_id, [Metric(1, 1, "step", 1.0, 0.1), Metric(1, 2, "step", 0.9, 0.2)])
    assert [row[0] for row in next_rows(run, store, feed)["steps"]] == [1, 2]
    store.append(run.run_id, [Metric(1, 3, "step", 0.8, 0.3)])
    second = next_rows(run, store, feed)
    assert [row[0] for row in second["steps"]] == [3] and second["after"] == 2
    wanted = {"run": run.run_id, "after": 0, "nonce": 7}
    for _ in range(ANSWERS):  # a busy browser may pass over one
        assert len(next_rows(run, store, feed, wanted)["steps"]) == 3
    assert next_rows(run, store, feed, wanted)["steps"] == []


def test_the_score_says_what_it_is_of() -> None:
    run = a_run(settings=RunSettings(validation_data="test", test_limit=100), best_epoch=2)
    assert score_words(run) == "on 100 test images · also used as validation · best epoch: 2"


def test_class_names_are_escaped() -> None:
    html = samples_html([{"index": 0, "png": "", "actual": "<b>", "predicted": "7"}])
    assert "&lt;b&gt;" in html and "✗" in html
