"""A model from elsewhere on the pages: kept as a run from Build and Train, trained further on Train."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS, Architecture
from cnn_builder.runs import NO_DATASET, Imported, Run, Store
from cnn_builder.runs.run_files import BEST, INITIAL
from cnn_builder.settings import Settings
from cnn_builder.ui.shared import model_import
from tests.support import model_files as made
from tests.support.paths import APP

NETWORK = PRESETS["L1"].architecture
Import = Callable[..., Run]


def imported(store: Store, settings: Settings, network: Architecture = NETWORK, dataset: str = NO_DATASET) -> Run:
    def place(run_id: str) -> None:
        settings.run_folder(run_id).mkdir(parents=True)
        (settings.run_folder(run_id) / BEST).write_bytes(b"their weights")

    found = Imported("theirs.keras", "0" * 64, "3.15.1")
    return store.add_imported(network, dataset, found, {"evaluation": {"images": 360}}, place, "Theirs")


@pytest.fixture
def no_reading(store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Keeps a model without reading or testing it; the data sets that it was to be tested on."""
    asked: list[str | None] = []

    def keep(path: Path, store: Store, settings: Settings, dataset: str | None = None, **_: object) -> Run:
        asked.append(dataset)
        return imported(store, settings, dataset=dataset or NO_DATASET)

    monkeypatch.setattr(model_import, "import_model", keep)
    return asked


def page(name: str) -> AppTest:
    return AppTest.from_file(APP, default_timeout=60).run().switch_page(f"pages/{name}.py").run()


def upload(at: AppTest, key: str, content: bytes) -> None:
    at.file_uploader(key=key).set_value(("theirs.keras", content, "application/octet-stream")).run()
    assert not at.exception


def test_a_file_opened_on_build_is_kept_as_a_run(no_reading: list[str | None], store: Store, tmp_path: Path) -> None:
    at = page("build")
    at.selectbox(key="bar-preset").set_value("Paste Keras code").run()
    upload(at, "code-upload", made.keras_file(tmp_path / "a.keras").read_bytes())
    assert any("holds a trained model" in shown.value for shown in at.markdown)
    at.selectbox(key="import-data-build").set_value("digits").run()
    at.button(key="import-go-build").click().run()
    assert not at.exception
    (run,) = store.list()
    assert (run.origin, run.dataset, no_reading) == ("imported", "digits", ["digits"])
    assert run.run_id in at.query_params["run"]  # the page shows it


def test_the_offer_on_build_can_be_closed(no_reading: list[str | None], store: Store, tmp_path: Path) -> None:
    at = page("build")
    at.selectbox(key="bar-preset").set_value("Paste Keras code").run()
    upload(at, "code-upload", made.keras_file(tmp_path / "a.keras").read_bytes())
    at.button(key="model-offer-close").click().run()
    assert not any("holds a trained model" in shown.value for shown in at.markdown) and store.list() == []


def test_a_file_is_kept_as_a_run_on_train(no_reading: list[str | None], store: Store) -> None:
    at = page("train")
    upload(at, "import-file-0", b"a model")
    at.button(key="import-go-train").click().run()
    (run,) = store.list()
    assert run.run_id in at.query_params["run"] and "Theirs was imported" in at.toast[0].value
    assert at.file_uploader(key="import-file-1").value is None  # empty again


def test_an_imported_model_is_trained_further(store: Store, settings: Settings) -> None:
    before = imported(store, settings, dataset="digits")
    at = page("train")
    at.query_params["run"] = before.run_id
    at.run()
    at.number_input(key="run-epochs").set_value(3).run()
    at.button(key="train-further").click().run()
    assert not at.exception and not at.error
    new = store.list(1)[0]
    assert new.run_id != before.run_id and (new.status, new.dataset, new.settings.epochs) == ("queued", "digits", 3)
    assert new.architecture == NETWORK and new.run_id in at.query_params["run"]
    assert (settings.run_folder(new.run_id) / INITIAL).read_bytes() == b"their weights"


def test_without_a_data_set_there_is_nothing_to_train_further_on(store: Store, settings: Settings) -> None:
    at = page("train")
    at.query_params["run"] = imported(store, settings).run_id
    at.run()
    assert at.button(key="train-further").disabled


def test_a_bad_model_is_told_on_both_pages_and_nothing_is_kept(store: Store, tmp_path: Path) -> None:
    """Read as it is, in its own process; the network alone is sound, so that Build opens it."""
    bad = made.keras_file(tmp_path / "a.keras", change=lambda file: file.__delitem__("layers/conv2d")).read_bytes()
    train = page("train")
    upload(train, "import-file-0", bad)
    build = page("build")
    build.selectbox(key="bar-preset").set_value("Paste Keras code").run()
    upload(build, "code-upload", bad)
    for at, key in ((train, "import-go-train"), (build, "import-go-build")):
        at.button(key=key).click().run()
        assert not at.exception and "Layer 1 (Conv2D" in at.error[0].value.replace("\\", "")
    assert store.list() == []
