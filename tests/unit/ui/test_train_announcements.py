"""What screen readers are told of a run, and which run is brought into view."""

import dataclasses
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.documents.autosave import DocumentStore
from cnn_builder.documents.document import Document
from cnn_builder.runs import LocalLauncher, Run, RunSettings, Store, Supervisor
from cnn_builder.ui.train.announcements import phase_words
from tests.support.build_app import shown
from tests.support.paths import APP

DOC = "0123456789abcdef"


@pytest.fixture
def page(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("CNN_BUILDER_STANDBY", "false")
    monkeypatch.setattr(Supervisor, "start_thread", lambda self: None)
    monkeypatch.setattr(LocalLauncher, "warm", lambda self: None)
    DocumentStore(own_home / "documents").save(DOC, Document.of(PRESETS["LeNet-5"].architecture, "digits"))
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params["doc"] = DOC
    return at.run().switch_page("pages/train.py").run()


def region(page: AppTest) -> dict[str, str]:
    return shown(page.run(), "status")


def test_start_and_end_of_a_run_are_told_once_each(page: AppTest, store: Store) -> None:
    page.button("train").click().run()
    (run,) = store.list()
    assert region(page)["text"].startswith("Training of LeNet-5 was requested")
    store.claim_next(1)
    store.begin(run.run_id, 205)
    assert region(page)["text"] == "Training of LeNet-5 has started."
    store.request_stop(run.run_id)
    assert region(page)["text"] == "Training of LeNet-5 has started."
    store.finish(run.run_id, "crashed", "process gone")
    assert region(page)["text"].startswith("Training of LeNet-5 has failed: process gone")


def test_only_a_run_that_was_started_here_is_brought_into_view(page: AppTest, store: Store) -> None:
    other = store.create_run(PRESETS["L1"].architecture, "digits", RunSettings())
    page.query_params["run"] = other.run_id
    assert region(page) == {"text": "", "reveal": ".st-key-run-status", "token": ""}
    page.button("train").click().run()
    first = region(page)["token"]
    assert first and region(page)["token"] == first
    run = next(run for run in store.list() if run.run_id != other.run_id)
    store.claim_next(2)
    store.claim_next(2)
    store.finish(run.run_id, "crashed", "process gone")
    page.run().button("resume").click().run()
    assert region(page)["token"] not in ("", first)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": "finished", "test_accuracy": 0.98}, "Training of L2 has finished: 5 epochs. Test accuracy 0.9800."),
        ({"status": "stopped"}, "Training of L2 was stopped: 5 epochs."),
        ({"status": "diverged"}, "Training of L2 has failed: 5 epochs."),
        ({"status": "interrupted"}, "Training of L2 has failed: 5 epochs."),
    ],
)
def test_every_end_in_words(changes: dict[str, object], words: str) -> None:
    run = Run("abc12345", "L2", "running", None, "digits", PRESETS["L2"].architecture, RunSettings(), 1, 0.0)
    assert phase_words(dataclasses.replace(run, **changes), "5 epochs.") == words  # type: ignore[arg-type]
