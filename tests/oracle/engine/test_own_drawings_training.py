"""Runs that train on the user's own drawings too: what they change, and what they leave alone."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnn_builder.architecture.formats import keras_code, notebook
from cnn_builder.data import Dataset, load_dataset
from cnn_builder.data.sets.drawing_set import DrawingSet, drawings_for_run
from cnn_builder.engine.data_split import Parts
from cnn_builder.engine.errors import TrainingError
from cnn_builder.engine.service import Models, answer
from cnn_builder.engine.train import train
from cnn_builder.engine.training.training import Training
from cnn_builder.runs import Run, RunSettings, Store
from cnn_builder.runs.results.drawing_score import drawing_score, drawings_file
from cnn_builder.runs.results.training_code import run_notebook, run_script
from cnn_builder.settings import Settings
from tests.support.drawings import drawing_set, keep_drawings
from tests.support.networks import TINY_DIGITS

# Keras' own way of turning TensorFlow's variables into arrays is not yet NumPy 2's.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

BASE = RunSettings(
    epochs=3, batch_size=16, train_limit=320, test_limit=100, validation_split=0.2, shuffle=False, learning_rate=0.01
)
OWN = BASE.model_copy(update={"own_drawings": True})


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load_dataset("digits").limited(BASE.train_limit, BASE.test_limit)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def drawn() -> DrawingSet:
    """A block at the edge for each class: nothing in the data set, which has no ink there, says what they are."""
    labels = np.arange(240, dtype=np.int64) % 10
    images = np.zeros((240, 28, 28, 1), np.uint8)
    for image, label in zip(images, labels, strict=True):
        top, left = (0, 4 * label) if label < 7 else (24, 4 * (label - 7))
        image[top : top + 4, left : left + 4] = 255
    return DrawingSet(images[:200], labels[:200], images[200:], labels[200:])


def trained(store: Store, settings: Settings, digits: Dataset, request: RunSettings, own: DrawingSet | None) -> Run:
    store.create_run(TINY_DIGITS, "digits", request, drawings=own)
    run = store.claim_next(1)
    assert run is not None
    train(run, store, settings, lambda: digits)
    return store.get(run.run_id)


def test_the_drawings_train_and_never_validate(digits: Dataset) -> None:
    own = drawing_set(6, 2, value=77)
    for request in (BASE, BASE.model_copy(update={"validation_data": "test"})):
        without, parts = Parts.of(digits, request), Parts.of(digits, request, own)
        count = len(without.train[0])
        assert np.array_equal(parts.train[0][:count], without.train[0]) and len(parts.train[0]) == count + 6
        assert np.array_equal(parts.train[0][count:], own.x_train) and np.array_equal(
            parts.train[1][count:], own.y_train
        )
        assert parts.validation is not None and without.validation is not None
        assert np.array_equal(parts.validation[0], without.validation[0])


def test_the_test_drawings_show_what_it_did(settings: Settings, digits: Dataset) -> None:
    own = drawn()
    with Store.open(settings) as store:
        before = trained(store, settings, digits, BASE, None)
        run = trained(store, settings, digits, OWN, own)
        first = drawing_score(run)
        again = trained(store, settings, digits, OWN.model_copy(update={"epochs": 4}), own)
    assert before.evaluation is not None and "drawings" not in before.evaluation
    assert first is not None and first.images == 40 and first.before_run == before.run_id
    assert first.before is not None and first.right > first.before + 10
    assert first.before_words == "tiny, trained without your drawings"
    other = drawing_score(again)
    assert other is not None and (other.before, other.before_run) == (first.before, before.run_id)
    assert "it had 3 epochs" in other.before_words
    assert run.evaluation is not None and run.evaluation["images"] == 100  # the test score is of the test images


def test_without_an_earlier_model_there_is_only_the_score(settings: Settings, digits: Dataset) -> None:
    with Store.open(settings) as store:
        before = trained(store, settings, digits, BASE, None)
        (settings.run_folder(before.run_id) / "best.keras").write_bytes(b"damaged")
        run = trained(store, settings, digits, OWN, drawn())
    score = drawing_score(run)
    assert run.status == "finished" and score is not None and score.before is None


def test_a_resumed_run_goes_on_with_the_drawings_it_began_with(
    settings: Settings, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = keep_drawings(settings.home, 24)
    own = drawings_for_run(kept)
    with Store.open(settings) as store:
        whole = trained(store, settings, digits, OWN, own)
        store.create_run(TINY_DIGITS, "digits", OWN, drawings=own)
        run = store.claim_next(1)
        assert run is not None
        epoch = Training._epoch

        def dies_in_the_second(self: Training) -> bool:
            if self._place.epoch == 2:
                self._checkpoints.write_now(self._state())
                raise MemoryError
            return epoch(self)

        with monkeypatch.context() as patch, pytest.raises(MemoryError):
            patch.setattr(Training, "_epoch", dies_in_the_second)
            train(run, store, settings, lambda: digits)
        store.finish(run.run_id, "crashed", "out of memory")
        for name in kept.names():  # what becomes of the kept drawings changes no run
            kept.delete(name)
        store.request_resume(run.run_id)
        again = store.claim_next(1)
        assert again is not None
        train(again, store, settings, lambda: digits)
        ended = store.get(run.run_id)
        assert (ended.status, ended.test_loss) == ("finished", whole.test_loss)
        assert [row.loss for row in store.metrics(run.run_id, kind="epoch")] == [
            row.loss for row in store.metrics(whole.run_id, kind="epoch")
        ]


def test_the_nearest_training_images_are_drawings_too(settings: Settings, digits: Dataset) -> None:
    own = drawn()
    with Store.open(settings) as store:
        run = trained(store, settings, digits, OWN, own)
        models = Models(store, settings)
        header, arrays = answer({"op": "read", "run_id": run.run_id}, {"image": own.x_test[3]}, models)
    assert header["settled"] and arrays["labels"].tolist() == [3] * 5
    assert np.array_equal(arrays["images"][0], own.x_train[3])


def test_drawings_that_are_not_the_runs_are_refused(settings: Settings, digits: Dataset) -> None:
    with Store.open(settings) as store:
        store.create_run(TINY_DIGITS, "digits", OWN, drawings=drawing_set())
        run = store.claim_next(1)
        assert run is not None
        with store._write() as connection:
            connection.exec_driver_sql("DELETE FROM drawings")
        with pytest.raises(TrainingError, match="not those it was requested with"):
            train(run, store, settings, lambda: digits)


def test_the_code_trains_on_the_drawings_that_the_run_offers(
    settings: Settings, digits: Dataset, tmp_path: Path
) -> None:
    # 256 images and 32 drawings train in whole batches: `fit` counts a smaller last one as a whole.
    own = drawn()
    own = DrawingSet(own.x_train[:32], own.y_train[:32], own.x_test, own.y_test)
    with Store.open(settings) as store:
        run = trained(store, settings, digits, OWN.model_copy(update={"class_weight": "balanced"}), own)
        expected = [row.val_loss for row in store.metrics(run.run_id, kind="epoch")]
        (tmp_path / drawings_file(run)).write_bytes(store.drawings(run.run_id).to_npz())  # type: ignore[union-attr]
    source = run_script(run.architecture, run.dataset, run.settings, (), drawings_file(run))
    assert keras_code.parse_code(source) == TINY_DIGITS
    cells = run_notebook(run.architecture, run.dataset, run.settings, (), drawings_file(run))
    assert "\n\n".join(notebook.code_cells(cells.encode())) in source
    (tmp_path / "run.py").write_text(source + 'print("VAL", *history.history["val_loss"])\n', encoding="utf-8")
    done = subprocess.run([sys.executable, "run.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    score = drawing_score(run)
    assert score is not None
    told = next(line for line in done.stdout.splitlines() if line.startswith("Own test drawings: "))
    assert abs(int(told.split()[3]) - score.right) <= 2 and told.endswith("of 40")
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("VAL ")]
    assert [float(value) for value in line.split()[1:]] == pytest.approx(expected, rel=2e-3)
