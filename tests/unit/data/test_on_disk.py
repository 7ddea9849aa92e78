"""Images that stay on the disk: the same as those in memory, read where they are asked for; damaged files are told."""

import os
import re
import zipfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from cnn_builder.data import DatasetError, load_dataset
from cnn_builder.data.sets.npz import read_npz
from cnn_builder.data.sets.on_disk import in_memory, is_on_disk, taken, taken_evenly
from cnn_builder.data.sets.own.library import OwnDatasets
from cnn_builder.data.sets.own.version import Images
from cnn_builder.figures.data_set import classes_html
from cnn_builder.settings import Settings
from tests.support.own_data import imported, noise

KEYS = ("images", "labels")


def kept(path: Path, compressed: bool = False) -> tuple[np.ndarray, np.ndarray]:
    images, labels = noise(1, 20, 9, 7, 3), np.arange(20)
    (np.savez_compressed if compressed else np.savez)(path, labels=labels, images=images)
    return images, labels


def mapped(path: Path) -> np.ndarray:
    return read_npz(path, KEYS, left_on_disk=("images",))["images"]


def resident_kb(path: Path) -> int:
    """How much of a mapped file is in this process, from the system's own account."""
    accounts = re.split(r"^(?=[0-9a-f]+-[0-9a-f]+ )", Path("/proc/self/smaps").read_text(), flags=re.MULTILINE)
    return sum(int(re.search(r"^Rss:\s+(\d+)", one, re.MULTILINE)[1]) for one in accounts if str(path) in one)


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="this system gives no account of a process' pages")
def test_a_look_at_a_data_set_leaves_none_of_its_pages_in_the_process(tmp_path: Path) -> None:
    count = 20_000
    np.savez(tmp_path / "a.npz", labels=np.arange(count) % 2, images=np.zeros((count, 32, 32, 1), np.uint8))
    there = mapped(tmp_path / "a.npz")
    labels = np.arange(count) % 2
    version = SimpleNamespace(classes=("a", "b"), train_counts=(count // 2,) * 2, test_counts=(0, 0))
    before = resident_kb(tmp_path / "a.npz")
    assert len(taken_evenly(there, 2000)) == 2000
    assert "10,000 training" in classes_html(version, Images(there, labels, there[:0], labels[:0]))
    assert resident_kb(tmp_path / "a.npz") <= before + 64
    assert there[::10].sum() == 0 and resident_kb(tmp_path / "a.npz") > before + 1000  # as it is without care


def test_what_is_left_on_the_disk_is_read_as_it_would_be_in_memory(tmp_path: Path) -> None:
    images, labels = kept(tmp_path / "a.npz")
    found = read_npz(tmp_path / "a.npz", KEYS, left_on_disk=("images",))
    there = found["images"]
    assert is_on_disk(there) and not is_on_disk(found["labels"]) and not there.flags.writeable
    assert np.array_equal(there, images) and np.array_equal(found["labels"], labels)
    part, places = there[3:15][:10], np.array([9, 0, 4, 4])
    assert is_on_disk(part)
    assert np.array_equal(taken(part, places), images[3:13][places])
    assert np.array_equal(in_memory(part), images[3:13]) and not is_on_disk(in_memory(part))
    assert np.array_equal(in_memory(there[::2]), images[::2])  # not one behind the other: through the mapping
    assert len(in_memory(there[:0])) == 0 and in_memory(images) is images
    assert np.array_equal(taken(images, places), images[places])


def test_a_system_that_cannot_read_at_a_place_goes_through_the_mapping(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images, _ = kept(tmp_path / "a.npz")
    monkeypatch.delattr(os, "preadv")
    assert np.array_equal(taken(mapped(tmp_path / "a.npz"), np.array([2, 19])), images[[2, 19]])


def test_a_compressed_array_is_read_whole(tmp_path: Path) -> None:
    images, _ = kept(tmp_path / "a.npz", compressed=True)
    found = mapped(tmp_path / "a.npz")
    assert not is_on_disk(found) and np.array_equal(found, images)


def test_a_file_that_ends_early_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    kept(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DatasetError, match=r"a\.npz can't be read"):
        mapped(path)
    path.write_bytes(whole)
    images = mapped(path)
    os.truncate(path, 1000)
    with pytest.raises(OSError, match="cut short"):
        taken(images, np.array([19]))


def test_a_header_that_lies_of_its_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    kept(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["images.npy"] = members["images.npy"].replace(b"(20, 9, 7, 3)", b"(20, 9, 7, 9)")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(DatasetError, match="the header of images says"):
        mapped(path)


def test_a_data_set_above_the_limit_stays_on_the_disk(own_home: Path) -> None:
    imported(own_home)
    small, large = (Settings(home=own_home, stream_over_mb=limit) for limit in (1, 0))
    there, here = load_dataset("pets", large), load_dataset("pets", small)
    assert is_on_disk(there.limited(3).x_train) and is_on_disk(there.x_test) and not is_on_disk(here.x_train)
    assert np.array_equal(there.x_train, here.x_train) and np.array_equal(there.y_test, here.y_test)
    images = OwnDatasets.of(large).images("pets")
    assert np.array_equal(np.stack([images.image(place) for place in range(len(images))]), images.x)
