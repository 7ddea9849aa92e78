"""The Draw page's script, without a browser. With a trained network it starts a process: see the browser's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.runs import Run, RunSettings, Store
from cnn_builder.settings import Settings
from cnn_builder.ui.drawing import label, readable

APP = str(Path(__file__).resolve().parents[2] / "app.py")


@pytest.fixture
def settings(own_home: Path) -> Settings:
    return Settings(home=own_home)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings) as opened:
        yield opened


def ended(store: Store, status: str, seed: int) -> Run:
    made = store.create_run(PRESETS["L2"].architecture, "digits", RunSettings(seed=seed))
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
    assert [run.run_id for run in readable(store.list(), settings)] == [stopped.run_id, finished.run_id]
    assert "97.0\u00a0% of test images right" in label(finished)
    assert "stopped early" in label(stopped)


def draw_page() -> AppTest:
    at = AppTest.from_file(APP, default_timeout=30).run()
    at.switch_page("pages/draw.py").run()
    assert not at.exception
    return at


def test_without_a_run_the_page_says_what_to_do(own_home: Path) -> None:
    at = draw_page()
    assert "Train one" in at.info[0].value
    assert [link.proto.label for link in at.get("page_link")] == ["Go to Train"]


def test_while_the_first_run_trains_the_page_says_so(store: Store) -> None:
    store.create_run(PRESETS["L2"].architecture, "digits", RunSettings())
    assert "being trained" in draw_page().info[0].value
