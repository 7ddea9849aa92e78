"""Data sets of one's own: what each kind of file becomes, versions, edits, and what runs still find afterwards."""

import errno
import gzip
import json
import os
from pathlib import Path

import numpy as np
import pytest

from cnn_builder.data import (
    DatasetError,
    dataset_names,
    dataset_title,
    describe,
    find_dataset,
    is_local,
    load_dataset,
    prepare,
)
from cnn_builder.data import same_test_images as same
from cnn_builder.data.imports.collect import Form
from cnn_builder.data.imports.importing import ImportOptions, import_data
from cnn_builder.data.sets.own import edits
from cnn_builder.data.sets.own.library import OwnDatasets
from cnn_builder.limits import ImportLimits
from cnn_builder.settings import Settings
from tests.support.command_line import run as command
from tests.support.own_data import imported, noise, pictures, png, zipped


@pytest.fixture
def settings(own_home: Path) -> Settings:
    return Settings(home=own_home)


@pytest.fixture
def own(settings: Settings) -> OwnDatasets:
    return OwnDatasets.of(settings)


def digits(count: int = 20, side: int = 8) -> tuple[np.ndarray, np.ndarray]:
    return np.stack([noise(seed, side, side) for seed in range(count)]), np.arange(count) % 4


def write_idx(path: Path, array: np.ndarray, packed: bool = False) -> None:
    head = bytes([0, 0, 8, array.ndim]) + b"".join(size.to_bytes(4, "big") for size in array.shape)
    content = head + array.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(content) if packed else content)


def every_kind(folder: Path) -> dict[str, Path]:
    """The same 20 images of 8×8 in 4 classes, in each form."""
    x, y = digits()
    made = {name: folder / name for name in ("keras.npz", "xy.npz", "floats.npz", "head.csv", "idx", "gz", "folder")}
    np.savez(made["keras.npz"], x_train=x[:16], y_train=y[:16], x_test=x[16:], y_test=y[16:, np.newaxis])
    np.savez(made["xy.npz"], x=x[..., np.newaxis], y=y.astype(float))
    np.savez(made["floats.npz"], x=x.reshape(20, 64) / np.float32(255), y=y)
    lines = ["label," + ",".join(f"p{place}" for place in range(64))]
    lines += [",".join(map(str, (label, *image.ravel()))) for image, label in zip(x, y, strict=True)]
    made["head.csv"].write_text("\r\n".join(lines) + "\r\n")
    for name, packed, end in (("idx", False, ""), ("gz", True, ".gz")):
        made[name].mkdir()
        for part, places in (("train", slice(0, 16)), ("t10k", slice(16, 20))):
            write_idx(made[name] / f"{part}-images-idx3-ubyte{end}", x[places], packed)
            write_idx(made[name] / f"{part}-labels-idx1-ubyte{end}", y[places], packed)
    for place, (image, label) in enumerate(zip(x, y, strict=True)):
        part = "train" if place < 16 else "test"
        file = made["folder"] / part / str(label) / f"{place}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(png(image))
    return made


@pytest.mark.parametrize("kind", ["keras.npz", "xy.npz", "floats.npz", "head.csv", "idx", "gz", "folder"])
def test_the_same_images_come_out_of_every_kind_of_file(tmp_path: Path, own: OwnDatasets, kind: str) -> None:
    path = every_kind(tmp_path)[kind]
    info = import_data(path, "digits of mine", own, ImportOptions(Form(size=8)), ImportLimits())
    images = own.images("digits of mine")
    x, y = digits()
    assert (info.classes, info.input_shape) == (("0", "1", "2", "3"), (8, 8, 1))
    assert {(image.tobytes(), label) for image, label in zip(images.x, images.y.tolist(), strict=True)} == {
        (image.tobytes(), label) for image, label in zip(x, y.tolist(), strict=True)
    }
    if kind in ("keras.npz", "idx", "gz", "folder"):  # they say themselves which images test
        assert {image.tobytes() for image in images.x_test} == {image.tobytes() for image in x[16:]}
    assert np.bincount(images.y_test).tolist() == [1, 1, 1, 1]


def test_one_of_a_pair_of_idx_files_is_enough(tmp_path: Path, own: OwnDatasets) -> None:
    folder = every_kind(tmp_path)["gz"]
    for number, name in enumerate(("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")):
        info = import_data(folder / name, f"set {number}", own, ImportOptions(), ImportLimits())
        assert info.train_size + info.test_size == 16 and info.input_shape == (8, 8, 1)


