"""The canvas of the Start page: what is drawn on it is read anew after every epoch. The session keeps each reading."""

from dataclasses import dataclass, field, replace
from html import escape

import numpy as np
import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import DatasetInfo, describe
from cnn_builder.figures.percentages import confidence
from cnn_builder.runs import Run, RunNotFound
from cnn_builder.runs.errors import ServiceError
from cnn_builder.runs.run_files import BEST, epoch_weights
from cnn_builder.runs.workers.service_api import Questions, ReadAnswer
from cnn_builder.ui import server, state
from cnn_builder.ui.components.canvas import CanvasContent, canvas, sent
from cnn_builder.ui.shared.errors import callback, fragment
from cnn_builder.ui.shared.first_run import PRESET
from cnn_builder.ui.shared.prediction import Reading, class_phrase
from cnn_builder.ui.shared.sketch import Sketch
from cnn_builder.ui.shared.text import plain
from cnn_builder.ui.shared.user_pictures import current_sketch, remember

POLL = "1s"
NOT_YET = "No network yet"


@dataclass(frozen=True)
class Reader:
    """Who reads the drawing: nobody yet (epoch None), the network after an epoch (from 1), or the trained one (0)."""

    run: Run | None
    epoch: int | None

    @property
    def name(self) -> str:
        """Another one for each that may answer differently."""
        return "" if self.run is None else f"{self.run.run_id}/{self.epoch}"


@dataclass
class Readings:
    """What one drawing was read as, epoch by epoch: class from 0 and its probability."""

    drawing: tuple[int, int, int] = (0, 0, 0)
    run_id: str = ""
    by_epoch: dict[int, tuple[int, float]] = field(default_factory=dict)


def reading(run: Run | None) -> None:
    """The canvas with the answer beside it; polls while the run is active."""
    polls = run is not None and run.is_active
    fragment(_reading, run_every=POLL if polls else None)(run.run_id if run else None)


def _reading(run_id: str | None) -> None:
    """Draw once. A fragment that reruns has to show its own errors: the page's frame does not see them."""
    try:
        _draw(None if run_id is None else server.store().get(run_id))
    except RunNotFound:
        st.rerun()  # deleted elsewhere
    except CnnBuilderError as error:
        st.error(plain(str(error)))


def _draw(run: Run | None) -> None:
    info = describe(PRESET.dataset if run is None else run.dataset)
    reader = newest_reader(run)
    sketch = current_sketch().after(sent(state.START_PAD))
    sketch = sketch.read_by(reader.name, info, lambda image: _ask(reader, image))
    remember(sketch)
    assert sketch.reading is not None
    told = in_words(sketch.reading, reader, info)
    data = told.to_data(sketch.seq, sketch.turn)
    canvas(
        CanvasContent(data, info.classes, sketch.saved, sketch.picture(), False, "", compact=True),
        state.START_PAD,
        _forget_answer,
    )
    st.html(history_html(_record(sketch, reader), info))


def newest_reader(run: Run | None) -> Reader:
    """The trained network where there is one, else the weights of the newest epoch, else nobody."""
    if run is None:
        return Reader(None, None)
    folder = server.settings().run_folder(run.run_id)
    if not run.is_active and (folder / BEST).is_file():
        return Reader(run, 0)
    kept = epoch_weights(folder)
    return Reader(run, max(kept)) if kept else Reader(run, None)


def _ask(reader: Reader, image: np.ndarray) -> ReadAnswer:
    """The answer of the reader. Raises ServiceError."""
    if reader.run is None or reader.epoch is None:
        raise ServiceError(NOT_YET)
    if reader.epoch == 0:
        return Questions(server.service(), reader.run.run_id).read(image)
    return ReadAnswer(Questions(server.service(), reader.run.run_id, reader.epoch).probabilities(image), True)


def in_words(found: Reading, reader: Reader, info: DatasetInfo) -> Reading:
    """The same reading, said as is right for a network that has not finished its training."""
    if found.kind == "error" and reader.run is None:
        return replace(found, kind="empty", title=NOT_YET, detail="Train one: it reads your digit after every epoch.")
    if found.kind == "error" and reader.epoch is None:
        return replace(found, kind="empty", title="Not read yet", detail="Your digit is read after the first epoch.")
    if found.kind == "answer" and reader.epoch:
        title = f"After epoch {reader.epoch}: {class_phrase(info.classes[found.top], info)}"
        assert found.probabilities is not None
        sure = f"{confidence(found.probabilities[found.top])} confidence"
        return replace(found, title=title, detail=sure, verdict="", ground="", settled=True)
    return found


def _record(sketch: Sketch, reader: Reader) -> Readings:
    """The readings of this drawing by this run, with the one that is new."""
    kept: Readings = st.session_state.setdefault(state.START_READINGS, Readings())
    drawing, run_id = (sketch.seq, sketch.pasted, sketch.pictures), reader.run.run_id if reader.run else ""
    if (kept.drawing, kept.run_id) != (drawing, run_id):
        kept.drawing, kept.run_id, kept.by_epoch = drawing, run_id, {}
    found = sketch.reading
    if found is not None and found.kind == "answer" and reader.epoch and found.probabilities:
        kept.by_epoch = {**kept.by_epoch, reader.epoch: (found.top, found.probabilities[found.top])}
    return kept


def history_html(readings: Readings, info: DatasetInfo) -> str:
    """The readings as a row, oldest first; empty where there are none."""
    items = "".join(
        f'<li style="--sure:{probability:.3f}"><span>Epoch {epoch}</span><b>{escape(info.classes[label])}</b>'
        f"<span>{confidence(probability)}</span></li>"
        for epoch, (label, probability) in sorted(readings.by_epoch.items())
    )
    return f'<ol class="cnn-readings" aria-label="Readings after each epoch">{items}</ol>'


@callback
def _forget_answer() -> None:
    remember(replace(current_sketch(), reading=None))
