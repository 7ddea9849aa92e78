"""Drawings people kept with their labels: a data set of their own, as small PNG files in a folder."""

import os
import re
import secrets
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from cnn_builder.data.datasets import DatasetInfo
from cnn_builder.data.errors import DatasetError, ImageError
from cnn_builder.data.images import read_image

MOST = 1000
"""How many drawings a folder holds."""
_NAME = re.compile(r"(\d{1,3})-(\d{13})-[0-9a-f]{6}\.png")


@dataclass(frozen=True, eq=False)
class OwnDrawing:
    """`image` is uint8 as the data set's own; `label` the place of its class, from 0; `name` its file's."""

    name: str
    label: int
    image: np.ndarray


class OwnDrawings:
    """The drawings kept for one data set, prepared as its images are: in `folder`/<data set's name>."""

    def __init__(self, folder: Path, info: DatasetInfo) -> None:
        self.folder = folder / info.name
        self._info = info

    def names(self) -> list[str]:
        """Files of drawings, the newest first. Others in the folder are left alone."""
        try:
            found = [name for name in os.listdir(self.folder) if self._label(name) is not None]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise DatasetError(f"The drawings in {self.folder} can't be listed: {error.strerror}.") from None
        return sorted(found, key=lambda name: name.split("-")[1:], reverse=True)

    def keep(self, image: np.ndarray, label: int) -> str:
        """Keep a drawing, whole or not at all; its name. Raises DatasetError: full, or not to be written."""
        if image.shape != self._info.input_shape or image.dtype != np.uint8:
            raise DatasetError(
                f"A drawing should be uint8 of {self._info.input_shape}, not {image.dtype} {image.shape}."
            )
        if not 0 <= label < len(self._info.classes):
            raise DatasetError(f"There is no class {label}: expected 0 to {len(self._info.classes) - 1}.")
        if len(self.names()) >= MOST:
            raise DatasetError(f"{MOST:,} drawings are kept already, and no more can be. Delete some.")
        name = f"{label}-{time.time_ns() // 1_000_000:013d}-{secrets.token_hex(3)}.png"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, draft = tempfile.mkstemp(prefix=".draft-", dir=self.folder)
            with os.fdopen(handle, "wb") as file:
                Image.fromarray(image.squeeze(-1) if image.shape[2] == 1 else image).save(file, "PNG")
            os.replace(draft, self.folder / name)
        except OSError as error:
            raise DatasetError(f"The drawing could not be kept in {self.folder}: {error.strerror}.") from None
        return name

    def delete(self, name: str) -> None:
        """Forget a drawing; one that is gone already is no error. Raises DatasetError."""
        if self._label(name) is None:
            raise DatasetError(f"{name!r:.60} is not a drawing's name.")
        try:
            (self.folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise DatasetError(f"The drawing could not be deleted: {error.strerror}.") from None

    def load(self, names: list[str]) -> list[OwnDrawing]:
        """Those of these that can be read and are of the data set's shape; damaged files are left out."""
        found = []
        for name in names:
            label = self._label(name)
            try:
                image = read_image(self.folder / name)
            except ImageError:
                continue
            image = image[..., np.newaxis] if image.ndim == 2 else image
            if label is not None and image.shape == self._info.input_shape:
                found.append(OwnDrawing(name, label, image))
        return found

    def _label(self, name: str) -> int | None:
        """The class in a file's name; None where it is no drawing's."""
        match = _NAME.fullmatch(name)
        return int(match[1]) if match and int(match[1]) < len(self._info.classes) else None
