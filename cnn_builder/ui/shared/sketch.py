"""The last drawing or picture and its prediction, kept over reruns and page switches. No Streamlit here."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cnn_builder.data import DatasetInfo
from cnn_builder.limits import MAX_STROKE_NUMBERS
from cnn_builder.ui.components.canvas import Drawing, Sent
from cnn_builder.ui.shared.prediction import Read, Reading, pixels, read_drawing, read_file, read_sample, waiting


@dataclass(frozen=True)
class Drawn:
    """The canvas' image, as the browser sent it."""

    image: object

    def read_by(self, info: DatasetInfo, read: Read) -> Reading:
        return read_drawing(self.image, info, read)


@dataclass(frozen=True)
class File:
    """A picture's bytes, uploaded or pasted."""

    content: bytes

    def read_by(self, info: DatasetInfo, read: Read) -> Reading:
        return read_file(self.content, info, read)


@dataclass(frozen=True, eq=False)
class Sample:
    """One of a data set's own test images, uint8 (height, width, channels), and its class from 0."""

    dataset: str
    image: np.ndarray
    label: int

    def read_by(self, info: DatasetInfo, read: Read) -> Reading:
        if info.name != self.dataset:
            return waiting(info)
        return read_sample(self.image, self.label, info, read)


Source = Drawn | File | Sample


@dataclass(frozen=True)
class Sketch:
    """The last drawing or picture, and the prediction for it.

    seq: the canvas' last drawing. pasted: the number of the last pasted picture. file_id: the last upload's.
    run_id: whose answer it is. turn: counts the answers, so that the same one given again is seen to be new.
    kept: the number of the last request to save the drawing; kept_words: its outcome.
    pictures: counts what was read that was not drawn on the pad, so that the pad shows each once.
    """

    seq: int = 0
    source: Source | None = None
    file_id: str | None = None
    pasted: int = 0
    saved: dict[str, Any] | None = None
    run_id: str | None = None
    turn: int = 0
    reading: Reading | None = None
    kept: int = 0
    kept_words: str = ""
    pictures: int = 0

    @property
    def is_users_own(self) -> bool:
        """Whether it may be saved among the user's own drawings: a test image may not."""
        return not isinstance(self.source, Sample)

    def showing(self, source: Source, **others: Any) -> "Sketch":
        """The same with something else to read; a picture takes the place of what is drawn on the pad."""
        if not isinstance(source, Drawn):
            others = {"pictures": self.pictures + 1, "saved": None, **others}
        return replace(self, source=source, reading=None, kept_words="", **others)

    def picture(self) -> dict[str, Any] | None:
        """What the pad shows instead of strokes, for the browser; None while it shows what was drawn there."""
        if self.source is None or isinstance(self.source, Drawn):
            return None
        shown = None if self.reading is None else self.reading.picture
        return {"number": self.pictures, "image": None if shown is None else pixels(shown)}

    def after(self, received: Sent) -> "Sketch":
        """The same with what the canvas sent since."""
        sketch = self
        if received.pasted is not None and received.pasted[0] > sketch.pasted:
            sketch = sketch.showing(File(received.pasted[1]), pasted=received.pasted[0])
        if received.drawing is not None and received.drawing["seq"] > sketch.seq:
            sketch = sketch.with_drawing(received.drawing)
        return sketch

    def with_drawing(self, drawing: Drawing) -> "Sketch":
        saved = self.saved
        if drawing.get("saved") is not None:
            saved = drawing["saved"] if _size(drawing["saved"]) <= MAX_STROKE_NUMBERS else None
        return self.showing(Drawn(drawing.get("image")), seq=drawing["seq"], saved=saved)

    def read_by(self, run_id: str, info: DatasetInfo, read: Read) -> "Sketch":
        """The same, with this run's answer; an answer that is there already stays."""
        if self.run_id == run_id and self.reading is not None:
            return self
        reading = waiting(info) if self.source is None else self.source.read_by(info, read)
        return replace(self, run_id=run_id, turn=self.turn + 1, reading=reading)


def _size(saved: object) -> int:
    """How many numbers the strokes hold; far too many when it is not strokes at all."""
    strokes = saved.get("strokes") if isinstance(saved, dict) else None
    if not isinstance(strokes, list):
        return MAX_STROKE_NUMBERS + 1
    numbers = [
        len(stroke.get(part, ())) if isinstance(stroke, dict) else MAX_STROKE_NUMBERS
        for stroke in strokes
        for part in "pq"
    ]
    return sum(numbers)
