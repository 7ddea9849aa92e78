"""The Draw page: the canvas with its prediction, which a stroke alone reruns."""

from dataclasses import replace

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import DatasetInfo
from cnn_builder.figures.locale_text import number_text
from cnn_builder.runs import NO_DATASET, Run
from cnn_builder.runs.image_kind import image_kind
from cnn_builder.runs.workers.service_api import Questions
from cnn_builder.ui import server, state
from cnn_builder.ui.components.canvas import CanvasContent, canvas, sent
from cnn_builder.ui.shared.errors import callback, fragment
from cnn_builder.ui.shared.prediction import class_phrase
from cnn_builder.ui.shared.sketch import Sketch
from cnn_builder.ui.shared.user_pictures import current_sketch, own_drawings, remember
from cnn_builder.ui.shared.warm_up import is_loading

LOADING = "The model is loading …"
SAVE = "Choose the label to save the drawing in your own data set."
NOT_YOURS = "This is a test image of the data set: it is not saved among your own drawings."


@fragment
def canvas_panel(run: Run) -> None:
    info = image_kind(run)
    ask = Questions(server.service(), run.run_id)
    received = sent(state.DRAW_PAD)
    sketch = current_sketch().after(received).read_by(run.run_id, info, ask.read)
    kept = received.keep is not None and received.keep[0] > sketch.kept
    if received.keep is not None and kept:
        sketch = _keep(sketch, received.keep, info)
    remember(sketch)
    reading = sketch.reading
    if reading is not None:
        if sketch.source is None and is_loading(run):
            reading = replace(reading, detail=LOADING, settled=False)
        data = reading.to_data(sketch.seq, sketch.turn, received.steps)
        kept_with = run.dataset != NO_DATASET  # own drawings are kept with a data set's classes
        can_save = kept_with and sketch.is_users_own and reading.seen is not None
        words = sketch.kept_words or (info.story if not kept_with else SAVE if sketch.is_users_own else NOT_YOURS)
        shown = CanvasContent(data, info.classes, sketch.saved, sketch.picture(), can_save, words)
        with st.container(key="draw_area"):
            canvas(shown, state.DRAW_PAD, _forget_answer)
    if kept:
        st.rerun()  # the list of saved drawings stands outside of this fragment


def _keep(sketch: Sketch, wish: tuple[int, int], info: DatasetInfo) -> Sketch:
    """Save the network's input as one of the user's own drawings; the sketch holds the outcome in words."""
    number, of_class = wish
    if not sketch.is_users_own:
        return replace(sketch, kept=number, kept_words=NOT_YOURS)
    seen = None if sketch.reading is None else sketch.reading.seen
    if seen is None:
        return replace(sketch, kept=number, kept_words="There is nothing to save yet.")
    own = own_drawings(info)
    try:
        own.keep(seen, of_class)
        count = len(own.names())
        one = "1 drawing" if count == 1 else f"{number_text(count)} drawings"
        words = f"Saved as {class_phrase(info.classes[of_class], info)}: {one} in your own data set."
    except CnnBuilderError as error:
        words = str(error)
    return replace(sketch, kept=number, kept_words=words)


@callback
def _forget_answer() -> None:
    remember(replace(current_sketch(), reading=None))
