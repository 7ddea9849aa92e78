"""The lessons' text in the app: every lesson has one, and its network opens it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.documents.autosave import DocumentStore
from cnn_builder.documents.document import Document
from cnn_builder.runs import RunSettings, Store
from cnn_builder.runs.settings.lessons import LESSONS
from cnn_builder.ui.shared.first_run import PRESET, SETTINGS
from cnn_builder.ui.shared.lesson_text import lesson_text, text_file
from tests.support.paths import APP

Open = Callable[[str, str], AppTest]


@pytest.fixture
def opened(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Opens a page on a preset."""
    monkeypatch.delenv("CNN_BUILDER_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(own_home))

    def open_page(name: str, preset: str) -> AppTest:
        DocumentStore(own_home / "documents").save("a" * 12, Document.of(PRESETS[preset].architecture, "digits"))
        at = AppTest.from_file(APP, default_timeout=60)
        at.query_params["doc"] = "a" * 12
        at.run().switch_page(f"pages/{name}.py").run()
        assert not at.exception
        return at

    return open_page


@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_has_a_text_without_what_markdown_does_not_show(name: str) -> None:
    text = lesson_text(name, text_file())
    assert text is not None and text.title.startswith(f"{name}: ")
    told = "\n".join(part for _, part in text.parts)
    assert f"cnn_builder train {name}" in told and "| epoch |" in told
    assert "![" not in told and "<details>" not in told and "\n## " not in told
    assert "Its shapes and parameters" in [summary for summary, _ in text.parts]


def test_a_text_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert lesson_text("L1", tmp_path / "missing.md") is None
    assert lesson_text("L9", text_file()) is None
    installed = tmp_path / "web" / "docs" / "lessons.md"
    installed.parent.mkdir(parents=True)
    installed.write_text("## L1: a first network\n\nText.\n", encoding="utf-8")
    text = lesson_text("L1", text_file(tmp_path))
    assert text is not None and text.parts == (("", "Text."),)


@pytest.mark.parametrize(("page", "key"), [("build", "bar-lesson"), ("train", "read-lesson")])
def test_the_text_opens_beside_the_lessons_network(opened: Open, page: str, key: str) -> None:
    at = opened(page, "L1")
    at.button(key).click().run()
    assert not at.exception
    assert any("MNIST's 60,000 digits." in element.value for element in at.markdown)
    other = opened(page, "LeNet-5")
    assert key not in [button.key for button in other.button]


def test_the_first_lesson_is_one_click_from_the_first_run(opened: Open, store: Store) -> None:
    run = store.create_run(PRESET.architecture, "mnist_sample", RunSettings(**SETTINGS.model_dump()))
    store.claim_next(1)
    store.finish(run.run_id, "finished", None, {"test_accuracy": 0.99})
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params["run"] = run.run_id
    at.run()
    at.button("start-lesson").click().run()
    assert not at.exception and at.title[0].value == "Learn"
    assert at.header[0].value == "What the layers do" and at.query_params["lesson"] in ("L1", ["L1"])
