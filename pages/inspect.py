"""Inspect: what goes on inside a trained network, for one image."""

from collections.abc import Callable

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.runs import Run
from cnn_builder.runs.questions import Questions
from cnn_builder.ui import state
from cnn_builder.ui.inside import STYLE
from cnn_builder.ui.inside.layers import layers
from cnn_builder.ui.inside.mute import mute
from cnn_builder.ui.inside.numbers import one_number
from cnn_builder.ui.inside.plane import plane
from cnn_builder.ui.inside.subject import Subject, choose_subject
from cnn_builder.ui.inside.why import why
from cnn_builder.ui.navigation import inside_frame
from cnn_builder.ui.trained import choose_moment, choose_run

VIEWS: dict[str, Callable[[Subject], None]] = {
    "Layers": layers,
    "One number": one_number,
    "Why": why,
    "Mute": mute,
    "Map": plane,
}


@st.fragment
def look(run: Run) -> None:
    try:
        ask = Questions(state.service(), run.run_id, choose_moment(run))
        with st.spinner("Waking the network up …"):
            ask.test_image(0)
        subject = choose_subject(run, ask)
        if subject is None:
            return
        view = st.segmented_control("View", list(VIEWS), default="Layers", key="inspect-view", required=True)
        VIEWS[view](subject)
    except CnnBuilderError as error:
        st.error(str(error))
        st.button("Try again")


inside_frame()
st.html(STYLE)
st.title("Look inside", anchor=False)
chosen = choose_run()
if chosen is not None:
    look(chosen)
