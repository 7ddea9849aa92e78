"""The Data page's script, without a browser: bring in, look, edit, use; bad files are told and nothing is kept."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.data import describe
from cnn_builder.data.imports.background import Imports
from cnn_builder.data.imports.importing import ImportOptions
from cnn_builder.data.sets.own.gathering import Gathering
from cnn_builder.data.sets.own.library import OwnDatasets
from cnn_builder.documents.dataset_fit import fitted_to
from cnn_builder.runs import RunSettings, Store
from cnn_builder.settings import Settings
from tests.support.own_data import imported, noise, pictures, png, zipped
from tests.support.paths import APP


def page(name: str | None = None, path: str = "data") -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60)
    at.run()
    at.switch_page(f"pages/{path}.py")
    if name is not None:
        at.query_params["set"] = name
    at.run()
    assert not at.exception
    return at


def text(at: AppTest) -> str:
    return "\n".join(element.value for element in (*at.markdown, *at.caption, *at.error))


def click(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click().run()
    assert not at.exception
    return at


@pytest.fixture(autouse=True)
def imports_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """An import ends before the page is drawn again."""
    start = Imports.start

    def wait(self: Imports, *arguments: object) -> None:
        start(self, *arguments)  # type: ignore[arg-type]
        import threading

        for thread in threading.enumerate():
            if thread.name == "import":
                thread.join()

    monkeypatch.setattr(Imports, "start", wait)


def test_a_zip_is_uploaded_and_shown(own_home: Path, tmp_path: Path) -> None:
    at = page()
    content = zipped(tmp_path / "pets.zip", {**pictures(), "cat/list.txt": b"hello"}).read_bytes()
    at.text_input(key="data-new-name").set_value("pets").run()
    at.file_uploader(key="data-upload").upload("pets.zip", content, "application/zip").run()
    click(at, "data-import")
    assert OwnDatasets(own_home / "datasets").names() == ["pets"]
    assert not list((own_home / "uploads").iterdir())
    shown = page("pets")
    assert "**8 training and 2 test images** of 28×28×1 in 2 classes" in text(shown)
    assert "not a supported picture file" in text(shown) and "1 file was skipped" in [e.label for e in shown.expander]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.zip", b"not a zip at all", "not a zip file"),
        ("a.zip", b"PK\x03\x04" + bytes(40), "not a zip file"),
        ("a.npz", b"PK\x03\x04", "not a zip file|can't be read"),
        ("a.csv", b"0,1,2\n1,2", "expected 2 pixels"),
        ("<script>.csv", b"\xff\xfe", "not a CSV file"),
        ("../../x.csv", b"", "is empty"),
    ],
)
def test_a_bad_upload_is_told_in_words(own_home: Path, name: str, content: bytes, message: str) -> None:
    at = page()
    at.file_uploader(key="data-upload").upload(name, content, "application/octet-stream").run()
    click(at, "data-import")
    plain = at.error[0].value.replace("\\", "")
    assert any(part in plain for part in message.split("|")), plain
    assert OwnDatasets(own_home / "datasets").names() == []
    assert not list((own_home / "uploads").iterdir())


def test_a_folder_on_the_server_is_read(own_home: Path, tmp_path: Path) -> None:
    for name, content in pictures().items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(content)
    at = page()
    at.text_input(key="data-path").set_value(str(tmp_path / "in")).run()
    click(at, "data-import")
    assert describe("My images").train_size == 8


def test_a_name_that_cannot_be_used_is_told(own_home: Path) -> None:
    imported(own_home)
    at = page()
    for name, said in (("a/b", "cannot contain"), ("pets", "already"), ("mnist", "comes with the app")):
        at.text_input(key="data-new-name").set_value(name).run()
        assert said in at.error[0].value.replace("\\", "")
        assert "data-import" not in [button.key for button in at.button]


def test_pictures_are_gathered_class_by_class_and_made_a_data_set(own_home: Path, settings: Settings) -> None:
    gathering = Gathering(settings, "mine")
    for seed in range(8):
        gathering.add(noise(seed, 40, 60), "cat" if seed % 2 else "dog")
    at = page()  # what was gathered is found again after a reload
    assert at.text_input(key="data-new-name").value == "mine"
    at.segmented_control(key="data-way").set_value("Pictures").run()
    assert "**8 gathered** · dog 4 · cat 4" in text(at)
    at.file_uploader[0].upload("more.png", png(noise(9, 50, 50)), "image/png").run()
    at.run()
    assert "**9 gathered**" in text(at)
    at.file_uploader[0].upload("bad.png", b"<svg/>", "image/png").run()
    assert "1 of 1 pictures were not added" in text(at).replace("\\", "")
    click(at, "data-make")
    info = describe("mine")
    assert (info.classes, info.train_size, info.test_size, info.preparation) == (("dog", "cat"), 7, 2, "crop")
    assert not gathering.folder.exists()


def test_classes_are_edited_and_duplicates_removed(own_home: Path) -> None:
    files = pictures(("cat", "dog", "lion"))
    imported(own_home, files={**files, "cat/again.png": files["cat/0.png"], "cat/once more.png": files["cat/0.png"]})
    at = page("pets")
    assert "**2 duplicates** (2 exact, 0 near)" in text(at)
    click(at, "data-deduplicate")
    assert "duplicates**" not in text(page("pets")) and describe("pets").title == "pets (version 2)"
    at = page("pets")
    at.session_state["data-edit"] = True
    at.run()
    at.session_state["data-classes"] = ["cat", "lion"]
    at.text_input(key="data-class-name").set_value("feline").run()
    click(at, "data-do-merge")
    assert describe("pets").classes == ("feline", "dog")


def test_build_follows_the_data_set(own_home: Path) -> None:
    imported(own_home, files=pictures(("a", "b", "c")))
    at = page("pets")
    click(at, "data-use")
    document = at.session_state["document"]
    assert document.dataset == "pets" and document.architecture.layers[-1].units == 3
    colour = fitted_to(PRESETS["L2"].architecture, describe("cifar10"))
    assert colour.input_shape == (32, 32, 3)


def test_a_run_stays_in_every_list_after_its_data_set_was_edited_or_deleted(
    own_home: Path, store: Store, settings: Settings
) -> None:
    info = imported(own_home)
    run = store.create_run(PRESETS["L2"].architecture, info.name, RunSettings())
    store.claim_next(1)
    store.begin(run.run_id, 10)
    store.finish(run.run_id, "finished", None, {"test_accuracy": 0.9})
    OwnDatasets.of(settings).delete("pets")
    for path in ("start", "build", "train", "compare", "draw", "inspect", "data"):
        at = AppTest.from_file(APP, default_timeout=60)
        at.query_params["run"] = run.run_id
        at.run().switch_page(f"pages/{path}.py").run()
        assert not at.exception and not [error.value for error in at.error], path


def test_train_asks_for_another_data_set_where_this_one_is_gone(own_home: Path, settings: Settings) -> None:
    imported(own_home)
    at = page("pets")
    click(at, "data-use")
    OwnDatasets.of(settings).delete("pets")
    document = at.query_params["doc"]
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params["doc"] = document
    at.run().switch_page("pages/train.py").run()
    assert not at.exception
    assert "The data set pets was deleted. Choose another one." in at.error[0].value.replace("\\", "")
    at.selectbox(key="run-dataset").set_value("digits").run()
    assert not at.exception and not any("deleted" in error.value for error in at.error)


def test_a_gathering_keeps_its_images_and_its_limits(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    gathering = Gathering(settings, "mine")
    gathering.add(np.zeros((900, 600), np.uint8), "a")
    found = gathering.look()
    assert found.counts == {"a": 1} and gathering.load(found.files)[0].shape == (512, 341)
    gathering.remove_last()
    assert gathering.look().files == ()
    monkeypatch.setattr("cnn_builder.data.sets.own.gathering.MAX_GATHERED", 0)
    with pytest.raises(Exception, match="which is the limit"):
        gathering.add(noise(1), "a")
    assert ImportOptions().form.fit == "crop"