def test_the_split_is_stratified_follows_the_seed_and_spreads_the_classes(own_home: Path, own: OwnDatasets) -> None:
    files = pictures(("a", "b", "c"), 20)
    for name, seed in (("one", 0), ("same", 0), ("other", 1)):
        imported(own_home, name, files, test_split=0.25, seed=seed)
    one, again, other = (own.version(name) for name in ("one", "same", "other"))
    assert one.test_counts == (5, 5, 5) and one.train_counts == (15, 15, 15)
    assert one.fingerprint == again.fingerprint != other.fingerprint
    labels = own.images("one").y_train
    for part in np.split(labels, 5):  # what a run validates on, and what a limit takes
        assert np.bincount(part, minlength=3).tolist() == [3, 3, 3]


def test_grey_colour_crop_and_pad(own_home: Path, own: OwnDatasets) -> None:
    red = np.zeros((20, 40, 3), np.uint8)
    red[:, :10] = (255, 0, 0)
    files = {
        f"{name}/{n}.png": png(np.roll(red, n, axis=0) if name == "a" else red[::-1, ::-1])
        for name in "ab"
        for n in range(3)
    }
    imported(own_home, "colour", files, Form(size=16))
    imported(own_home, "grey", files, Form(size=16, colour=False))
    imported(own_home, "padded", files, Form(size=16, fit="pad"))
    assert [own.version(name).input_shape[2] for name in ("colour", "grey", "padded")] == [3, 1, 3]
    assert not own.images("colour").x.any()  # the red stripe lies outside of the middle square
    assert own.images("padded").x[..., 0].max() > 200
    assert "All 6 images were turned from colour to grey." in own.version("grey").notes
    words = "All 6 images were padded to a square; the margins take 50 % of it on average."
    assert words in own.version("padded").notes
    words = "All 6 images were cropped to their middle square, which holds 50 % of such an image on average."
    assert words in own.version("grey").notes


def drawing(seed: int, kind: str) -> np.ndarray:
    """A circle or a cross in bright strokes somewhere on a dark canvas."""
    random = np.random.default_rng(seed)
    top, left = random.integers(8, 40, 2)
    grid = np.mgrid[:112, :112]
    y, x = grid[0] - top - 32, grid[1] - left - 32
    if kind == "circle":
        ink = np.abs(np.hypot(x, y) - 28) < 4
    else:
        ink = ((np.abs(x - y) < 5) | (np.abs(x + y) < 5)) & (np.maximum(np.abs(x), np.abs(y)) < 28)
    return np.where(ink, 255, 0).astype(np.uint8)


def test_drawings_are_prepared_as_the_draw_page_does(own_home: Path, own: OwnDatasets) -> None:
    files = {f"{kind}/{n}.png": png(drawing(n, kind)) for kind in ("circle", "cross") for n in range(5)}
    info = imported(
        own_home, "shapes", {**files, "cross/blank.png": png(np.zeros((50, 50), np.uint8))}, Form(drawn=True)
    )
    assert (info.preparation, info.input_shape) == ("mnist", (28, 28, 1))
    assert own.version("shapes").skipped[0].reason == "The picture is blank"
    circle = prepare(drawing(99, "circle"), info, "bright").image
    assert circle is not None
    images = own.images("shapes")
    assert np.abs(images.x.astype(int) - circle).mean(axis=(1, 2, 3)).argmin() in np.flatnonzero(images.y == 0)


def test_a_canvas_drawing_is_inverted_for_images_on_a_light_background(own_home: Path) -> None:
    paper = {f"{kind}/{n}.png": png(255 - drawing(n, kind)) for kind in ("circle", "cross") for n in range(5)}
    info = imported(own_home, "paper", paper)
    assert info.light_background and info.preparation == "crop"
    drawn, photo = (
        prepare(image, info, ink).image
        for image, ink in ((drawing(1, "cross"), "bright"), (255 - drawing(1, "cross"), None))
    )  # type: ignore[arg-type]
    assert drawn is not None and np.array_equal(drawn, photo)


def test_it_is_a_data_set_like_any_other(own_home: Path, settings: Settings) -> None:
    info = imported(own_home)
    assert dataset_names(settings)[-1] == "pets" and describe("pets") == describe(info.name) == info
    assert info.name.startswith("pets@") and len(info.name) <= 64 and info.title == "pets (version 1)"
    found = load_dataset("pets", settings)
    assert (found.info, len(found.x_train), len(found.x_test)) == (info, 8, 2) and is_local("pets")
    assert found.y_train.dtype == np.int64 and found.x_train.shape == (8, 28, 28, 1)
    with pytest.raises(DatasetError, match="digits, pets"):
        describe("pet")


