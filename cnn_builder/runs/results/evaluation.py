"""What a run's best model made of the test images, kept in a file beside the model: `evaluation.json`.

The run itself, in the store, holds only what lists of runs show. This holds what is looked at when one is opened.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnn_builder.files import write_whole
from cnn_builder.limits import MAX_EVALUATION_BYTES

FILE = "evaluation.json"
VERSION = 1


@dataclass(frozen=True)
class Picture:
    """A test image that was kept: its place in the test set, its class and the one read, all from 0.

    `probability` is that of the class read, `truth` that of its own.
    """

    index: int
    actual: int
    predicted: int
    probability: float
    truth: float


@dataclass(frozen=True)
class ClassScore:
    """One class: the share of images predicted as it that are (precision), and of its images predicted so (recall).

    None where there is nothing to divide by. `images` are the test images of this class.
    """

    name: str
    images: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Counts over all test images, and a few of the images.

    Attributes:
        confusion: int64 (classes, classes): rows are the class an image has, columns the class it was read as.
        right: bool (images,): which were classified correctly.
        pictures: those on the sheet, in its order: of each cell the most confident first.
        sheet: a WebP or PNG file whose tiles, `columns` in a row, are the pictures.
        side: (height, width) of a tile.
    """

    classes: tuple[str, ...]
    confusion: np.ndarray
    right: np.ndarray
    pictures: tuple[Picture, ...]
    sheet: bytes
    side: tuple[int, int]
    columns: int

    @property
    def images(self) -> int:
        return len(self.right)

    def cell(self, actual: int, predicted: int) -> list[int]:
        """Places of the pictures of one cell, the most confident first."""
        wanted = (actual, predicted)
        return [place for place, one in enumerate(self.pictures) if (one.actual, one.predicted) == wanted]

    def mistakes(self, most: int) -> list[int]:
        """Places of the misclassified pictures with the most confidence."""
        wrong = [place for place, one in enumerate(self.pictures) if one.actual != one.predicted]
        return sorted(wrong, key=lambda place: (-self.pictures[place].probability, self.pictures[place].index))[:most]

    def worst(self) -> tuple[int, int]:
        """The cell off the diagonal that holds the most images; the first cell where none holds any."""
        wrong = self.confusion - np.diag(np.diag(self.confusion))
        actual, predicted = np.unravel_index(int(wrong.argmax()), wrong.shape)
        return int(actual), int(predicted)

    def class_scores(self) -> list[ClassScore]:
        """Precision, recall and F1 of each class, as scikit-learn computes them."""
        hits, read, there = np.diag(self.confusion), self.confusion.sum(axis=0), self.confusion.sum(axis=1)
        return [
            ClassScore(
                name,
                int(there[place]),
                _share(hits[place], read[place]),
                _share(hits[place], there[place]),
                _share(2 * hits[place], read[place] + there[place]),
            )
            for place, name in enumerate(self.classes)
        ]

    def to_json(self) -> str:
        pictures = [
            [one.index, one.actual, one.predicted, round(one.probability, 6), round(one.truth, 6)]
            for one in self.pictures
        ]
        values = {
            "version": VERSION,
            "classes": self.classes,
            "images": self.images,
            "confusion": self.confusion.tolist(),
            "right": _text(np.packbits(self.right).tobytes()),
            "pictures": pictures,
            "sheet": _text(self.sheet),
            "side": self.side,
            "columns": self.columns,
        }
        return json.dumps(values, allow_nan=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Evaluation":
        """Raises ValueError, KeyError or TypeError where the text is not one of ours."""
        values: dict[str, Any] = json.loads(text)
        if values["version"] != VERSION:
            raise ValueError(f"expected version {VERSION}, received {values['version']!r:.20}")
        packed = np.frombuffer(base64.b64decode(values["right"]), np.uint8)
        count = len(values["classes"])
        confusion = np.array(values["confusion"], np.int64).reshape(count, count)
        right = np.unpackbits(packed, count=int(values["images"])).astype(bool)
        pictures = tuple(
            Picture(int(one[0]), int(one[1]), int(one[2]), float(one[3]), float(one[4])) for one in values["pictures"]
        )
        height, width = values["side"]
        sheet = base64.b64decode(values["sheet"])
        classes = tuple(str(name) for name in values["classes"])
        return cls(classes, confusion, right, pictures, sheet, (int(height), int(width)), int(values["columns"]))


def write_evaluation(folder: Path, evaluation: Evaluation) -> None:
    """Keep an evaluation with a run; the file is the old one or the new one. Raises OSError."""
    write_whole(folder / FILE, evaluation.to_json())


def read_evaluation(folder: Path) -> Evaluation | None:
    """A run's evaluation; None where it has none that can be read."""
    try:
        if (folder / FILE).stat().st_size > MAX_EVALUATION_BYTES:
            return None
        return Evaluation.from_json((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, IndexError, binascii.Error):
        return None


def confusion_of(actual: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """How many images of each class (rows) were predicted as each (columns), int64 (classes, classes)."""
    counts = np.bincount(actual * classes + predicted, minlength=classes * classes)
    return counts.reshape(classes, classes).astype(np.int64)


def _share(part: int, whole: int) -> float | None:
    return float(part / whole) if whole else None


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def both_right(first: Sequence[bool] | np.ndarray, second: Sequence[bool] | np.ndarray) -> tuple[int, int, int]:
    """Of the images both networks read: how many, right by the second alone, right by the first alone."""
    images = min(len(first), len(second))
    one, two = np.asarray(first[:images], bool), np.asarray(second[:images], bool)
    return images, int((two & ~one).sum()), int((one & ~two).sum())
