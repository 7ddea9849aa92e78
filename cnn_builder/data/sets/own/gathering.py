"""Images gathered one by one (drawn, taken with the camera, uploaded) before they become a data set or part of one.

They lie as small PNG files in a folder, so that a reload loses none. The classes may be named before they have any.
"""

import json
import re
import secrets
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from cnn_builder.data.drawings.images import read_image
from cnn_builder.data.errors import DatasetError, ImageError
from cnn_builder.data.imports.items import ImageSource, Item
from cnn_builder.data.sets.own.names import checked_class_name, checked_set_name
from cnn_builder.data.sets.own.version import Skipped
from cnn_builder.files import replacing, write_whole
from cnn_builder.limits import MAX_CLASSES, MAX_GATHERED, MAX_GATHERED_SIDE, MIN_PICTURE_SIDE
from cnn_builder.settings import Settings

_CLASSES = "classes.json"
_NAME = re.compile(r"(\d{1,3})-(\d{13})-[0-9a-f]{6}\.png")


@dataclass(frozen=True)
class Gathered:
    """What has been gathered: the classes in the order they were named, and the files, the oldest first."""

    classes: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Images of each class."""
        found = Counter(self.label(file) for file in self.files)
        return {name: found[place] for place, name in enumerate(self.classes)}

    def label(self, file: str) -> int:
        """The class of a file, from 0."""
        return int(file.partition("-")[0])


class Gathering:
    """The images gathered for the data set `name`, which need not be there yet. Raises DatasetError for such a name."""

    def __init__(self, settings: Settings, name: str) -> None:
        self.name = checked_set_name(name)
        self.folder = settings.own_home / "gathered" / self.name

    def look(self) -> Gathered:
        """What is there; what cannot be read is passed over."""
        try:
            classes = tuple(map(str, json.loads((self.folder / _CLASSES).read_text(encoding="utf-8"))))
            names = sorted(path.name for path in self.folder.iterdir())
        except (OSError, ValueError, TypeError):
            return Gathered((), ())
        matches = [match for name in names if (match := _NAME.fullmatch(name)) and int(match[1]) < len(classes)]
        return Gathered(classes, tuple(match[0] for match in sorted(matches, key=lambda match: match[2])))

    def add_class(self, name: str) -> str:
        """Name a class; its name as it is kept. One that is there already stays. Raises DatasetError."""
        name, known = checked_class_name(name), self.look().classes
        if name in known:
            return name
        if len(known) >= MAX_CLASSES:
            raise DatasetError(f"At most {MAX_CLASSES} classes can be named.")
        self._write((*known, name))
        return name

    def add(self, image: np.ndarray, name: str) -> None:
        """Keep an image, uint8 (height, width) or (height, width, 3), as one of a class. Raises DatasetError."""
        if min(image.shape[:2]) < MIN_PICTURE_SIDE:
            raise DatasetError(f"The picture has only {image.shape[1]}×{image.shape[0]} pixels.")
        name = self.add_class(name)
        found = self.look()
        if len(found.files) >= MAX_GATHERED:
            raise DatasetError(f"{MAX_GATHERED:,} images are waiting, which is the limit. Make the data set first.")
        file = f"{found.classes.index(name)}-{time.time_ns() // 1_000_000:013d}-{secrets.token_hex(3)}.png"
        small = Image.fromarray(image)
        small.thumbnail((MAX_GATHERED_SIDE, MAX_GATHERED_SIDE))
        try:
            with replacing(self.folder / file) as draft:
                small.save(draft, "PNG")
        except OSError as error:
            raise DatasetError(f"The image could not be saved in {self.folder}: {error.strerror}.") from None

    def remove_last(self) -> None:
        """Forget the image that was added last."""
        for file in self.look().files[-1:]:
            (self.folder / file).unlink(missing_ok=True)

    def clear(self) -> None:
        """Forget all images and classes."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def load(self, files: tuple[str, ...]) -> list[np.ndarray]:
        """Those of these images that can be read."""
        return [item.image for file in files if isinstance(item := self._item(file, ""), Item)]

    def source(self) -> ImageSource:
        """The gathered images, to be made into a data set. Raises DatasetError where there is none."""
        found = self.look()
        if not found.files:
            raise DatasetError("Nothing has been gathered yet.")

        def items() -> Iterator[Item | Skipped]:
            for file in found.files:
                yield self._item(file, found.classes[found.label(file)])

        used = tuple(name for name, count in found.counts.items() if count)
        return ImageSource("the gathered images", len(found.files), used, items)

    def _item(self, file: str, label: str) -> Item | Skipped:
        try:
            return Item(file, label, read_image(self.folder / file))
        except ImageError as error:
            return Skipped(file, str(error))

    def _write(self, classes: tuple[str, ...]) -> None:
        try:
            write_whole(self.folder / _CLASSES, json.dumps(classes, ensure_ascii=False))
        except OSError as error:
            raise DatasetError(f"The class could not be saved in {self.folder}: {error.strerror}.") from None


def gatherings(settings: Settings) -> list[str]:
    """The names of the data sets for which images have been gathered."""
    folder = settings.own_home / "gathered"
    return sorted(path.name for path in folder.iterdir() if (path / _CLASSES).is_file()) if folder.is_dir() else []
