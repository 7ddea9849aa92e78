"""Drawings people saved with their labels: a data set of their own, as small PNG files in a folder."""

import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from cnn_builder.data.drawings.images import read_image
from cnn_builder.data.errors import DatasetError, ImageError
from cnn_builder.data.sets.datasets import DATASETS
from cnn_builder.data.sets.info import DatasetInfo
from cnn_builder.files import PRIVATE, replacing
from cnn_builder.limits import MAX_DRAWINGS
from cnn_builder.settings import Settings

TEST_SHARE = 4
"""One in so many drawings is a test drawing, which no network is trained on."""
FOLDER = "drawings"
_NAME = re.compile(r"(\d{1,3})-(\d{13})-[0-9a-f]{6}\.png")
_SEED = "own test drawings 0"


def is_test(name: str) -> bool:
    """Whether the drawing of this name is a test drawing: it follows from the name alone, so it stays one."""
    return int(hashlib.sha256(f"{_SEED}/{name}".encode()).hexdigest()[:8], 16) % TEST_SHARE == 0


@dataclass(frozen=True, eq=False)
class OwnDrawing:
    """`image` is uint8 as the data set's own; `label` the place of its class, from 0; `name` its file's."""

    name: str
    label: int
    image: np.ndarray


class OwnDrawings:
    """The drawings kept for a data set, prepared as its images are: in `folder`/<data set's name>.

    Data sets of the same classes whose images are prepared alike, such as MNIST and its sample, have theirs in common.
    """

    def __init__(self, folder: Path, info: DatasetInfo) -> None:
        self.folder = folder / info.name
        self.info = info
        self._folders = (self.folder, *(folder / other.name for other in DATASETS.values() if _are_alike(other, info)))

    @classmethod
    def of(cls, settings: Settings, info: DatasetInfo) -> "OwnDrawings":
        """Those that the settings' home keeps."""
        return cls(settings.own_home / FOLDER, info)

    def names(self) -> list[str]:
        """Files of drawings, the newest first. Others in the folders are left alone. Raises DatasetError."""
        found = {name for folder in self._folders for name in _listed(folder) if self.label(name) is not None}
        return sorted(found, key=lambda name: name.split("-")[1:], reverse=True)

    def keep(self, image: np.ndarray, label: int) -> str:
        """Keep a drawing, whole or not at all; its name. Raises DatasetError: full, or not to be written."""
        if image.shape != self.info.input_shape or image.dtype != np.uint8:
            raise DatasetError(
                f"A drawing should be uint8 of {self.info.input_shape}, not {image.dtype} {image.shape}."
            )
        if not 0 <= label < len(self.info.classes):
            raise DatasetError(f"There is no class {label}: expected 0 to {len(self.info.classes) - 1}.")
        names = self.names()
        if len(names) >= MAX_DRAWINGS:
            raise DatasetError(f"{MAX_DRAWINGS:,} drawings are saved, which is the limit. Delete some of them.")
        wanted = self._lacks_a_test(label, names)
        name = next(name for name in _new_names(label) if is_test(name) == wanted)
        try:
            with replacing(self.folder / name, mode=PRIVATE) as draft:
                Image.fromarray(image.squeeze(-1) if image.shape[2] == 1 else image).save(draft, "PNG")
        except OSError as error:
            raise DatasetError(f"The drawing could not be saved in {self.folder}: {error.strerror}.") from None
        return name

    def delete(self, name: str) -> None:
        """Forget a drawing; one that is gone already is no error. Raises DatasetError."""
        if self.label(name) is None:
            raise DatasetError(f"{name!r:.60} is not a drawing's name.")
        try:
            self._path(name).unlink(missing_ok=True)
        except OSError as error:
            raise DatasetError(f"The drawing could not be deleted: {error.strerror}.") from None

    def load(self, names: list[str]) -> list[OwnDrawing]:
        """Those of these that can be read and are of the data set's shape; damaged files are left out."""
        found = []
        for name in names:
            label = self.label(name)
            try:
                image = read_image(self._path(name))
            except ImageError:
                continue
            image = image[..., np.newaxis] if image.ndim == 2 else image
            if label is not None and image.shape == self.info.input_shape:
                found.append(OwnDrawing(name, label, image))
        return found

    def label(self, name: str) -> int | None:
        """The class in a file's name, from 0; None where it is no drawing's."""
        match = _NAME.fullmatch(name)
        return int(match[1]) if match and int(match[1]) < len(self.info.classes) else None

    def elsewhere(self) -> list[str]:
        """Titles of the data sets that have drawings which do not fit this one. Raises DatasetError."""
        folders = {info.title: self.folder.parent / info.name for info in DATASETS.values()}
        return [
            title
            for title, folder in folders.items()
            if folder not in self._folders and any(map(_NAME.fullmatch, _listed(folder)))
        ]

    def _path(self, name: str) -> Path:
        return next((folder / name for folder in self._folders if (folder / name).is_file()), self.folder / name)

    def _lacks_a_test(self, label: int, names: list[str]) -> bool:
        """Whether the next drawing of a class should be a test drawing: one in four of each class, and of all.

        Classes have theirs at different places, else ten drawings of ten classes would hold none.
        """
        alike = [name for name in names if self.label(name) == label]
        due = (len(alike) + 1 + label % TEST_SHARE) // TEST_SHARE
        return sum(map(is_test, alike)) < due


def _are_alike(one: DatasetInfo, other: DatasetInfo) -> bool:
    """Whether a drawing prepared for one data set is what it would be for the other, which is not the same one."""
    same = (one.preparation, one.input_shape, one.classes) == (other.preparation, other.input_shape, other.classes)
    return same and one.name != other.name


def _listed(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise DatasetError(f"The drawings in {folder} can't be listed: {error.strerror}.") from None


def _new_names(label: int) -> Iterator[str]:
    now = time.time_ns() // 1_000_000
    while True:
        yield f"{label}-{now:013d}-{secrets.token_hex(3)}.png"
