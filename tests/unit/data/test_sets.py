"""Data sets: what they hold, where they are looked for, and what is said when they can't be had."""

import gzip
import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnn_builder.data import DATASETS, DatasetError, is_local, load_dataset, split
from cnn_builder.data.sets import mnist_sample, npz, sources
from cnn_builder.data.sets.sources import Places
from cnn_builder.settings import Settings
from tests.support.paths import ROOT

needs_data = pytest.mark.skipif(
    not os.environ.get("CNN_BUILDER_DATA"), reason="CNN_BUILDER_DATA is unset: needs a folder with mnist.npz"
)


def small(count: int = 6, shape: tuple[int, ...] = (28, 28)) -> dict[str, np.ndarray]:
    images = np.zeros((count, *shape), np.uint8)
    labels = np.arange(count, dtype=np.uint8)
    return {"x_train": images, "y_train": labels, "x_test": images[:2], "y_test": labels[:2]}


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places(tmp_path / "own", tmp_path / "keras", tmp_path / "cache")
    for folder in (tmp_path / "own", made.keras, made.cache):
        folder.mkdir()
    return made


def test_digits_are_embedded_stratified_and_always_the_same() -> None:
    dataset = load_dataset("digits")
    assert dataset.x_train.shape == (1437, 28, 28, 1) and dataset.x_test.shape == (360, 28, 28, 1)
    assert dataset.x_train.dtype == np.uint8 and dataset.y_train.dtype == np.int64
    assert (len(dataset.x_train), len(dataset.x_test)) == (dataset.info.train_size, dataset.info.test_size)
    assert set(np.bincount(dataset.y_test)) <= {35, 36, 37}
    assert not dataset.x_train[:, :4].any() and not dataset.x_train[:, :, 24:].any()
    assert np.array_equal(load_dataset("digits").y_test, dataset.y_test)
    assert dataset.x_train.max() == 255


def test_digits_are_those_of_scikit_learn_in_the_order_that_it_draws() -> None:
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    bunch = load_digits()
    counts, target = bunch.images, bunch.target
    parts = train_test_split(counts, target, test_size=0.2, stratify=target, random_state=0)
    dataset = load_dataset("digits")
    read = (dataset.x_train, dataset.x_test, dataset.y_train, dataset.y_test)
    for images, drawn in zip(read[:2], parts[:2], strict=True):
        for image, count in zip(images, drawn, strict=True):
            small = Image.fromarray((count * (255.0 / 16.0)).astype(np.float32))
            inner = np.clip(np.rint(np.asarray(small.resize((20, 20), Image.Resampling.BICUBIC))), 0, 255)
            assert np.array_equal(image, np.pad(inner, 4)[..., np.newaxis])
    for labels, drawn in zip(read[2:], parts[2:], strict=True):
        assert np.array_equal(labels, drawn)


def test_digits_are_always_local(places: Places) -> None:
    assert is_local("digits", places=places)
    assert not is_local("mnist", places=places)


@pytest.mark.parametrize("folder", ["folder", "keras", "cache"])
def test_npz_is_found_in_each_place(places: Places, folder: str) -> None:
    np.savez(getattr(places, folder) / "mnist.npz", **small())
    assert is_local("mnist", places=places)
    dataset = load_dataset("mnist", places=places)
    assert dataset.x_train.shape == (6, 28, 28, 1) and dataset.y_train.dtype == np.int64


def test_own_folder_comes_before_keras_cache(places: Places) -> None:
    assert places.folder is not None
    np.savez(places.folder / "mnist.npz", **small(5))
    np.savez(places.keras / "mnist.npz", **small(6))
    assert len(load_dataset("mnist", places=places).x_train) == 5


def test_places_come_from_the_environment() -> None:
    environ = {"CNN_BUILDER_DATA": "/d", "KERAS_HOME": "/k", "CNN_BUILDER_HOME": "/h"}
    found = Places.of(Settings.from_env(environ), environ)
    assert found == Places(Path("/d"), Path("/k/datasets"), Path("/h/datasets"), mnist_sample.packaged())


def test_the_settings_handed_over_decide_not_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_BUILDER_DATA", str(tmp_path / "of-the-environment"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    settings = Settings(home=tmp_path / "home")
    (settings.home / "datasets").mkdir(parents=True)
    np.savez(settings.home / "datasets" / "mnist.npz", **small(4))
    assert is_local("mnist", settings) and not is_local("mnist")
    assert len(load_dataset("mnist", settings).x_train) == 4


@pytest.mark.parametrize("name", ["CNN_BUILDER_HOME", "CNN_BUILDER_DATA", "CNN_BUILDER_STORE"])
def test_our_variables_are_read_in_one_place(name: str) -> None:
    """Messages may name them; only the settings' table may read them."""
    readers = [path for path in (ROOT / "cnn_builder").rglob("*.py") if f'"{name}"' in path.read_text("utf-8")]
    assert readers == [ROOT / "cnn_builder" / "options.py"]


