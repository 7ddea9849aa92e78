"""A drawing or a picture file -> what a run's model reads in it, in words and numbers. No Streamlit here."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import DatasetInfo, ImageError, Prepared, prepare, read_image

SIDE = 112
CERTAIN = 0.9
LIKELY = 0.5
# Measured: an L2 trained on `digits` reads two thirds of MNIST's test images, however sure it is of itself.
FEW_IMAGES = "Trained on few, narrow digits, it often misreads other hands. One trained on MNIST reads far better."

Predict = Callable[[np.ndarray], Sequence[float]]


class DrawingError(CnnBuilderError):
    """The browser sent something that is not a drawing."""


@dataclass(frozen=True)
class Reading:
    """What the panel beside the canvas shows.

    kind: "empty" (nothing asked yet), "answer", "refused" (nothing to read in it) or "error" (worth another try).
    probabilities: one per class, in the data set's order, or None.
    seen: the uint8 image (height, width, channels) the model was given, or None.
    """

    kind: str
    title: str
    detail: str = ""
    probabilities: tuple[float, ...] | None = None
    seen: np.ndarray | None = None
    notes: tuple[str, ...] = ()

    @property
    def top(self) -> int:
        """Place of the likeliest class, from 0 (-1: no answer)."""
        return int(np.argmax(self.probabilities)) if self.probabilities else -1

    def to_data(self, ack: int, turn: int = 0) -> dict[str, Any]:
        """For the browser; `ack` is the number of the drawing that this answers, `turn` the number of the answer."""
        seen = None
        if self.seen is not None:
            pixels = base64.b64encode(np.ascontiguousarray(self.seen).tobytes()).decode("ascii")
            seen = {"pixels": pixels, "shape": [int(side) for side in self.seen.shape]}
        probabilities = None if self.probabilities is None else [float(p) for p in self.probabilities]
        return {
            "ack": ack, "turn": turn, "kind": self.kind, "title": self.title, "detail": self.detail, "top": self.top,
            "probabilities": probabilities, "seen": seen, "notes": list(self.notes),
        }  # fmt: skip


def is_digits(info: DatasetInfo) -> bool:
    return all(name.isdigit() for name in info.classes)


def waiting(info: DatasetInfo) -> Reading:
    """Before anything was drawn."""
    if is_digits(info):
        return Reading("empty", "Draw a digit", "One digit, large, from 0 to 9.")
    return Reading("empty", "Draw something", f"One of: {', '.join(info.classes)}.")


def decode(text: object) -> np.ndarray:
    """The canvas' base64 text as (112, 112) uint8, 0 black, 255 ink. Raises DrawingError."""
    expected = f"expected {SIDE}×{SIDE} grey values in base64"
    if not isinstance(text, str):
        raise DrawingError(f"The drawing can't be read: {expected}, received {type(text).__name__}. Draw it again.")
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DrawingError(f"The drawing can't be read: {expected}, received other text. Draw it again.") from error
    if len(content) != SIDE * SIDE:
        raise DrawingError(f"The drawing can't be read: {expected}, received {len(content):,} bytes. Draw it again.")
    return np.frombuffer(content, dtype=np.uint8).reshape(SIDE, SIDE)


def read_drawing(text: object, info: DatasetInfo, predict: Predict) -> Reading:
    """What the model reads in the canvas' image; never raises an error meant for users, but shows it."""
    try:
        image = decode(text)
    except DrawingError as error:
        return Reading("error", "No answer this time", str(error))
    if not image.any():
        hint = "Draw a digit in the black square." if is_digits(info) else "Draw in the black square."
        return Reading("refused", "Nothing drawn yet", hint)
    return _read(prepare(image, info, ink_is="bright"), info, predict)


def read_file(content: bytes, info: DatasetInfo, predict: Predict) -> Reading:
    """What the model reads in a picture file; never raises an error meant for users, but shows it."""
    try:
        image = read_image(content)
    except ImageError as error:
        return Reading("refused", "This file can't be read", str(error))
    return _read(prepare(image, info), info, predict)


def _read(prepared: Prepared, info: DatasetInfo, predict: Predict) -> Reading:
    if prepared.image is None:
        return Reading("refused", "No answer", prepared.refused or "There is nothing to read in it.")
    try:
        probabilities = tuple(float(p) for p in predict(prepared.image))
    except CnnBuilderError as error:
        return Reading("error", "No answer this time", str(error), seen=prepared.image)
    if len(probabilities) != len(info.classes) or not np.isfinite(probabilities).all():
        message = f"The model gave {len(probabilities)} values; expected one finite probability for each of the "
        return Reading("error", "No answer", f"{message}{len(info.classes)} classes. Train it again.")
    title, detail = words(probabilities, info, prepared)
    notes = (*prepared.warnings, FEW_IMAGES) if info.preparation == "digits" else prepared.warnings
    return Reading("answer", title, detail, probabilities, prepared.image, tuple(notes))


def words(probabilities: Sequence[float], info: DatasetInfo, prepared: Prepared) -> tuple[str, str]:
    """The answer as a title and a line below. "This is" only where that is likely to be true."""
    order = np.argsort(probabilities, kind="stable")[::-1]
    first, second = int(order[0]), int(order[1])
    best = probabilities[first]
    name = thing(info.classes[first], info)
    doubtful = best < CERTAIN or bool(prepared.warnings) or info.preparation == "digits"
    if best < LIKELY:
        title = f"Perhaps {name}"
    elif doubtful:
        title = f"This looks like {name}"
    else:
        title = f"This is {name}"
    detail = f"{percent(best)} sure"
    if best < CERTAIN:
        detail += f"; next, {thing(info.classes[second], info)} ({percent(probabilities[second])})"
    return title, detail


def thing(name: str, info: DatasetInfo) -> str:
    """A class in a sentence: "a 7", "an 8"; other class names are quoted as they are."""
    if not is_digits(info):
        return f"“{name}”"
    return f"an {name}" if name.startswith("8") else f"a {name}"


def percent(probability: float) -> str:
    """One decimal; 99.97 % is not rounded up to certainty."""
    value = 100 * probability
    return f"{value if value >= 100 else min(value, 99.9):.1f}\u00a0%"
