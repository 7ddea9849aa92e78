"""A drawing or a picture -> a run's prediction for it, in words and numbers. No Streamlit here."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PIL import Image

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import DatasetInfo, ImageError, Prepared, prepare
from cnn_builder.data.drawings.prepared import PreparationStep, no_steps
from cnn_builder.data.drawings.uploads import read_upload
from cnn_builder.figures.class_names import FEW_IMAGES, class_phrase
from cnn_builder.figures.locale_text import number_text
from cnn_builder.figures.percentages import confidence
from cnn_builder.runs.workers.service_api import Neighbours, ReadAnswer
from cnn_builder.ui.shared.confidence import confidence_statement

__all__ = [
    "Reading",
    "class_phrase",
    "decode_drawing",
    "read_drawing",
    "read_file",
    "read_sample",
    "waiting",
]

SIDE = 112
PICTURE_SIDE = 160  # pixels of a picture shown on the pad, at most
ERROR = "The prediction failed"

Read = Callable[[np.ndarray], ReadAnswer]


class DrawingError(CnnBuilderError):
    """The browser sent something that is not a drawing."""


@dataclass(frozen=True)
class Reading:
    """What the panel beside the canvas shows.

    kind: "empty" (nothing asked yet), "answer", "refused" (nothing to classify) or "error" (worth another try).
    verdict, ground: see `ConfidenceStatement`. probabilities: one per class, in the data set's order, or None.
    seen: the uint8 image (height, width, channels) the model was given, or None.
    picture: what it was made of, where that was not drawn on the pad: uint8 (height, width) or (…, channels).
    outcome: "right" or "wrong" for a test image, whose class is known.
    neighbours: training images with their classes' places. settled: whether asking again would bring no more.
    """

    kind: str
    title: str
    detail: str = ""
    verdict: str = ""
    ground: str = ""
    probabilities: tuple[float, ...] | None = None
    seen: np.ndarray | None = None
    picture: np.ndarray | None = None
    notes: tuple[str, ...] = ()
    neighbours: Neighbours | None = None
    settled: bool = True
    outcome: str = ""
    steps: Callable[[], tuple[PreparationStep, ...]] = no_steps

    @property
    def top(self) -> int:
        """Place of the likeliest class, from 0 (-1: no answer)."""
        return int(np.argmax(self.probabilities)) if self.probabilities else -1

    def to_data(self, ack: int, turn: int = 0, with_steps: bool = False) -> dict[str, Any]:
        """For the browser; `ack` is the number of the drawing that this answers, `turn` the number of the answer."""
        near = self.neighbours
        found = [] if near is None else list(zip(near.images, near.labels, strict=True))
        steps = [{"name": s.name, "line": s.line, "image": pixels(s.image)} for s in self.steps()] if with_steps else []
        return {
            "ack": ack, "turn": turn, "kind": self.kind, "title": self.title, "detail": self.detail, "top": self.top,
            "verdict": self.verdict, "ground": self.ground, "settled": self.settled,
            "outcome": self.outcome,
            "probabilities": None if self.probabilities is None else list(self.probabilities),
            "percents": None if self.probabilities is None else [confidence(p) for p in self.probabilities],
            "seen": None if self.seen is None else pixels(self.seen), "notes": list(self.notes),
            "near": [{"image": pixels(image), "label": int(label)} for image, label in found], "steps": steps,
        }  # fmt: skip


def pixels(image: np.ndarray) -> dict[str, Any]:
    """uint8 (height, width) or (height, width, 1 or 3) for the browser."""
    whole = image[..., np.newaxis] if image.ndim == 2 else image
    text = base64.b64encode(np.ascontiguousarray(whole).tobytes()).decode("ascii")
    return {"pixels": text, "shape": [int(side) for side in whole.shape]}


def waiting(info: DatasetInfo) -> Reading:
    """Before anything was drawn."""
    if info.is_digits:
        return Reading("empty", "Draw a digit", "One digit, large, from 0 to 9.")
    if info.takes_photos:
        return Reading("empty", "Choose a picture", f"A photo of one of: {', '.join(info.classes)}.")
    return Reading("empty", "Draw or upload a picture", f"Draw, paste or upload one of: {', '.join(info.classes)}.")


def decode_drawing(text: object) -> np.ndarray:
    """The canvas' base64 text as (112, 112) uint8, 0 black, 255 ink. Raises DrawingError."""
    expected = f"expected {SIDE}×{SIDE} grey values in base64"
    if not isinstance(text, str):
        raise DrawingError(f"The drawing can't be read: {expected}, received {type(text).__name__}. Draw it again.")
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DrawingError(f"The drawing can't be read: {expected}, received other text. Draw it again.") from error
    if len(content) != SIDE * SIDE:
        raise DrawingError(
            f"The drawing can't be read: {expected}, received {number_text(len(content))} bytes. Draw it again."
        )
    return np.frombuffer(content, dtype=np.uint8).reshape(SIDE, SIDE)


def read_drawing(text: object, info: DatasetInfo, read: Read) -> Reading:
    """The model's prediction for the canvas' image; never raises an error meant for users, but shows it."""
    try:
        image = decode_drawing(text)
    except DrawingError as error:
        return Reading("error", ERROR, str(error))
    if not image.any():
        hint = "Draw a digit in the black square." if info.is_digits else "Draw in the black square."
        return Reading("refused", "Nothing drawn yet", hint)
    return _read(prepare(image, info, ink_is="bright"), info, read)


def read_file(content: bytes, info: DatasetInfo, read: Read) -> Reading:
    """The model's prediction for a picture file; never raises an error meant for users, but shows it."""
    try:
        image = read_upload(content)
    except ImageError as error:
        return Reading("refused", "This picture can't be read", str(error))
    return replace(_read(prepare(image, info), info, read), picture=_thumbnail(image))


def _thumbnail(image: np.ndarray) -> np.ndarray:
    small = Image.fromarray(image)
    small.thumbnail((PICTURE_SIDE, PICTURE_SIDE))
    return np.asarray(small)


def read_sample(image: np.ndarray, label: int, info: DatasetInfo, read: Read) -> Reading:
    """The model's prediction for one of the data set's own images, whose class is known."""
    reading = replace(_read(Prepared(image), info, read), picture=image)
    if reading.kind != "answer":
        return reading
    right = reading.top == label
    note = f"A test image. {'Correct' if right else 'Wrong'}: it is {class_phrase(info.classes[label], info)}."
    return replace(reading, notes=(note,), outcome="right" if right else "wrong")


def _read(prepared: Prepared, info: DatasetInfo, read: Read) -> Reading:
    if prepared.image is None:
        return Reading("refused", "No prediction", prepared.refused or "There is nothing to classify in this picture.")
    try:
        answer = read(prepared.image)
    except CnnBuilderError as error:
        return Reading("error", ERROR, str(error), seen=prepared.image, steps=prepared.steps)
    if len(answer.probabilities) != len(info.classes) or not np.isfinite(answer.probabilities).all():
        message = f"The model gave {len(answer.probabilities)} values; expected one finite probability for each of the "
        return Reading("error", "No prediction", f"{message}{len(info.classes)} classes. Train it again.")
    judged = confidence_statement(answer, info, len(prepared.warnings))
    return Reading(
        "answer", judged.title, judged.detail, judged.kind, judged.ground,
        tuple(float(p) for p in answer.probabilities), prepared.image,
        notes=(*prepared.warnings, FEW_IMAGES) if info.preparation == "digits" else prepared.warnings,
        neighbours=answer.neighbours, settled=answer.settled, steps=prepared.steps,
    )  # fmt: skip
