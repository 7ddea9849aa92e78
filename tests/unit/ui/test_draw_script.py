"""The Draw page's script, without a browser. With a trained network it starts a process: see the browser's tests."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.data import DATASETS
from cnn_builder.data.sets.user_drawings import OwnDrawings
from cnn_builder.runs import LocalLauncher, Run, RunSettings, ServiceClient, Store, Supervisor
from cnn_builder.settings import Settings
from cnn_builder.ui.shared.sketch import Sample, Sketch
from cnn_builder.ui.shared.user_pictures import label, usable_runs
from tests.support.paths import APP


def ended(store: Store, status: str, seed: int, preset: str = "L2", dataset: str = "digits") -> Run:
    made = store.create_run(PRESETS[preset].architecture, dataset, RunSettings(seed=seed))
    claimed = store.claim_next(1)
    assert claimed is not None
    store.begin(made.run_id, 10)
    store.finish(made.run_id, status, None, {"test_accuracy": 0.97} if status == "finished" else None)
    return store.get(made.run_id)


def with_model(run: Run, settings: Settings) -> Run:
    folder = settings.run_folder(run.run_id)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "best.keras").write_bytes(b"a model")
    return run


def test_only_ended_runs_with_a_best_model_can_be_chosen(store: Store, settings: Settings) -> None:
    finished = with_model(ended(store, "finished", 1), settings)
    stopped = with_model(ended(store, "stopped", 2), settings)
    ended(store, "stopped", 3)
    with_model(ended(store, "diverged", 4), settings)
    with_model(store.create_run(PRESETS["L2"].architecture, "digits", RunSettings(seed=5)), settings)
    assert [run.run_id for run in usable_runs(store.list(), settings)] == [stopped.run_id, finished.run_id]
    assert "97.0\u00a0% test accuracy" in label(finished)
    assert "no test accuracy" in label(stopped)


def draw_page() -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60).run()
    at.switch_page("pages/draw.py").run()
    assert not at.exception
    return at


def test_without_a_run_the_page_says_what_to_do(own_home: Path) -> None:
    at = draw_page()
    assert "No network has been trained yet" in at.info[0].value
    assert [button.label for button in at.button] == ["Train a network now"]


def test_while_the_first_run_trains_the_page_says_so(store: Store) -> None:
    store.create_run(PRESETS["L2"].architecture, "digits", RunSettings())
    assert "being trained" in draw_page().info[0].value


class Answers:
    """The prediction service's answers, without its process; `asked` is set by the first question."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.run_ids: list[str] = []

    def ask(self, header: dict[str, Any]) -> Any:
        self.run_ids.append(header["run_id"])
        self.asked.set()
        return {"settled": False}, {"probabilities": np.full(10, 0.1)}


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    made = Answers()
    monkeypatch.setattr(ServiceClient, "ask", lambda client, header, arrays=None: made.ask(header))
    return made


@pytest.mark.parametrize(("page", "standby"), [("draw", "false"), ("train", "true")])
def test_the_model_is_asked_for_before_the_first_stroke(
    store: Store, settings: Settings, answers: Answers, monkeypatch: pytest.MonkeyPatch, page: str, standby: str
) -> None:
    """On Draw, and on Train as soon as the run has its result, where processes may be kept ready."""
    monkeypatch.setenv("CNN_BUILDER_STANDBY", standby)
    monkeypatch.setattr(Supervisor, "start_thread", lambda self: None)
    monkeypatch.setattr(LocalLauncher, "warm", lambda self: None)
    run = with_model(ended(store, "finished", 1), settings)
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params["run"] = run.run_id
    at.run().switch_page(f"pages/{page}.py").run()
    assert not at.exception
    assert answers.asked.wait(30)
    assert answers.run_ids == [run.run_id]


def test_a_test_image_is_not_saved_among_the_users_drawings(store: Store, settings: Settings, answers: Answers) -> None:
    with_model(ended(store, "finished", 1), settings)
    at = AppTest.from_file(APP, default_timeout=60).run()
    at.session_state["drawing"] = {"sketch": Sketch(source=Sample("digits", np.zeros((28, 28, 1), np.uint8), 3))}
    at.session_state["draw_pad"] = {"keep": {"seq": 1, "label": 3}}
    at.switch_page("pages/draw.py").run()
    assert not at.exception
    assert "test image" in at.session_state["drawing"]["sketch"].kept_words
    assert OwnDrawings(settings.home / "drawings", DATASETS["digits"]).names() == []


def test_photos_are_taken_in_the_open_and_drawings_are_drawn(
    store: Store, settings: Settings, answers: Answers
) -> None:
    photos = with_model(ended(store, "finished", 1, "CIFAR-small", "cifar10"), settings)
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params["run"] = photos.run_id
    at.run().switch_page("pages/draw.py").run()
    assert "Classify a picture" not in [expander.label for expander in at.expander]
    assert at.get("file_uploader") and not at.get("camera_input")
    at.segmented_control(key="draw_way").set_value("Camera").run()
    assert at.get("camera_input") and not at.get("file_uploader")
    assert at.session_state["drawing"]["sketch"].reading.title == "Choose a picture"
