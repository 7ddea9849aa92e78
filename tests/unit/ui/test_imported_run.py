"""A run that was imported, on every page: it says where it comes from, and nothing is made up."""

import errno
import os
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.architecture.formats import link
from cnn_builder.data import describe
from cnn_builder.figures.report import Reported, report
from cnn_builder.runs import NO_DATASET, Imported, Run, RunSettings, RunStateError, Store
from cnn_builder.runs.image_kind import image_kind
from cnn_builder.runs.results.model_file import digest
from cnn_builder.runs.results.run_labels import differences, status_words
from cnn_builder.runs.results.table import runs_csv, table_row
from cnn_builder.runs.run_files import BEST
from cnn_builder.runs.workers.further import train_further
from cnn_builder.settings import Settings
from cnn_builder.ui import server, state
from cnn_builder.ui.shared import model_import
from cnn_builder.ui.shared.model_import import Upload
from tests.support.paths import APP

NETWORK = PRESETS["L2"].architecture
FILE = Imported("their_model.keras", "0" * 64, "3.15.1")


def kept(store: Store, settings: Settings, dataset: str, key: str | None = None) -> Run:
    """An imported run; with a data set it was tested on it."""

    def place(run_id: str) -> None:
        settings.run_folder(run_id).mkdir(parents=True)
        (settings.run_folder(run_id) / BEST).write_bytes(b"a model")

    score = {"test_accuracy": 0.9, "test_loss": 0.3} if dataset else {}
    result = {**score, "evaluation": {"images": 360} if dataset else {"model": {"verified": False, "reason": "none"}}}
    return store.add_imported(NETWORK, dataset, FILE, result, place, key=key)


@pytest.fixture(params=["digits", NO_DATASET])
def run(request: pytest.FixtureRequest, store: Store, settings: Settings) -> Run:
    return kept(store, settings, request.param)


def test_it_is_a_finished_run_that_says_where_it_comes_from(run: Run, store: Store, settings: Settings) -> None:
    assert store.get(run.run_id) == run and run.imported == FILE
    assert (run.status, run.origin, status_words(run), run.epoch) == ("finished", "imported", "imported", 0)
    assert [event.text for event in store.events(run.run_id)] == ["Imported from their_model.keras (Keras 3.15.1)"]
    assert len(image_kind(run).classes) == 10 and image_kind(run).input_shape == (28, 28, 1)
    assert digest(settings.run_folder(run.run_id) / BEST)
    other = kept(store, settings, run.dataset)
    assert len(set(differences([run, other]).values())) == 2


def test_its_settings_are_not_made_up(run: Run, store: Store) -> None:
    row = table_row(run)
    assert (row.optimizer, row.learning_rate, row.epochs, row.seed, row.origin) == (None, None, None, None, "imported")
    line = runs_csv([run], store.events).splitlines()[1]
    assert "Adam" not in line and "Imported from their_model.keras" in line
    page = report(Reported(run, [], None, store.events(run.run_id)))
    assert "imported" in page and "Adam" not in page and "<h2>Settings" not in page and "<h2>Keras code" not in page


@pytest.mark.parametrize("page", ["start", "train", "compare", "draw", "inspect"])
def test_every_page_opens_it(page: str, run: Run) -> None:
    at = AppTest.from_file(APP, default_timeout=60).run()
    at.query_params[state.RUN_PARAM] = run.run_id
    if page != "start":
        at.switch_page(f"pages/{page}.py").run()
    assert not at.exception
    shown = " ".join(element.value for kind in ("caption", "markdown", "info") for element in at.get(kind))
    assert "optimizer" not in shown.lower() and "batch 32" not in shown
    if page == "train":
        assert "imported from their\\_model\\.keras" in shown and "Imported" in shown
        assert [button.label for button in at.get("download_button")][-2:] == ["Report", "Model card"]


def test_two_clicks_are_one_run_and_a_failed_placing_is_none(store: Store, settings: Settings) -> None:
    assert kept(store, settings, NO_DATASET, "a click") == kept(store, settings, NO_DATASET, "a click")

    def place(run_id: str) -> None:
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="disk"):
        store.add_imported(NETWORK, NO_DATASET, FILE, {"evaluation": {}}, place)
    assert len(store.list()) == 1


def test_a_run_that_gets_no_weights_leaves_nothing(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = kept(store, settings, "mnist_sample")

    def full(source: Path, target: Path) -> None:
        target.write_bytes(b"half a m")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(RunStateError, match=r"cannot be trained further: .*No space left"):
        train_further(store, settings, run, describe("mnist_sample"), RunSettings())
    assert [one.run_id for one in store.list()] == [run.run_id]
    assert [path.name for path in settings.runs_folder.iterdir()] == [run.run_id]


def test_a_link_to_its_network_can_be_opened(run: Run) -> None:
    assert link.decode(link.encode(run.architecture, run.dataset or None)).architecture == run.architecture


def test_the_upload_is_kept_under_its_own_name(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {}

    def add(path: Path, *_: object, **given: object) -> None:
        asked.update(given, suffix=path.suffix, content=path.read_bytes())

    monkeypatch.setattr(model_import, "import_model", add)
    monkeypatch.setattr(server, "store", lambda: None)
    monkeypatch.setattr(server, "settings", lambda: settings)
    model_import.keep(Upload("../../My model.H5", b"content", "id-1"), "digits")
    assert asked["suffix"] == ".h5" and asked["content"] == b"content" and asked["filename"] == "../../My model.H5"
    assert "id-1" in str(asked["key"])