def test_an_edit_makes_a_version_and_old_ones_stay(own_home: Path, own: OwnDatasets) -> None:
    first = imported(own_home, files=pictures(("cat", "dog", "lion")))
    version, images = own.version("pets"), own.images("pets")
    renamed = own.save("pets", *edits.rename_class(version, images, "dog", "hound"))
    assert renamed.classes == ("cat", "hound", "lion") and renamed.title == "pets (version 2)"
    assert describe(first.name).classes == ("cat", "dog", "lion") and load_dataset(first.name).info == first
    assert same(first.name, renamed.name)  # the test images and their labels are the same
    merged = own.save("pets", *edits.merge_classes(own.version("pets"), images, ["cat", "lion"], "feline"))
    assert merged.classes == ("feline", "hound") and np.bincount(load_dataset("pets").y_train).tolist() == [8, 4]
    dropped = own.save("pets", *edits.drop_classes(version, images, ["cat"]))
    assert dropped.classes == ("dog", "lion") and np.bincount(load_dataset("pets").y_test).tolist() == [1, 1]
    assert not same(first.name, dropped.name) and len({first.name, renamed.name, merged.name, dropped.name}) == 4
    own.save("pets", version, images)  # the way back is a version that is there already
    assert describe("pets").name == first.name and len(own.get("pets").fingerprints) == 4
    assert own.remove_unused("pets", [renamed.name], keep=1) == 1
    assert find_dataset(merged.name) is None and describe(dropped.name).title == "pets (version 4)"


@pytest.mark.parametrize("refused", ["version.write_whole", "library.write_whole"])
def test_a_full_disk_keeps_the_data_sets_there_were_and_gets_no_fuller(
    settings: Settings, own: OwnDatasets, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    """It took the images, which are the larger part, and not the words about them."""
    imported(settings.home)
    before = {path: path.read_bytes() for path in own.folder.rglob("*") if path.is_file()}
    changed = edits.rename_class(own.version("pets"), own.images("pets"), "dog", "hound")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(f"cnn_builder.data.sets.own.{refused}", full)
    with pytest.raises(DatasetError, match=r"could not be saved in .*pets: No space left"):
        own.save("pets", *changed)
    with pytest.raises(DatasetError, match=r"could not be saved in .*others: No space left"):
        imported(settings.home, "others")
    assert {path: path.read_bytes() for path in own.folder.rglob("*") if path.is_file()} == before
    assert [path.name for path in own.folder.iterdir()] == ["pets"]


def test_adding_images_keeps_the_test_images_and_takes_new_classes(own_home: Path, own: OwnDatasets) -> None:
    imported(own_home)
    version, images = own.version("pets"), own.images("pets")
    new = np.stack([noise(seed, 28, 28, 1) for seed in range(500, 510)])
    grown = own.save("pets", *edits.add_images(version, images, new, ["dog"] * 5 + ["lion"] * 5))
    after = own.images("pets")
    assert grown.classes == ("cat", "dog", "lion") and own.version("pets").test_counts == (1, 2, 1)
    assert np.array_equal(after.x_test[:2], images.x_test)
    assert {image.tobytes() for image in after.x} == {image.tobytes() for image in (*images.x, *new)}


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda v, i: edits.rename_class(v, i, "cat", "dog"), "class 'dog' already"),
        (lambda v, i: edits.rename_class(v, i, "cat", "a\0"), "control character"),
        (lambda v, i: edits.rename_class(v, i, "cow", "a"), "no class 'cow'"),
        (lambda v, i: edits.merge_classes(v, i, ["cat", "dog"], "pet"), "at least 2 classes"),
        (lambda v, i: edits.merge_classes(v, i, ["cat"], "pet"), "two or more"),
        (lambda v, i: edits.drop_classes(v, i, ["cat"]), "at least 2 classes"),
        (lambda v, i: edits.remove_duplicates(v, i), "no duplicates"),
        (lambda v, i: edits.add_images(v, i, np.zeros((1, 8, 8, 1), np.uint8), ["cat"]), "should be"),
    ],
)
def test_an_edit_that_cannot_be_made_says_why(own_home: Path, own: OwnDatasets, edit, message: str) -> None:  # type: ignore[no-untyped-def]
    imported(own_home)
    with pytest.raises(DatasetError, match=message):
        edit(own.version("pets"), own.images("pets"))


