"""Inspect: what a trained network computes for one image."""

from collections.abc import Callable

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.runs import NO_DATASET, Run
from cnn_builder.runs.workers.service_api import Questions
from cnn_builder.ui import server
from cnn_builder.ui.inspect import STYLE
from cnn_builder.ui.inspect.ablation import ablation
from cnn_builder.ui.inspect.activations import activations
from cnn_builder.ui.inspect.attribution import attribution
from cnn_builder.ui.inspect.embedding import embedding
from cnn_builder.ui.inspect.one_output import one_output
from cnn_builder.ui.inspect.robustness import robustness
from cnn_builder.ui.inspect.subject import Subject, choose_subject
from cnn_builder.ui.shared.errors import fragment
from cnn_builder.ui.shared.navigation import inside_frame
from cnn_builder.ui.shared.run_picker import choose_epoch, choose_run

VIEWS: dict[str, Callable[[Subject], None]] = {
    "Activations": activations,
    "One output": one_output,
    "Attribution": attribution,
    "Ablation": ablation,
    "Embedding": embedding,
    "Robustness": robustness,
}
NEED_TEST_IMAGES = ("Ablation", "Embedding")
"""The views that a model imported without a data set does not have."""


@fragment
def inspect_run(run: Run) -> None:
    try:
        ask = Questions(server.service(), run.run_id, choose_epoch(run))
        if run.dataset != NO_DATASET:
            with st.spinner("Loading the model …"):
                ask.test_image(0)
        subject = choose_subject(run, ask)
        if subject is None:
            return
        kind = "" if run.dataset != NO_DATASET else "-no-data"
        names = [name for name in VIEWS if not kind or name not in NEED_TEST_IMAGES]
        view = st.segmented_control("View", names, default="Activations", key=f"inspect-view{kind}", required=True)
        VIEWS[view](subject)
    except CnnBuilderError as error:
        st.error(str(error))
        st.button("Try again")


inside_frame()
st.html(STYLE)
st.title("Inspect", anchor=False)
chosen = choose_run()
if chosen is not None:
    inspect_run(chosen)
