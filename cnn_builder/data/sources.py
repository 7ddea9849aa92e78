"""Where a data set's files come from: the user's folder, the Keras cache, our own cache, the network."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnn_builder.data import npz, raw
from cnn_builder.data.errors import DatasetError

_KERAS_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_CIFAR_URL = "https://www.cs.toronto.edu/~kriz/"
_CIFAR_FILE = "cifar-10-binary.tar.gz"

# file -> (base URL, checksum). The sha256 is Keras' own, the md5s are those the publishers give.
_DOWNLOADS: dict[str, dict[str, tuple[str, str]]] = {
    "mnist": {
        "mnist.npz": (_KERAS_URL, "sha256:731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"),
    },
    "fashion_mnist": {
        "train-images-idx3-ubyte.gz": (_KERAS_URL, "md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        "train-labels-idx1-ubyte.gz": (_KERAS_URL, "md5:25c81989df183df01b3e8a0aad5dffbe"),
        "t10k-images-idx3-ubyte.gz": (_KERAS_URL, "md5:bef4ecab320f06d8554ea6380940ec79"),
        "t10k-labels-idx1-ubyte.gz": (_KERAS_URL, "md5:bb300cfdad3c16e7a12a480ee83cd310"),
    },
    "cifar10": {_CIFAR_FILE: (_CIFAR_URL, "md5:c32a1d4ab5d03f1284b67883e8d87530")},
}


@dataclass(frozen=True)
class Places:
    """The folders looked through, in this order: the user's own, the Keras cache, the app's cache."""

    folder: Path | None
    keras: Path
    cache: Path

    @classmethod
    def from_env(cls, folder: Path | None = None, environ: Mapping[str, str] = os.environ) -> "Places":
        """`folder`, or CNN_BUILDER_DATA; KERAS_HOME as Keras has it; downloads under CNN_BUILDER_HOME."""
        named = environ.get("CNN_BUILDER_DATA", "")
        if folder is None and named:
            folder = Path(named)
        keras = Path(environ.get("KERAS_HOME") or "~/.keras").expanduser()
        home = Path(environ.get("CNN_BUILDER_HOME") or "~/.cnn_builder").expanduser()
        return cls(folder.expanduser() if folder else None, keras / "datasets", home / "datasets")


def find(name: str, places: Places) -> Path | None:
    """The `.npz` or archive file, or the folder of IDX files, that holds the data set; None if none does."""
    folders = [folder for folder in (places.folder, places.keras, places.cache) if folder]
    for folder in folders:
        if (folder / f"{name}.npz").is_file():
            return folder / f"{name}.npz"
        if name == "fashion_mnist" and all((folder / "fashion-mnist" / file).is_file() for file in _DOWNLOADS[name]):
            return folder / "fashion-mnist"
        if name == "cifar10" and (folder / _CIFAR_FILE).is_file():
            return folder / _CIFAR_FILE
    return None


def fetch(name: str, places: Places, progress: Callable[[int, int | None], None] | None = None) -> dict[str, Any]:
    """The arrays x_train, y_train, x_test, y_test, and "origin", the file they are from. Downloads if need be.

    Raises DatasetError when a file is damaged or can't be downloaded.
    """
    path = find(name, places) or _download(name, places.cache, progress)
    if path.suffix == ".npz":
        arrays: dict[str, Any] = dict(npz.read(path))
    else:
        arrays = dict(raw.read_idx_folder(path) if path.is_dir() else raw.read_cifar(path))
    return {**arrays, "origin": path.name}


def _download(name: str, cache: Path, progress: Callable[[int, int | None], None] | None) -> Path:
    """Fetch each file into the cache and check it. pooch writes a temporary file and moves it when it is right."""
    import pooch  # here, not above: requests takes long to import

    pooch.get_logger().setLevel("ERROR")
    files = _DOWNLOADS[name]
    folder = cache / "fashion-mnist" if name == "fashion_mnist" else cache
    downloader = pooch.HTTPDownloader(progressbar=_Bar(progress) if progress else False, chunk_size=1 << 16, timeout=30)
    for file, (base, checksum) in files.items():
        try:
            pooch.retrieve(base + file, known_hash=checksum, fname=file, path=folder, downloader=downloader)
        except (OSError, ValueError) as error:
            raise DatasetError(_why_not(name, file, base, error)) from error
    return folder if len(files) > 1 else folder / next(iter(files))


def _why_not(name: str, file: str, base: str, error: Exception) -> str:
    if isinstance(error, ValueError):
        return f"{file} was downloaded but its checksum is wrong, so it was thrown away. Try again later."
    return (
        f"{name} is not on this machine and could not be downloaded from {base.split('/')[2]} "
        f"({type(error).__name__}). Go online, or put {name}.npz into a folder and name it in CNN_BUILDER_DATA; "
        "the digits data set needs neither."
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
