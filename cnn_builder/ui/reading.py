"""A drawing or a picture -> what a run's model reads in it, in words and numbers. No Streamlit here."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import DatasetInfo, ImageError, Prepared, prepare, read_image
from cnn_builder.data.prepared import Step, no_steps
from cnn_builder.runs.questions import Neighbours, ReadAnswer
from cnn_builder.ui.verdict import FEW_IMAGES, is_digits, percent, thing, verdict

__all__ = ["Reading", "decode", "is_digits", "percent", "read_drawing", "read_file", "read_sample", "thing", "waiting"]

SIDE = 112
ERROR = "No answer this time"

Read = Callable[[np.ndarray], ReadAnswer]


class DrawingError(CnnBuilderError):
    """The browser sent something that is not a drawing."""


@dataclass(frozen=True)
class Reading:
    """What the panel beside the canvas shows.

    kind: "empty" (nothing asked yet), "answer", "refused" (nothing to read in it) or "error" (worth another try).
    verdict, ground: see `ui.verdict`. probabilities: one per class, in the data set's order, or None.
    seen: the uint8 image (height, width, channels) the model was given, or None.
    neighbours: training images with their classes' places. settled: whether asking again would bring no more.
    """

    kind: str
    title: str
    detail: str = ""
    verdict: str = ""
    ground: str = ""
    probabilities: tuple[float, ...] | None = None
    seen: np.ndarray | None = None
    notes: tuple[str, ...] = ()
    neighbours: Neighbours | None = None
    settled: bool = True
    steps: Callable[[], tuple[Step, ...]] = no_steps

    @property
    def top(self) -> int:
        """Place of the likeliest class, from 0 (-1: no answer)."""
        return int(np.argmax(self.probabilities)) if self.probabilities else -1

    def to_data(self, ack: int, turn: int = 0, with_steps: bool = False) -> dict[str, Any]:
        """For the browser; `ack` is the number of the drawing that this answers, `turn` the number of the answer."""
        near = self.neighbours
        found = [] if near is None else list(zip(near.images, near.labels, strict=True))
        steps = (
            [{"name": s.name, "line": s.line, "image": _pixels(s.image)} for s in self.steps()] if with_steps else []
        )
        return {
            "ack": ack, "turn": turn, "kind": self.kind, "title": self.title, "detail": self.detail, "top": self.top,
            "verdict": self.verdict, "ground": self.ground, "settled": self.settled,
            "probabilities": None if self.probabilities is None else [float(p) for p in self.probabilities],
            "seen": None if self.seen is None else _pixels(self.seen), "notes": list(self.notes),
            "near": [{"image": _pixels(image), "label": int(label)} for image, label in found], "steps": steps,
        }  # fmt: skip


def _pixels(image: np.ndarray) -> dict[str, Any]:
    """uint8 (height, width) or (height, width, 1 or 3) for the browser."""
    whole = image[..., np.newaxis] if image.ndim == 2 else image
    text = base64.b64encode(np.ascontiguousarray(whole).tobytes()).decode("ascii")
    return {"pixels": text, "shape": [int(side) for side in whole.shape]}


def waiting(info: DatasetInfo) -> Reading:
    """Before anything was drawn."""
    if is_digits(info):
        return Reading("empty", "Draw a digit", "One digit, large, from 0 to 9.")
    return Reading("empty", "Show it something", f"Draw, paste or upload one of: {', '.join(info.classes)}.")


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


def read_drawing(text: object, info: DatasetInfo, read: Read) -> Reading:
    """What the model reads in the canvas' image; never raises an error meant for users, but shows it."""
    try:
        image = decode(text)
    except DrawingError as error:
        return Reading("error", ERROR, str(error))
    if not image.any():
        hint = "Draw a digit in the black square." if is_digits(info) else "Draw in the black square."
        return Reading("refused", "Nothing drawn yet", hint)
    return _read(prepare(image, info, ink_is="bright"), info, read)


def read_file(content: bytes, info: DatasetInfo, read: Read) -> Reading:
    """What the model reads in a picture file; never raises an error meant for users, but shows it."""
    try:
        image = read_image(content)
    except ImageError as error:
        return Reading("refused", "This picture can't be read", str(error))
    return _read(prepare(image, info), info, read)


def read_sample(image: np.ndarray, label: int, info: DatasetInfo, read: Read) -> Reading:
    """What the model reads in one of the data set's own images, of which the class is known."""
    reading = _read(Prepared(image), info, read)
    if reading.kind != "answer":
        return reading
    right = "It is" if reading.top == label else "In truth it is"
    note = f"A test image. {right} {thing(info.classes[label], info)}."
    return Reading(**{**reading.__dict__, "notes": (note,)})


def _read(prepared: Prepared, info: DatasetInfo, read: Read) -> Reading:
    if prepared.image is None:
        return Reading("refused", "No answer", prepared.refused or "There is nothing to read in it.")
    try:
        answer = read(prepared.image)
    except CnnBuilderError as error:
        return Reading("error", ERROR, str(error), seen=prepared.image, steps=prepared.steps)
    if len(answer.probabilities) != len(info.classes) or not np.isfinite(answer.probabilities).all():
        message = f"The model gave {len(answer.probabilities)} values; expected one finite probability for each of the "
        return Reading("error", "No answer", f"{message}{len(info.classes)} classes. Train it again.")
    said = verdict(answer, info, len(prepared.warnings))
    return Reading(
        "answer", said.title, said.detail, said.kind, said.ground,
        tuple(float(p) for p in answer.probabilities), prepared.image,
        (*prepared.warnings, FEW_IMAGES) if info.preparation == "digits" else prepared.warnings,
        answer.neighbours, answer.settled, prepared.steps,
    )  # fmt: skip
