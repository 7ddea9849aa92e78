"""One version of a data set of one's own: what is known of it, and its two files, which never change."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields, replace
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from cnn_builder.data.errors import DatasetError
from cnn_builder.data.sets import npz
from cnn_builder.data.sets.own.names import FINGERPRINT
from cnn_builder.files import replacing, write_whole

FORMAT = 1
PREPARATIONS = ("mnist", "crop", "pad")
_ARRAYS = npz.KEYS


@dataclass(frozen=True)
class Skipped:
    """A file that was not taken, and why."""

    file: str
    reason: str


@dataclass(frozen=True)
class DuplicatePair:
    """Two images that are alike. Places count from 0 over the training images, then the test images.

    `kind` is "exact" or "near".
    """

    first: int
    second: int
    kind: str


@dataclass(frozen=True)
class Version:
    """What is known of a version.

    Args:
        classes: their names, in the order of the labels.
        input_shape: (height, width, channels) of its images.
        preparation: "mnist" (drawings, cropped to their strokes), "crop" (the middle square) or "pad" (all of it).
        train_counts, test_counts: images of each class.
        created: unix seconds.
        change: how it came about, in a few words.
        notes: what was done to the images, and what is worth knowing.
        skipped: files that were not taken, the first ones; skipped_count: all of them.
        duplicates: pairs of images that are alike, the first ones; duplicate_counts: all of them, by `kind`.
    """

    classes: tuple[str, ...]
    input_shape: tuple[int, int, int]
    preparation: str
    light_background: bool
    train_counts: tuple[int, ...]
    test_counts: tuple[int, ...]
    seed: int = 0
    test_split: float = 0.2
    created: float = 0.0
    change: str = ""
    notes: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    skipped_count: int = 0
    duplicates: tuple[DuplicatePair, ...] = ()
    duplicate_counts: tuple[tuple[str, int], ...] = ()
    fingerprint: str = ""

    @property
    def train_size(self) -> int:
        return sum(self.train_counts)

    @property
    def test_size(self) -> int:
        return sum(self.test_counts)

    @property
    def image_bytes(self) -> int:
        """Bytes of all images."""
        return (self.train_size + self.test_size) * prod(self.input_shape)

    def to_json(self) -> str:
        return json.dumps({"version": FORMAT, **asdict(self)}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Version":
        """Raises ValueError, TypeError or KeyError for what is no version."""
        data: dict[str, Any] = json.loads(text)
        if data.pop("version") != FORMAT:
            raise ValueError(f"expected version {FORMAT}")
        known = {field.name for field in fields(cls)}
        values = {key: _tuple(value) for key, value in data.items() if key in known}
        values["skipped"] = tuple(Skipped(**one) for one in data["skipped"])
        values["duplicates"] = tuple(DuplicatePair(**one) for one in data["duplicates"])
        return cls(**values)


def _tuple(value: Any) -> Any:
    return tuple(_tuple(item) for item in value) if isinstance(value, list) else value


@dataclass(frozen=True, eq=False)
class Images:
    """The images of a version: uint8 (n, height, width, channels), labels int64 (n,) from 0."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray

    @property
    def x(self) -> np.ndarray:
        """The training images, then the test images: a copy of all."""
        return np.concatenate([self.x_train, self.x_test])

    @property
    def y(self) -> np.ndarray:
        """The labels of `x`."""
        return np.concatenate([self.y_train, self.y_test])

    def __len__(self) -> int:
        return len(self.x_train) + len(self.x_test)

    def image(self, place: int) -> np.ndarray:
        """One image, (height, width, channels). Places count from 0 over the training images, then the test images."""
        train = len(self.x_train)
        found: np.ndarray = self.x_train[place] if place < train else self.x_test[place - train]
        return found

    @property
    def size(self) -> int:
        """Bytes of the images."""
        return int(self.x_train.nbytes + self.x_test.nbytes)


def completed(version: Version, images: Images) -> Version:
    """The version with its counts and its fingerprint, as its images are."""
    counts = [
        tuple(np.bincount(labels, minlength=len(version.classes)).tolist())
        for labels in (images.y_train, images.y_test)
    ]
    version = replace(version, train_counts=counts[0], test_counts=counts[1])
    return replace(version, fingerprint=_fingerprint(version, images))


def _fingerprint(version: Version, images: Images) -> str:
    words = json.dumps([version.classes, version.preparation, version.light_background])
    return content_fingerprint(words, (images.x_train, images.y_train), (images.x_test, images.y_test))


def content_fingerprint(words: str, train: tuple[np.ndarray, np.ndarray], test: tuple[np.ndarray, np.ndarray]) -> str:
    """16 hexadecimal digits: the first half of the training images, labels and words, the other of the test part."""
    return f"{_digest(words, *train)[:8]}{_digest('', *test)[:8]}"


def _digest(words: str, images: np.ndarray, labels: np.ndarray) -> str:
    digest = hashlib.sha256(f"{words}{images.shape}".encode())
    digest.update(np.ascontiguousarray(images).data)
    digest.update(np.ascontiguousarray(labels, np.int64).data)
    return digest.hexdigest()


def write_version(folder: Path, version: Version, images: Images) -> None:
    """Write both files, the images first: a version is there once its description is. Raises OSError."""
    with replacing(folder / f"{version.fingerprint}.npz", suffix=".npz") as draft:
        np.savez(draft, **{key: getattr(images, key) for key in _ARRAYS})
    write_whole(folder / f"{version.fingerprint}.json", version.to_json())


def remove_version(folder: Path, fingerprint: str) -> None:
    """Remove both files, or what there is of them; the description first. Raises OSError."""
    for ending in ("json", "npz"):
        (folder / f"{fingerprint}.{ending}").unlink(missing_ok=True)


def read(folder: Path, fingerprint: str) -> Version:
    """Raises DatasetError where it is not there or cannot be read."""
    if not FINGERPRINT.fullmatch(fingerprint):
        raise DatasetError(f"Version {fingerprint!r:.40} is not there: expected 16 letters from 0 to f.")
    path = folder / f"{fingerprint}.json"
    try:
        found = Version.from_json(path.read_text(encoding="utf-8"))
        if len(found.input_shape) != 3 or len(found.classes) < 1 or found.preparation not in PREPARATIONS:
            raise ValueError("its shape, classes or preparation are none that this app knows")
        return found
    except FileNotFoundError:
        raise DatasetError(f"This version of the data set ({fingerprint}) is not there: it was deleted.") from None
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise DatasetError(
            f"{path} cannot be read ({str(error).splitlines()[0]:.120}). Import the data again."
        ) from None


def read_images(folder: Path, version: Version, left_on_disk: bool = False) -> Images:
    """The images, in memory or left on the disk as `on_disk` has it.

    Raises DatasetError where the file is damaged, or is not what the version says.
    """
    path = folder / f"{version.fingerprint}.npz"
    arrays = npz.read_npz(path, left_on_disk=("x_train", "x_test") if left_on_disk else ())
    images = Images(*(arrays[key] for key in _ARRAYS))
    for part, size in (("train", version.train_size), ("test", version.test_size)):
        pictures, labels = arrays[f"x_{part}"], arrays[f"y_{part}"]
        sound = pictures.dtype == np.uint8 and labels.dtype == np.int64 and labels.shape == (size,)
        if not sound or pictures.shape != (size, *version.input_shape):
            raise DatasetError(f"{path} is not what it was when it was saved. Import the data again.")
        if size and not 0 <= labels.min() <= labels.max() < len(version.classes):
            raise DatasetError(f"{path} has labels outside 0 to {len(version.classes) - 1}. Import the data again.")
    return images
