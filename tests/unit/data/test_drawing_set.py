"""Own drawings as a run takes them: which ones only test, which ones fit, and what is too few."""

from pathlib import Path

import numpy as np
import pytest

from cnn_builder.data import DATASETS, DatasetError
from cnn_builder.data.sets.drawing_set import LEAST, DrawingSet, drawing_counts, drawings_for_run, drawings_refusal
from cnn_builder.data.sets.user_drawings import OwnDrawings, is_test
from tests.support.drawings import drawing_set, keep_drawings


def image(value: int) -> np.ndarray:
    return np.full((28, 28, 1), value, np.uint8)


def test_one_in_four_of_each_class_is_a_test_drawing(tmp_path: Path) -> None:
    own = keep_drawings(tmp_path, 80)
    names = own.names()
    assert drawing_counts(names) == (60, 20)
    for label in range(10):
        assert drawing_counts([name for name in names if own.label(name) == label]) == (6, 2)
    # With one of each class there are some already, though no class has four.
    assert drawing_counts(keep_drawings(tmp_path / "few", 10).names()) == (8, 2)


def test_a_drawing_stays_what_it_is_whatever_comes_and_goes(tmp_path: Path) -> None:
    own = keep_drawings(tmp_path, 40)
    before = {name: is_test(name) for name in own.names()}
    for name in own.names()[::3]:
        own.delete(name)
    keep_drawings(tmp_path, 40, seed=1)
    after = {name: is_test(name) for name in own.names()}
    assert all(after[name] == before[name] for name in after.keys() & before.keys())
    train, test = drawing_counts(list(after))
    assert 0.2 <= test / (train + test) <= 0.32  # what was deleted is made up for
    taken, kept = drawings_for_run(own), {one.name: one.image.tobytes() for one in own.load(own.names())}
    assert {one.tobytes() for one in taken.x_test} == {kept[name] for name in kept if is_test(name)}


def test_a_drawing_that_equals_a_test_drawing_is_not_trained_on(tmp_path: Path) -> None:
    own = keep_drawings(tmp_path, 16)
    test = next(one for one in own.load(own.names()) if is_test(one.name))
    for _ in range(8):
        own.keep(test.image, test.label)
    taken = drawings_for_run(own)
    assert test.image.tobytes() in {one.tobytes() for one in taken.x_test}
    assert test.image.tobytes() not in {one.tobytes() for one in taken.x_train}


def test_mnist_and_its_sample_have_their_drawings_in_common(tmp_path: Path) -> None:
    sample = keep_drawings(tmp_path, 9, "mnist_sample")
    mnist = OwnDrawings(sample.folder.parent, DATASETS["mnist"])
    assert mnist.names() == sample.names() and len(drawings_for_run(mnist).y_train) == 7
    name = mnist.keep(image(7), 7)
    assert name in sample.names() and name not in [path.name for path in sample.folder.iterdir()]
    sample.delete(name)
    assert name not in mnist.names()
    for other in ("digits", "fashion_mnist", "cifar10"):  # prepared otherwise, other classes, other shape
        own = OwnDrawings(sample.folder.parent, DATASETS[other])
        assert own.names() == [] and own.elsewhere() == ["MNIST sample (built in)"]


def test_too_few_drawings_are_told_with_what_to_do(tmp_path: Path) -> None:
    own = keep_drawings(tmp_path, 3)
    for dataset, words in (
        ("digits", [f"You have 3 drawings that fit Digits 8×8 (built in), at least {LEAST} are needed. Save more"]),
        ("mnist", ["no drawings that fit MNIST", "Those saved for Digits 8×8 (built in) do not fit: other classes"]),
    ):
        with pytest.raises(DatasetError) as told:
            drawings_for_run(OwnDrawings(own.folder.parent, DATASETS[dataset]))
        assert all(word in str(told.value) for word in [*words, "on the Draw page."])
        assert "\n" not in str(told.value)
    assert "none to test with" in str(drawings_refusal(own, 9, 0)) and "none to train on" in str(
        drawings_refusal(own, 0, 9)
    )
    assert drawings_refusal(own, 6, 2) is None


def test_damaged_drawings_are_left_out(tmp_path: Path) -> None:
    own = keep_drawings(tmp_path, 12)
    (own.folder / own.names()[0]).write_bytes(b"no picture")
    taken = drawings_for_run(own)
    assert len(taken.y_train) + len(taken.y_test) == 11


def test_a_set_comes_back_from_its_file_with_its_fingerprint() -> None:
    kept = drawing_set(6, 2, value=9)
    again = DrawingSet.from_npz(kept.to_npz())
    assert again.fingerprint == kept.fingerprint and len(kept.fingerprint) == 12
    assert np.array_equal(again.x_train, kept.x_train) and again.y_test.dtype == np.int64
    other = DrawingSet(kept.x_train, kept.y_train[::-1], kept.x_test, kept.y_test)
    assert len({kept.fingerprint, other.fingerprint, drawing_set(5, 3, 9).fingerprint}) == 3
    for content in (b"", b"no file", kept.to_npz()[:200]):
        with pytest.raises(DatasetError, match="damaged"):
            DrawingSet.from_npz(content)
