"""The user's own drawings as a run takes them: those to train on and those that test it, in one `.npz`."""

import hashlib
import io
import zipfile
import zlib
from dataclasses import dataclass

import numpy as np

from cnn_builder.data.errors import DatasetError
from cnn_builder.data.sets.npz import KEYS
from cnn_builder.data.sets.user_drawings import OwnDrawings, is_test

LEAST = 8
"""With fewer drawings in all, what becomes of them says nothing."""


@dataclass(frozen=True, eq=False)
class DrawingSet:
    """Images (n, height, width, channels) uint8 and labels (n,) int64 from 0; no image is in both parts."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray

    @property
    def fingerprint(self) -> str:
        """12 hexadecimal digits that another set would not have."""
        digest = hashlib.sha256()
        for key in KEYS:
            array = np.ascontiguousarray(getattr(self, key))
            digest.update(f"{key} {array.dtype} {array.shape}".encode())
            digest.update(array.tobytes())
        return digest.hexdigest()[:12]

    def to_npz(self) -> bytes:
        """As a `.npz` file with Keras' keys: x_train, y_train, x_test, y_test."""
        file = io.BytesIO()
        np.savez_compressed(file, **{key: getattr(self, key) for key in KEYS})
        return file.getvalue()

    @classmethod
    def from_npz(cls, content: bytes) -> "DrawingSet":
        """The inverse. Raises DatasetError where the file is damaged."""
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as file:
                return cls(**{key: file[key] for key in KEYS})
        except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
            raise DatasetError("The drawings kept with the run are damaged. Start a new run.") from error


def drawing_counts(names: list[str]) -> tuple[int, int]:
    """How many drawings of these names are to train on, and how many are test drawings."""
    tests = sum(map(is_test, names))
    return len(names) - tests, tests


def drawings_refusal(own: OwnDrawings, train: int, test: int) -> str | None:
    """Why a network cannot be trained on so many drawings, in a sentence or two; None where it can."""
    title, count = own.info.title, train + test
    have = "1 drawing that fits" if count == 1 else f"{count:,} drawings that fit"
    if not count:
        return f"You have no drawings that fit {title}.{_elsewhere(own)} Save some with their labels on the Draw page."
    if count < LEAST:
        return f"You have {have} {title}, at least {LEAST} are needed.{_elsewhere(own)} Save more on the Draw page."
    if not train or not test:
        which = "to train on" if not train else "to test with"
        return f"You have {have} {title}, but none {which} yet. Save more on the Draw page."
    return None


def drawings_for_run(own: OwnDrawings) -> DrawingSet:
    """The drawings of now, oldest first. Raises DatasetError where they are too few.

    A drawing that equals a test drawing is not trained on, else the test would ask for what was learned by heart.
    """
    found = sorted(own.load(own.names()), key=lambda one: (one.name.split("-")[1:], one.label))
    tests = [one for one in found if is_test(one.name)]
    known = {one.image.tobytes() for one in tests}
    train = [one for one in found if not is_test(one.name) and one.image.tobytes() not in known]
    reason = drawings_refusal(own, len(train), len(tests))
    if reason is not None:
        raise DatasetError(reason)
    parts = [
        (np.stack([one.image for one in part]), np.array([one.label for one in part], np.int64))
        for part in (train, tests)
    ]
    return DrawingSet(*parts[0], *parts[1])


def _elsewhere(own: OwnDrawings) -> str:
    """Where there are drawings that do not fit, in a sentence that begins with a space; else empty."""
    titles = own.elsewhere()
    if not titles:
        return ""
    return f" Those saved for {' and '.join(titles)} do not fit: other classes, or prepared in another way."
