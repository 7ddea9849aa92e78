"""Downloads that belong to the server: one at a time for each data set, told, cancelled, begun anew."""

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pooch
import pytest

from cnn_builder.data import DatasetError
from cnn_builder.data.sets import sources
from cnn_builder.data.sets.downloads import Downloads, DownloadState, DownloadStatus
from cnn_builder.settings import Settings

PATIENCE = 20.0
Progress = Callable[[int, int | None], None]


class Network:
    """A download that goes on when it is told to."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.told, self.go = Event(), Event()
        self.error: Exception | None = None
        self.ended = Event()

    def fetch(self, name: str, progress: Progress) -> None:
        self.begun.append(name)
        try:
            progress(1_000, 4_000)
            self.told.set()
            assert self.go.wait(PATIENCE)
            progress(2_000, 4_000)
            if self.error is not None:
                raise self.error
        finally:
            self.ended.set()


def wait_for(downloads: Downloads, status: DownloadStatus) -> DownloadState:
    end = time.monotonic() + PATIENCE
    while (now := downloads.state("mnist")).status != status and time.monotonic() < end:
        time.sleep(0.001)
    assert now.status == status
    return now


@pytest.fixture
def network() -> Network:
    return Network()


def test_a_download_is_begun_once_and_told_to_everyone(network: Network) -> None:
    downloads = Downloads(Settings(home=Path("unused")), fetch=network.fetch)
    assert downloads.state("mnist") == DownloadState("none", total=11_490_434)
    for _ in range(3):
        downloads.start("mnist")
    assert network.told.wait(PATIENCE)
    assert downloads.state("mnist") == DownloadState("running", 1_000, 4_000)
    network.go.set()
    wait_for(downloads, "finished")
    assert network.begun == ["mnist"]


def test_a_cancelled_download_ends_and_can_be_begun_anew(network: Network) -> None:
    downloads = Downloads(Settings(home=Path("unused")), fetch=network.fetch)
    downloads.start("mnist")
    assert network.told.wait(PATIENCE)
    downloads.cancel("mnist")
    assert downloads.state("mnist").status == "cancelled"
    downloads.start("mnist")  # while the thread of the first one still waits
    assert downloads.state("mnist").status == "running"
    network.go.set()
    assert network.ended.wait(PATIENCE)
    wait_for(downloads, "finished")
    downloads.cancel("mnist")
    assert downloads.state("mnist").status == "finished" and network.begun == ["mnist", "mnist"]


def test_a_failure_is_told_and_can_be_tried_again(network: Network) -> None:
    network.error = DatasetError("mnist could not be downloaded.")
    network.go.set()
    downloads = Downloads(Settings(home=Path("unused")), fetch=network.fetch)
    downloads.start("mnist")
    assert wait_for(downloads, "failed").reason == "mnist could not be downloaded."
    network.error = None
    downloads.start("mnist")
    wait_for(downloads, "finished")


def test_an_unknown_data_set_is_refused(network: Network) -> None:
    with pytest.raises(DatasetError, match="no data set named"):
        Downloads(Settings(home=Path("unused")), fetch=network.fetch).start("minst")


class _Stop(Exception):
    pass


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The publisher's server: files of four bytes. The names of those that were asked for."""
    asked: list[str] = []

    def download(self: pooch.HTTPDownloader, url: str, output_file: str, pooch: object) -> None:
        asked.append(url.rpartition("/")[2])
        Path(output_file).write_bytes(b"1234")
        if self.progressbar:
            self.progressbar.total = 4
            self.progressbar.update(4)

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", download)
    md5 = "md5:81dc9bdb52d04dc20036dbd8313ed055"
    files = {f"{name}.gz": sources._File("https://example.org/", md5, 4) for name in "abc"}
    monkeypatch.setitem(sources._DOWNLOADS, "fashion_mnist", files)
    return asked


def test_progress_is_of_all_files_together(publisher: list[str], tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    sources.download("fashion_mnist", tmp_path, lambda done, total: told.append((done, total)))
    assert told == [(4, 12), (8, 12), (12, 12)]


def test_what_arrived_whole_is_kept_and_nothing_else(publisher: list[str], tmp_path: Path) -> None:
    def stop(done: int, total: int | None) -> None:
        if done > 4:
            raise _Stop

    with pytest.raises(_Stop):
        sources.download("fashion_mnist", tmp_path, stop)
    folder = tmp_path / "fashion-mnist"
    assert [path.name for path in folder.iterdir()] == ["a.gz"]
    publisher.clear()
    sources.download("fashion_mnist", tmp_path)
    assert publisher == ["b.gz", "c.gz"] and len(list(folder.iterdir())) == 3


def test_the_remains_of_a_killed_download_are_removed(publisher: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "fashion-mnist"
    folder.mkdir()
    for name, age in (("tmpold", 3600), ("tmpnew", 0)):
        (folder / name).write_bytes(b"12")
        os.utime(folder / name, (time.time() - age,) * 2)
    sources.download("fashion_mnist", tmp_path)
    assert not (folder / "tmpold").exists() and (folder / "tmpnew").exists()


def test_a_full_disk_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(pooch, "retrieve", full)
    with pytest.raises(DatasetError, match="the disk is full"):
        sources.download("mnist", tmp_path)
