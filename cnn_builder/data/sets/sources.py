"""Where a data set's files come from: the user's folder, the Keras cache, our own cache, the network."""

import contextlib
import errno
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnn_builder.data.errors import DatasetError
from cnn_builder.data.sets import mnist_sample, npz, raw
from cnn_builder.settings import Settings

_KERAS_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_CIFAR_URL = "https://www.cs.toronto.edu/~kriz/"
_CIFAR_FILE = "cifar-10-binary.tar.gz"
_REMAINS_SECONDS = 600


@dataclass(frozen=True)
class _File:
    """A file of a publisher: where it is, its checksum (the sha256 is Keras' own, the md5s are the publishers'), its
    size in bytes."""

    base: str
    checksum: str
    size: int


_DOWNLOADS: dict[str, dict[str, _File]] = {
    "mnist": {
        "mnist.npz": _File(
            _KERAS_URL, "sha256:731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1", 11_490_434
        ),
    },
    "fashion_mnist": {
        "train-images-idx3-ubyte.gz": _File(_KERAS_URL, "md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d", 26_421_880),
        "train-labels-idx1-ubyte.gz": _File(_KERAS_URL, "md5:25c81989df183df01b3e8a0aad5dffbe", 29_515),
        "t10k-images-idx3-ubyte.gz": _File(_KERAS_URL, "md5:bef4ecab320f06d8554ea6380940ec79", 4_422_102),
        "t10k-labels-idx1-ubyte.gz": _File(_KERAS_URL, "md5:bb300cfdad3c16e7a12a480ee83cd310", 5_148),
    },
    "cifar10": {_CIFAR_FILE: _File(_CIFAR_URL, "md5:c32a1d4ab5d03f1284b67883e8d87530", 170_052_171)},
}


@dataclass(frozen=True)
class Places:
    """The folders looked through, in this order: the user's own, the Keras cache, the app's cache.

    `packaged` is the file of the MNIST sample in the package that ships it; None where that is not installed.
    """

    folder: Path | None
    keras: Path
    cache: Path
    packaged: Path | None = None

    @classmethod
    def of(cls, settings: Settings, environ: Mapping[str, str] = os.environ) -> "Places":
        """As the settings say, and as Keras finds its own cache: under KERAS_HOME in `environ`."""
        keras = Path(environ.get("KERAS_HOME") or "~/.keras").expanduser()
        return cls(settings.data, keras / "datasets", settings.home / "datasets", mnist_sample.packaged())


def find_files(name: str, places: Places) -> Path | None:
    """The `.npz` or archive file, or the folder of IDX files, that holds the data set; None if none does."""
    folders = [folder for folder in (places.folder, places.keras, places.cache) if folder]
    for folder in folders:
        if (folder / f"{name}.npz").is_file():
            return folder / f"{name}.npz"
        if name == "fashion_mnist" and all((folder / "fashion-mnist" / file).is_file() for file in _DOWNLOADS[name]):
            return folder / "fashion-mnist"
        if name == "cifar10" and (folder / _CIFAR_FILE).is_file():
            return folder / _CIFAR_FILE
    return places.packaged if name == "mnist_sample" else None


def download_size(name: str) -> int:
    """The bytes that a download of this data set takes; 0 for one that comes with the app."""
    return sum(file.size for file in _DOWNLOADS.get(name, {}).values())


def fetch(name: str, places: Places, progress: Callable[[int, int | None], None] | None = None) -> dict[str, Any]:
    """The arrays x_train, y_train, x_test, y_test, and "origin", the file they are from. Downloads if need be.

    Raises DatasetError when a file is damaged or can't be downloaded.
    """
    path = find_files(name, places)
    if name == "mnist_sample":
        return _sample(path, places)
    path = path or download(name, places.cache, progress)
    if path.suffix == ".npz":
        arrays: dict[str, Any] = dict(npz.read_npz(path))
    else:
        arrays = dict(raw.read_idx_folder(path) if path.is_dir() else raw.read_cifar(path))
    return {**arrays, "origin": path.name}


def _sample(path: Path | None, places: Places) -> dict[str, Any]:
    """The MNIST sample: kept arrays, or anew from the package's file where there are none, or damaged ones."""
    kept = places.cache / "mnist_sample.npz"
    if path is not None and path.suffix == ".npz":
        try:
            return {**npz.read_npz(path), "origin": path.name}
        except DatasetError:
            if path != kept or places.packaged is None:
                raise
    if places.packaged is None:
        raise DatasetError(mnist_sample.MISSING)
    arrays = mnist_sample.read_csv(places.packaged)
    mnist_sample.keep(arrays, kept)
    return {**arrays, "origin": places.packaged.name}


def download(name: str, cache: Path, progress: Callable[[int, int | None], None] | None = None) -> Path:
    """Fetch each file into the cache and check it; files that are there already are kept. Returns as `find_files` does.

    pooch writes a temporary file and moves it when it is right. What `progress(done, total)`, told the bytes of all
    files together, raises ends the download and is raised again; the temporary file is removed.

    Raises DatasetError when a file can't be downloaded or written, or its checksum is wrong.
    """
    import pooch  # here, not above: requests takes long to import

    pooch.get_logger().setLevel("ERROR")
    files = _DOWNLOADS[name]
    folder = cache / "fashion-mnist" if name == "fashion_mnist" else cache
    _remove_remains(folder)
    before, total = 0, download_size(name)
    for file, source in files.items():
        bar = _Bar(_of_all(progress, before, total)) if progress else False
        downloader = pooch.HTTPDownloader(progressbar=bar, chunk_size=1 << 16, timeout=30)
        try:
            pooch.retrieve(
                source.base + file, known_hash=source.checksum, fname=file, path=folder, downloader=downloader
            )
        except (OSError, ValueError) as error:
            raise DatasetError(_why_not(name, file, source.base, error)) from error
        before += source.size
    return folder if len(files) > 1 else folder / next(iter(files))


def _remove_remains(folder: Path) -> None:
    """Remove temporary files of downloads whose process was killed: those not written to for some minutes."""
    for remains in folder.glob("tmp*"):
        with contextlib.suppress(OSError):  # another process removed it, or writes it
            if time.time() - remains.stat().st_mtime > _REMAINS_SECONDS:
                remains.unlink()


def _of_all(progress: Callable[[int, int | None], None], before: int, total: int) -> Callable[[int, int | None], None]:
    """Tells the bytes of one file as those of all files, of which `before` are here already."""
    return lambda done, _: progress(min(before + done, total), total)


def _why_not(name: str, file: str, base: str, error: Exception) -> str:
    if isinstance(error, ValueError):
        return f"{file} was downloaded but its checksum is wrong, so it was deleted. Try again later."
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return f"{file} could not be saved: the disk is full. Free some space and try again."
    return (
        f"{name} is not on this machine and could not be downloaded from {base.split('/')[2]} "
        f"({type(error).__name__}). Go online, or put {name}.npz into a folder and name it in CNN_BUILDER_DATA; "
        "the data sets mnist_sample and digits need neither."
    )


class _Bar:
    """The few parts of a progress bar that pooch calls, turned into progress(done, total).

    pooch adds each chunk, then at the end resets and adds the total once more.
    """

    def __init__(self, progress: Callable[[int, int | None], None]) -> None:
        self._progress = progress
        self._done = 0
        self.total: int | None = None

    def update(self, size: int) -> None:
        self._done += size
        total = self.total or None
        self._progress(min(self._done, total) if total else self._done, total)

    def reset(self) -> None:
        self._done = 0

    def close(self) -> None:
        self._done = 0
