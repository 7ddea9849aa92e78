"""The fragment of the Draw page: canvas, answer and picture upload. A stroke reruns this and nothing around it."""

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st

from cnn_builder.data import DATASETS, DatasetInfo
from cnn_builder.runs import Run
from cnn_builder.settings import Settings
from cnn_builder.ui import state
from cnn_builder.ui.components.canvas import Drawing, canvas, sent
from cnn_builder.ui.reading import Predict, Reading, is_digits, percent, read_drawing, read_file, waiting

PICTURES = ["png", "jpg", "jpeg", "bmp", "gif", "webp", "tif", "tiff"]
MAX_NUMBERS = 40_000
SKETCH = "sketch"


@dataclass(frozen=True)
class Sketch:
    """What was asked last and what was answered; kept over reruns and page switches.

    drawn, file: the canvas' image or the file's bytes, whichever was read last. seq: the canvas' last drawing.
    run_id: whose answer it is. turn: counts the answers, so that the same one given again is seen to be new.
    """

    seq: int = 0
    drawn: object = None
    file: bytes | None = None
    file_id: str | None = None
    saved: dict[str, Any] | None = None
    run_id: str | None = None
    turn: int = 0
    reading: Reading | None = None

    def with_drawing(self, drawing: Drawing) -> "Sketch":
        saved = self.saved
        if drawing.get("saved") is not None:
            saved = drawing["saved"] if _size(drawing["saved"]) <= MAX_NUMBERS else None
        return replace(self, seq=drawing["seq"], drawn=drawing.get("image"), file=None, saved=saved, reading=None)

    def with_file(self, content: bytes, file_id: str) -> "Sketch":
        return replace(self, drawn=None, file=content, file_id=file_id, reading=None)

    def read_by(self, run_id: str, info: DatasetInfo, predict: Predict) -> "Sketch":
        """The same, with this run's answer; an answer that is there already stays."""
        if self.run_id == run_id and self.reading is not None:
            return self
        if self.file is not None:
            reading = read_file(self.file, info, predict)
        elif self.drawn is not None:
            reading = read_drawing(self.drawn, info, predict)
        else:
            reading = waiting(info)
        return replace(self, run_id=run_id, turn=self.turn + 1, reading=reading)


def _size(saved: object) -> int:
    """How many numbers the strokes hold; far too many when it is not strokes at all."""
    strokes = saved.get("strokes") if isinstance(saved, dict) else None
    if not isinstance(strokes, list):
        return MAX_NUMBERS + 1
    return sum(len(stroke.get("p", ())) if isinstance(stroke, dict) else MAX_NUMBERS for stroke in strokes)


def readable(runs: list[Run], settings: Settings) -> list[Run]:
    """The runs whose best model can be asked, in the order given."""
    return [
        run
        for run in runs
        if run.status in ("finished", "stopped")
        and run.dataset in DATASETS
        and (settings.run_folder(run.run_id) / "best.keras").is_file()
    ]


def label(run: Run) -> str:
    """A run in the list of networks: name, data set, test accuracy, time.

    No "2 min ago": Streamlit knows an option by its text, so the text may not change.
    """
    made = time.strftime("%d %b, %H:%M", time.localtime(run.created))
    accuracy = "stopped early" if run.test_accuracy is None else f"{percent(run.test_accuracy)} of test images right"
    return f"{run.name} · {DATASETS[run.dataset].title} · {accuracy} · {made}"


@st.fragment
def drawing(run: Run) -> None:
    info = DATASETS[run.dataset]
    service = state.service()

    def predict(image: np.ndarray) -> list[float]:
        return service.predict(run.run_id, image)

    sketch = _sketch()
    pad = st.container(key="draw_area")
    with st.expander("Read an image file"):
        one = "one digit" if is_digits(info) else "one thing"
        upload = st.file_uploader(
            f"A picture of {one}, dark on light or light on dark", type=PICTURES, key=state.DRAW_FILE
        )
    if upload is not None and upload.file_id != sketch.file_id:
        sketch = sketch.with_file(upload.getvalue(), upload.file_id)
    fresh = sent(state.DRAW_PAD)
    if fresh is not None and fresh["seq"] > sketch.seq:
        sketch = sketch.with_drawing(fresh)
    sketch = sketch.read_by(run.run_id, info, predict)
    state.set_drawing({SKETCH: sketch})
    if sketch.reading is not None:
        with pad:
            data = sketch.reading.to_data(sketch.seq, sketch.turn)
            canvas(data, info.classes, sketch.saved, key=state.DRAW_PAD, on_retry=_forget_answer)


def _sketch() -> Sketch:
    kept = state.drawing().get(SKETCH)
    return kept if isinstance(kept, Sketch) else Sketch()


def sketched(run: Run) -> np.ndarray | None:
    """The image the run's network saw in what was drawn last, uint8 (height, width, channels); None without one."""
    sketch = _sketch()
    info = DATASETS[run.dataset]
    if sketch.reading is None or sketch.reading.seen is None or sketch.reading.seen.shape != info.input_shape:
        return None
    return sketch.reading.seen


def _forget_answer() -> None:
    state.set_drawing({SKETCH: replace(_sketch(), reading=None)})
