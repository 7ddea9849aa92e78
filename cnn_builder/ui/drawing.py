"""The Draw page: canvas and answer, which a stroke reruns and nothing around them; and pictures to read instead."""

import random
import threading
import time
from dataclasses import replace

import numpy as np
import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import DATASETS, DatasetInfo
from cnn_builder.data.own import OwnDrawings
from cnn_builder.runs import Run
from cnn_builder.runs.questions import Questions
from cnn_builder.runs.run_files import BEST
from cnn_builder.settings import Settings
from cnn_builder.ui import state
from cnn_builder.ui.components.canvas import Shown, canvas, sent
from cnn_builder.ui.drawing_sketch import File, Sample, Sketch
from cnn_builder.ui.reading import is_digits, percent, thing
from cnn_builder.ui.text import plain

PICTURES = ["png", "jpg", "jpeg", "bmp", "gif", "webp", "tif", "tiff"]
SKETCH, PRIMED = "sketch", "primed"


def readable(runs: list[Run], settings: Settings) -> list[Run]:
    """The runs whose best model can be asked, in the order given."""
    return [
        run
        for run in runs
        if run.status in ("finished", "stopped")
        and run.dataset in DATASETS
        and (settings.run_folder(run.run_id) / BEST).is_file()
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
    ask = Questions(state.service(), run.run_id)
    _prime(run, ask)
    sketch = _sketch()
    told = sent(state.DRAW_PAD)
    if told.pasted is not None and told.pasted[0] > sketch.pasted:
        sketch = sketch.showing(File(told.pasted[1]), pasted=told.pasted[0])
    if told.drawing is not None and told.drawing["seq"] > sketch.seq:
        sketch = sketch.with_drawing(told.drawing)
    sketch = sketch.read_by(run.run_id, info, ask.read)
    kept = told.keep is not None and told.keep[0] > sketch.kept
    if told.keep is not None and kept:
        sketch = _keep(sketch, told.keep, info)
    _remember(sketch)
    reading = sketch.reading
    if reading is not None:
        data = reading.to_data(sketch.seq, sketch.turn, told.steps)
        question = "It was a" if is_digits(info) else "It was"
        with st.container(key="draw_area"):
            canvas(Shown(data, info.classes, sketch.saved, sketch.kept_words, question), state.DRAW_PAD, _forget_answer)
    if kept:
        st.rerun()  # the list of kept drawings stands outside of this fragment


@st.fragment
def pictures(run: Run) -> None:
    """Upload of a picture, or a test image. Apart from the canvas, so that a stroke does not draw it again."""
    info, sketch = DATASETS[run.dataset], _sketch()
    with st.expander("Read a picture"):
        one = "one digit" if is_digits(info) else "one thing"
        upload = st.file_uploader(
            f"A picture of {one}, dark on light or light on dark", type=PICTURES, key=state.DRAW_FILE
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            sampled = st.button("Take a test image", key="draw_sample")
            st.caption("A copied picture can also be pasted anywhere on this page, with Ctrl+V.")
        if sampled:
            try:
                sample = _sample(info, Questions(state.service(), run.run_id))
            except CnnBuilderError as error:
                st.error(plain(str(error)))
            else:
                _remember(sketch.showing(sample))
                st.rerun()
    if upload is not None and upload.file_id != sketch.file_id:
        _remember(sketch.showing(File(upload.getvalue()), file_id=upload.file_id))
        st.rerun()


def _sample(info: DatasetInfo, ask: Questions) -> Sample:
    _, _, count = ask.test_image(0)
    image, of_class, _ = ask.test_image(random.randrange(count))
    return Sample(info.name, image, of_class)


def _keep(sketch: Sketch, wish: tuple[int, int], info: DatasetInfo) -> Sketch:
    """Keep what the network saw as one of the user's own drawings; what came of it stands in the sketch."""
    number, of_class = wish
    seen = None if sketch.reading is None else sketch.reading.seen
    if seen is None:
        return replace(sketch, kept=number, kept_words="There is nothing to keep yet.")
    own = own_drawings(info)
    try:
        own.keep(seen, of_class)
        count = len(own.names())
        one = "1 drawing" if count == 1 else f"{count:,} drawings"
        words = f"Kept as {thing(info.classes[of_class], info)}: {one} in your own data set."
    except CnnBuilderError as error:
        words = str(error)
    return replace(sketch, kept=number, kept_words=words)


def own_drawings(info: DatasetInfo) -> OwnDrawings:
    """The drawings kept for a data set."""
    return OwnDrawings(state.settings().home / "drawings", info)


def _prime(run: Run, ask: Questions) -> None:
    """Let the service load the model and measure its certainty while people still look around."""
    kept = state.drawing()
    if kept.get(PRIMED) == run.run_id:
        return
    state.set_drawing({**kept, PRIMED: run.run_id})
    blank = np.zeros(DATASETS[run.dataset].input_shape, np.uint8)

    def work() -> None:
        try:
            ask.read(blank)
        except CnnBuilderError:
            return  # the first drawing meets the same error, and tells it

    threading.Thread(target=work, name="prime", daemon=True).start()


def _sketch() -> Sketch:
    kept = state.drawing().get(SKETCH)
    return kept if isinstance(kept, Sketch) else Sketch()


def _remember(sketch: Sketch) -> None:
    state.set_drawing({**state.drawing(), SKETCH: sketch})


def sketched(run: Run) -> np.ndarray | None:
    """The image the run's network saw in what was drawn last, uint8 (height, width, channels); None without one."""
    sketch = _sketch()
    info = DATASETS[run.dataset]
    if sketch.reading is None or sketch.reading.seen is None or sketch.reading.seen.shape != info.input_shape:
        return None
    return sketch.reading.seen


def _forget_answer() -> None:
    _remember(replace(_sketch(), reading=None))