def test_fashion_is_read_from_the_keras_cache(places: Places) -> None:
    folder = places.keras / "fashion-mnist"
    folder.mkdir()
    for key, array in small().items():
        head = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
        name = {"x_train": "train-images-idx3", "y_train": "train-labels-idx1",
                "x_test": "t10k-images-idx3", "y_test": "t10k-labels-idx1"}[key]  # fmt: skip
        (folder / f"{name}-ubyte.gz").write_bytes(gzip.compress(head + array.tobytes()))
    assert load_dataset("fashion_mnist", places=places).y_train.tolist() == [0, 1, 2, 3, 4, 5]
    (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(b"\x00\x00\x08\x01\x00\x00\x00\x09abc"))
    with pytest.raises(DatasetError, match="cut short"):
        load_dataset("fashion_mnist", places=places)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y_train": np.arange(5, dtype=np.uint8)}, "6 images .* 5 labels"),
        ({"y_train": np.arange(5, 11)}, "should be 0 to 9, but run from 5 to 10"),
        ({"y_train": np.linspace(0, 1, 6)}, "whole numbers"),
        ({"x_train": np.zeros((6, 32, 32), np.uint8)}, r"\(28, 28, 1\)"),
        ({"x_train": np.full((6, 28, 28), np.nan)}, "float64"),
        ({"x_train": np.array([object()])}, "pickled"),
    ],
)
def test_wrong_arrays_are_named(places: Places, change: dict[str, np.ndarray], message: str) -> None:
    np.savez(places.cache / "mnist.npz", **{**small(), **change})
    with pytest.raises(DatasetError, match=message):
        load_dataset("mnist", places=places)


def test_damaged_files_are_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "mnist.npz"
    for content in (b"", b"not a zip", b"PK\x03\x04" + bytes(50)):
        path.write_bytes(content)
        with pytest.raises(DatasetError) as caught:
            npz.read_npz(path)
        assert "\n" not in str(caught.value) and "mnist.npz" in str(caught.value)
    np.savez(path, x_train=np.zeros(3))
    with pytest.raises(DatasetError, match="y_train, x_test, y_test is missing"):
        npz.read_npz(path)


def test_header_larger_than_its_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mnist.npz"
    np.savez(path, **small())
    content = path.read_bytes().replace(b"(6, 28, 28)", b"(9999999,8)")
    path.write_bytes(content)
    with pytest.raises(DatasetError, match="bytes"):
        npz.read_npz(path)


def test_unknown_name_lists_those_there_are() -> None:
    with pytest.raises(DatasetError, match="mnist, mnist_sample, fashion_mnist, cifar10, digits"):
        load_dataset("minst")


def test_no_network_says_what_to_do(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    for scheme in ("http", "https"):
        monkeypatch.setenv(f"{scheme}_proxy", "http://127.0.0.1:9")
    with pytest.raises(
        DatasetError, match=r"could not be downloaded from storage\.googleapis\.com .*CNN_BUILDER_DATA"
    ) as e:
        load_dataset("mnist", places=places)
    assert "\n" not in str(e.value)


def test_progress_never_passes_the_total() -> None:
    told: list[tuple[int, int | None]] = []
    bar = sources._Bar(lambda done, total: told.append((done, total)))
    bar.total = 100
    for size in (64, 64):
        bar.update(size)
    bar.reset()
    bar.update(100)
    assert told == [(64, 100), (100, 100), (100, 100)]


@pytest.mark.parametrize(("n", "part", "train"), [(15_000, 0.2, 12_000), (1437, 0.1, 1293), (10, 0.0, 10), (3, 0.9, 0)])
def test_split_is_keras(n: int, part: float, train: int) -> None:
    assert split(n, part) == train


def test_limited_keeps_the_first() -> None:
    dataset = load_dataset("digits").limited(10, 3)
    assert (len(dataset.x_train), len(dataset.y_train), len(dataset.x_test), len(dataset.y_test)) == (10, 10, 3, 3)
    assert len(dataset.limited().x_train) == 10


def test_every_data_set_is_complete() -> None:
    for name, info in DATASETS.items():
        assert info.name == name and len(set(info.classes)) == len(info.classes) > 1 and len(info.input_shape) == 3
        assert info.preparation in ("mnist", "digits", "fashion", "photo") and info.story


@needs_data
def test_mnist_is_exact() -> None:
    dataset = load_dataset("mnist")
    assert dataset.y_test[:5].tolist() == [7, 2, 1, 0, 4]
    header = bytes([0, 0, 8, 3]) + b"".join(n.to_bytes(4, "big") for n in (10_000, 28, 28))
    digest = hashlib.md5(header + dataset.x_test.tobytes(), usedforsecurity=False).hexdigest()
    assert digest == "2646ac647ad5339dbf082846283269ea"


@needs_data
def test_fashion_is_in_the_original_order() -> None:
    assert load_dataset("fashion_mnist").y_test[:5].tolist() == [9, 2, 1, 1, 6]
