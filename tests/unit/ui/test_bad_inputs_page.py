"""Bad files on the pages: each is told in one line, the user's work stays, and nothing is kept."""

import threading
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.architecture.layers.dense import Dense
from cnn_builder.data.imports.background import Imports
from cnn_builder.data.sets.own.library import OwnDatasets
from cnn_builder.documents.autosave import DocumentStore
from cnn_builder.documents.document import Document
from tests.support.bad_networks import bad_networks
from tests.support.own_data import noise, png
from tests.support.paths import APP
from tests.unit.data.test_bad_data import PICTURES, REFUSED

L1 = PRESETS["L1"].architecture
DOC = DocumentStore.new_id()


def told(at: AppTest) -> str:
    assert not at.exception
    return " ".join(error.value for error in at.error).replace("\\", "")


def test_build_says_what_is_wrong_with_a_file_and_keeps_the_network(own_home: Path) -> None:
    documents = DocumentStore(own_home / "documents")
    documents.save(DOC, Document.of(L1, "digits"))
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params["doc"] = DOC
    at.run().switch_page("pages/build.py").run()
    at.selectbox(key="bar-preset").set_value("Paste Keras code").run()
    wrong = {}
    for bad in bad_networks():
        at.file_uploader(key="code-upload").set_value((bad.name, bad.content, "application/octet-stream")).run()
        found = told(at)
        if bad.said not in found or "Something went wrong" in found or len(found) > 1_000:
            wrong[f"{bad.line}: {bad.words}"] = found
    assert wrong == {}
    kept = documents.load(DOC)
    assert kept is not None and kept.architecture == L1


@pytest.fixture
def imports_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """An import ends before the page is drawn again."""
    start = Imports.start

    def wait(self: Imports, *arguments: object) -> None:
        start(self, *arguments)  # type: ignore[arg-type]
        for thread in threading.enumerate():
            if thread.name == "import":
                thread.join()

    monkeypatch.setattr(Imports, "start", wait)


def data_page() -> AppTest:
    return AppTest.from_file(APP, default_timeout=60).run().switch_page("pages/data.py").run()


def test_data_says_what_is_wrong_with_a_file_and_keeps_nothing(
    own_home: Path, tmp_path: Path, imports_at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNN_BUILDER_IMPORT_LIMIT_MB", "5")
    at, wrong = data_page(), {}
    for number, (name, (make, _)) in enumerate(REFUSED.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = make(folder)
        if not path.exists():
            continue  # a path to nothing is typed, not uploaded
        files = [(file.name, file.read_bytes(), "application/octet-stream") for file in sorted(folder.iterdir())]
        at.file_uploader(key="data-upload").set_value(files).run()
        at.button(key="data-import").click().run()
        found = told(at)
        if not found or "Something went wrong" in found or "The import failed" in found or len(found) > 1_000:
            wrong[name] = found
    assert wrong == {}
    assert OwnDatasets(own_home / "datasets").names() == []
    assert not list((own_home / "uploads").iterdir())


def test_data_says_which_pictures_were_not_added(own_home: Path) -> None:
    at = data_page()
    at.segmented_control(key="data-way").set_value("Pictures").run()
    at.text_input(key="data-class").set_value("cat").run()
    for name, (content, reason) in PICTURES.items():
        at.file_uploader[0].upload("x.png", content, "image/png").run()
        assert not at.exception, name
        shown = " ".join(element.value for element in (*at.error, *at.toast, *at.warning)).replace("\\", "")
        assert reason is None or "not added" in shown or "only 1×1" in shown or reason in shown, (name, shown)
        assert "Something went wrong" not in shown, name
    at.file_uploader[0].upload("good.png", png(noise(1)), "image/png").run()
    assert not at.exception


def test_train_says_what_a_huge_layer_needs(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_BUILDER_MEMORY_LIMIT_MB", "8000")
    huge = L1.replace(4, Dense(units=200_000_000))
    DocumentStore(own_home / "documents").save(DOC, Document.of(huge, "digits"))
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params["doc"] = DOC
    at.run().switch_page("pages/train.py").run()
    assert "the limit is 8.0 GB" in told(at)
    assert at.button(key="train").disabled
