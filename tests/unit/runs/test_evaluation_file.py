"""What is kept of an evaluation: there and back, damaged, and what is read from it."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

from cnn_builder.data import Dataset, load_dataset
from cnn_builder.engine.evaluation_counts import evaluated
from cnn_builder.figures.classes_table import classes_table
from cnn_builder.figures.confusion import confusion_table, shades
from cnn_builder.figures.pictures import pictures_html, tiles_of
from cnn_builder.runs.results import evaluation as kept
from cnn_builder.runs.results.evaluation import Evaluation, both_right, confusion_of
from cnn_builder.ui.components.confusion import pressed


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load_dataset("digits")


@pytest.fixture(scope="module")
def found(digits: Dataset) -> Evaluation:
    """Every tenth image is read as the next digit."""
    read = digits.y_test.copy()
    read[::10] = (read[::10] + 1) % 10
    probabilities = np.full((len(read), 10), 0.01)
    probabilities[np.arange(len(read)), read] = np.linspace(0.5, 0.91, len(read))
    return evaluated(digits, read, probabilities)


def test_there_and_back(tmp_path: Path, found: Evaluation) -> None:
    kept.write_evaluation(tmp_path / "run", found)
    again = kept.read_evaluation(tmp_path / "run")
    assert again is not None
    np.testing.assert_array_equal(again.confusion, found.confusion)
    np.testing.assert_array_equal(again.right, found.right)
    assert again.sheet == found.sheet and again.side == (28, 28) and again.classes == found.classes
    assert [one.index for one in again.pictures] == [one.index for one in found.pictures]
    assert [path.name for path in (tmp_path / "run").iterdir()] == [kept.FILE]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"version": 2}', '{"version": 1, "classes": ["a"], "confusion": [[1, 2]]}']
)
def test_a_damaged_file_is_no_evaluation(tmp_path: Path, text: str) -> None:
    (tmp_path / kept.FILE).write_text(text)
    assert kept.read_evaluation(tmp_path) is None
    assert kept.read_evaluation(tmp_path / "nowhere") is None


def test_a_file_cut_short_is_no_evaluation(tmp_path: Path, found: Evaluation) -> None:
    (tmp_path / kept.FILE).write_text(found.to_json()[:-40])
    assert kept.read_evaluation(tmp_path) is None


def test_the_mistakes_are_the_surest(found: Evaluation) -> None:
    first = [found.pictures[place] for place in found.mistakes(12)]
    assert len(first) == 12 and all(one.actual != one.predicted for one in first)
    assert [one.probability for one in first] == sorted((one.probability for one in first), reverse=True)
    assert first[0].index == 350 and first[0].truth == pytest.approx(0.01)
    actual, predicted = found.worst()
    assert actual != predicted and found.confusion[actual, predicted] == 7


def test_a_class_that_is_never_read_has_no_precision() -> None:
    actual, read = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 1, 1, 0])
    confusion = confusion_of(actual, read, 4)
    whole = Evaluation(("a", "b", "c", "d"), confusion, actual == read, (), b"", (1, 1), 1)
    scores = whole.class_scores()
    expected = precision_recall_fscore_support(actual, read, labels=range(4), zero_division=np.nan)
    for name, theirs in zip(("precision", "recall", "f1"), expected, strict=False):
        mine = [getattr(one, name) for one in scores]
        assert [np.nan if value is None else value for value in mine] == pytest.approx(theirs.tolist(), nan_ok=True)
    assert (scores[2].precision, scores[3].recall, scores[3].f1) == (None, None, None)
    assert "–" in classes_table(scores)


def test_the_tiles_are_the_images(found: Evaluation, digits: Dataset) -> None:
    tiles = tiles_of(found)
    for place in (0, 7, len(tiles) - 1):
        np.testing.assert_array_equal(tiles[place][..., :1], digits.x_test[found.pictures[place].index])
    html = pictures_html(found, tiles, found.mistakes(3), "mistake")
    assert html.count("<img") == 3 and "Test image 351" in html
    broken = Evaluation(found.classes, found.confusion, found.right, found.pictures, b"no picture", (28, 28), 20)
    with pytest.raises(ValueError, match="damaged"):
        tiles_of(broken)


def test_the_matrix_escapes_its_classes() -> None:
    table = confusion_table(("<script>", "b"), np.array([[3, 0], [1, 2]]))
    assert "<script>" not in table and "&lt;script&gt;" in table


def test_a_network_without_errors_has_no_strong_errors() -> None:
    assert shades(np.diag([5, 7])).tolist() == [[1, 0], [0, 1]]
    assert shades(np.zeros((2, 2), int)).tolist() == [[0, 0], [0, 0]]


def test_only_a_cell_with_images_can_be_pressed(found: Evaluation) -> None:
    assert pressed({"cell": [0, 0]}, found.confusion.tolist()) == (0, 0)
    for wrong in (
        None,
        {},
        {"cell": [0]},
        {"cell": [0, 99]},
        {"cell": ["0", 0]},
        {"cell": [True, 0]},
        {"cell": [0, 5]},
    ):
        assert pressed(wrong, found.confusion.tolist()) is None


def test_of_two_lengths_the_common_images_count() -> None:
    assert both_right([True, False, True], [False, True]) == (2, 1, 1)