def test_duplicates_are_found_told_and_removed_from_training(own_home: Path, own: OwnDatasets) -> None:
    files: dict[str, bytes] = {}
    for name, first in (("cat", 0), ("dog", 100)):
        files |= {f"train/{name}/{n}.png": png(smooth(first + n)) for n in range(6)}
        files |= {f"test/{name}/{n}.png": png(smooth(first + 50 + n)) for n in range(2)}
    files["train/cat/again.png"] = files["train/cat/0.png"]
    files["train/cat/lighter.png"] = png((smooth(1) * 0.8 + 40).astype(np.uint8))
    files["test/dog/leak.png"] = files["train/dog/3.png"]
    files["train/dog/mistake.png"] = files["train/cat/2.png"]
    imported(own_home, files=files)
    version, images = own.version("pets"), own.images("pets")
    assert dict(version.duplicate_counts) == {"exact": 3, "near": 1, "across": 1, "labels": 1}
    edited = own.save("pets", *edits.remove_duplicates(version, images))
    after = own.version("pets")
    assert dict(after.duplicate_counts) == {"exact": 0, "near": 0, "across": 0, "labels": 0}
    assert version.train_size - after.train_size == 4 and after.test_size == version.test_size
    assert same(edited.name, f"pets@{version.fingerprint}")


def smooth(seed: int) -> np.ndarray:
    """Soft stripes, unlike those of another seed."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:28, :28] / 28
    waves = sum(
        random.normal()
        * np.sin(2 * np.pi * (random.uniform(-3, 3) * x + random.uniform(-3, 3) * y) + random.uniform(0, 6))
        for _ in range(6)
    )
    return np.rint(np.clip(128 + 25 * waves, 0, 255)).astype(np.uint8)  # type: ignore[no-any-return]


def test_a_deleted_or_damaged_set_is_told_and_the_others_are_listed(own_home: Path, own: OwnDatasets) -> None:
    gone, kept = imported(own_home, "gone"), imported(own_home, "kept")
    own.delete("gone")
    assert own.names() == ["kept"] and not (own_home / "datasets" / "gone").exists()
    assert find_dataset(gone.name) is None and dataset_title(gone.name) == "gone (deleted)"
    (own_home / "datasets" / "kept" / "set.json").write_text("{")
    with pytest.raises(DatasetError, match=r"set\.json cannot be read"):
        own.get("kept")
    assert command("data", "list").exit_code == 1 and find_dataset(kept.name) is None


def test_a_changed_file_is_not_trained_on(own_home: Path, own: OwnDatasets) -> None:
    imported(own_home)
    np.savez(own.file("pets"), x_train=np.zeros((1, 2, 2, 1), np.uint8), y_train=[0], x_test=[0], y_test=[0])
    with pytest.raises(DatasetError, match="is not what it was"):
        load_dataset("pets")


def test_the_command_line_imports_lists_shows_and_deletes(tmp_path: Path, own: OwnDatasets) -> None:
    path = zipped(tmp_path / "a.zip", {**pictures(), "cat/notes.txt": b"hello"})
    done = command("data", "import", str(path), "--name", "pets", "--grey", "--size", "16", "--json")
    found = json.loads(done.stdout)
    assert done.exit_code == 0 and (found["name"], found["images"], found["train"], found["test"]) == ("pets", 10, 8, 2)
    assert (found["classes"], found["input_shape"]) == (["cat", "dog"], [16, 16, 1])
    assert found["skipped"][0]["file"] == "cat/notes.txt" and found["duplicates"]["exact"] == 0
    assert found["fingerprint"] == own.version("pets").fingerprint
    assert json.loads(command("data", "list", "--json").stdout) == found
    assert json.loads(command("data", "show", "pets", "--json").stdout) == found
    shown = command("data", "show", "pets").stdout
    assert "cat: 4 training, 1 test" in shown and "cat/notes.txt: is not a supported picture" in shown
    assert command("data", "delete", "pets", "--yes").stdout == "pets: deleted\n"
    again = command("data", "delete", "pets", "--yes")
    assert again.exit_code == 1 and "no data set of your own named 'pets'" in again.stderr


def test_an_import_that_is_cancelled_leaves_nothing(tmp_path: Path, own: OwnDatasets) -> None:
    def cancel(words: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_data(zipped(tmp_path / "a.zip", pictures()), "pets", own, ImportOptions(), ImportLimits(), cancel)
    assert own.names() == [] and not own.folder.exists()
