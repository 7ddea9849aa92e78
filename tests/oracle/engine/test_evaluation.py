"""What is kept of a run's evaluation, computed again by Keras and scikit-learn."""

from pathlib import Path

import keras
import numpy as np
import pytest
from scipy.special import softmax
from sklearn.metrics import confusion_matrix, log_loss, precision_recall_fscore_support

from cnn_builder.architecture import Architecture
from cnn_builder.data import Dataset, load_dataset
from cnn_builder.engine.evaluation_counts import CELL_PICTURES, MOST_PICTURES, chosen
from cnn_builder.engine.train import train
from cnn_builder.figures.pictures import tiles_of
from cnn_builder.runs import Run, RunSettings, Store
from cnn_builder.runs.results import evaluation as kept
from cnn_builder.runs.results.evaluation import Evaluation
from cnn_builder.runs.results.model_file import refusal
from cnn_builder.runs.run_files import BEST
from cnn_builder.settings import Settings

# Keras' own way of turning TensorFlow's variables into arrays is not yet NumPy 2's.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

# No softmax at its end: probabilities are computed after it.
LOGITS = Architecture.from_dict(
    {
        "version": 1,
        "name": "logits",
        "input_shape": [28, 28, 1],
        "layers": [
            {"type": "MaxPooling2D", "pool_size": 2},
            {"type": "Flatten"},
            {"type": "Dense", "units": 10},
        ],
    }
)


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load_dataset("digits")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, digits: Dataset) -> tuple[Run, Settings]:
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    with Store.open(settings) as store:
        store.create_run(LOGITS, "digits", RunSettings(epochs=2))
        run = store.claim_next(1)
        assert run is not None
        train(run, store, settings, lambda: digits)
        return store.get(run.run_id), settings


@pytest.fixture(scope="module")
def found(trained: tuple[Run, Settings]) -> Evaluation:
    run, settings = trained
    read = kept.read_evaluation(settings.run_folder(run.run_id))
    assert read is not None
    return read


@pytest.fixture(scope="module")
def probabilities(trained: tuple[Run, Settings], digits: Dataset) -> np.ndarray:
    run, settings = trained
    model = keras.saving.load_model(settings.run_folder(run.run_id) / BEST, compile=False)
    logits = model.predict(digits.x_test / 255.0, verbose=0)
    return softmax(logits.astype(float), axis=1)


def test_counts_are_those_of_keras_and_scikit_learn(
    trained: tuple[Run, Settings], found: Evaluation, probabilities: np.ndarray, digits: Dataset
) -> None:
    run, _ = trained
    read = probabilities.argmax(axis=1)
    np.testing.assert_array_equal(found.confusion, confusion_matrix(digits.y_test, read, labels=range(10)))
    np.testing.assert_array_equal(found.right, read == digits.y_test)
    assert run.test_accuracy == pytest.approx(found.right.mean())
    assert run.test_loss == pytest.approx(log_loss(digits.y_test, probabilities), abs=1e-4)
    precision, recall, f1, images = precision_recall_fscore_support(digits.y_test, read, labels=range(10))
    for place, score in enumerate(found.class_scores()):
        expected = (precision[place], recall[place], f1[place], images[place])
        assert (score.precision, score.recall, score.f1, score.images) == pytest.approx(expected)


def test_every_cell_shows_its_most_confident_images(
    found: Evaluation, probabilities: np.ndarray, digits: Dataset
) -> None:
    read = probabilities.argmax(axis=1)
    tiles = tiles_of(found)
    for actual, predicted in np.argwhere(found.confusion):
        there = np.flatnonzero((digits.y_test == actual) & (read == predicted))
        most_sure = there[np.argsort(-probabilities[there, predicted], kind="stable")][:CELL_PICTURES]
        places = found.cell(int(actual), int(predicted))
        # Where not all fit on the sheet, each cell keeps its surest.
        assert 0 < len(places) == len(most_sure) or len(found.pictures) == MOST_PICTURES
        most_sure = most_sure[: len(places)]
        kept_sure = [found.pictures[place].probability for place in places]
        assert kept_sure == pytest.approx(probabilities[most_sure, predicted].tolist(), abs=1e-5)
        for place in places:
            np.testing.assert_array_equal(tiles[place][..., :1], digits.x_test[found.pictures[place].index])
    wrong = np.flatnonzero(read != digits.y_test)
    sure = probabilities[wrong, read[wrong]]
    first = found.pictures[found.mistakes(12)[0]]
    assert first.probability == pytest.approx(float(sure.max()), abs=1e-5)
    assert first.truth == pytest.approx(float(probabilities[first.index, first.actual]), abs=1e-5)


def test_the_model_is_verified_and_what_is_kept_is_small(trained: tuple[Run, Settings]) -> None:
    run, settings = trained
    assert run.evaluation is not None
    model = run.evaluation["model"]
    assert model["verified"] and model["images"] == 100 and model["difference"] < 1e-5
    folder = settings.run_folder(run.run_id)
    assert refusal(run, settings) is None
    assert (folder / kept.FILE).stat().st_size < 200_000
    content = (folder / BEST).read_bytes()
    (folder / BEST).write_bytes(content + b" ")
    assert "changed" in str(refusal(run, settings))
    (folder / BEST).write_bytes(content)


def test_of_many_pictures_every_cell_keeps_its_first(digits: Dataset) -> None:
    """A hundred cells of twelve each do not fit: none may be left without a picture."""
    random = np.random.default_rng(0)
    actual, read = random.integers(0, 10, 4000), random.integers(0, 10, 4000)
    probabilities = random.random((4000, 10))
    places = chosen(actual, read, probabilities)
    assert len(places) == MOST_PICTURES
    assert len({(actual[place], read[place]) for place in places}) == 100
    sure = probabilities[np.arange(4000), read]
    wrong = np.flatnonzero(actual != read)
    assert set(wrong[np.argsort(-sure[wrong])][:12]) <= set(places)


def test_a_model_that_cannot_be_loaded_is_found_out(tmp_path: Path, digits: Dataset) -> None:
    from cnn_builder.engine.build import Predictor, build_model
    from cnn_builder.engine.training.checkpoints import save_model
    from cnn_builder.engine.verify import verified

    model = build_model(LOGITS, seed=0)
    predictor = Predictor(model, LOGITS)
    save_model(build_model(LOGITS, seed=1), tmp_path / BEST)
    other = verified(tmp_path, predictor, LOGITS, digits.x_test)
    assert other["verified"] is False and "differ by" in other["reason"]
    (tmp_path / BEST).write_bytes(b"not a model")
    broken = verified(tmp_path, predictor, LOGITS, digits.x_test)
    assert broken["verified"] is False and "while loading" in broken["reason"]
