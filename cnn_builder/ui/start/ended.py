"""What came of a run, and the ways on from it."""

from base64 import b64encode
from html import escape

import streamlit as st

from cnn_builder.architecture import trace
from cnn_builder.architecture.formats import link
from cnn_builder.data import dataset_title
from cnn_builder.figures.diagram import diagram
from cnn_builder.figures.locale_text import number_text
from cnn_builder.figures.percentages import percent
from cnn_builder.runs import Run
from cnn_builder.ui import state
from cnn_builder.ui.shared.errors import callback
from cnn_builder.ui.shared.text import plain

LESSON = "L1"
_DARK = "@media(prefers-color-scheme:dark){text{fill:#e5e7eb}}"
"""The picture's own ink is made for paper. In an image, the page's scheme counts as the preferred one."""


def score_line(run: Run) -> str:
    """The run's score in one sentence."""
    if run.test_accuracy is None:
        return f"{plain(run.name)} has not been tested."
    images = plain(dataset_title(run.dataset))
    return (
        f"{plain(run.name)} reads **{percent(run.test_accuracy)}** of the test images of {images} correctly. "
        f"It has {number_text(run.total_params)} parameters."
    )


def network(run: Run) -> None:
    """The network as a picture, which opens a copy of it on the Build page."""
    address = f"build?{state.NET_PARAM}={link.encode(run.architecture, run.dataset or None)}"
    drawn = diagram(run.architecture, trace(run.architecture)).replace("</style>", f"{_DARK}</style>")
    picture = b64encode(drawn.encode()).decode()
    st.html(
        f'<a class="cnn-start-network" href="{escape(address)}" target="_self">'
        f'<img alt="Open {escape(run.name)} on the Build page" src="data:image/svg+xml;base64,{picture}"></a>'
    )


def ways_on(run: Run) -> None:
    """The three ways on: change the network, draw more, the lessons."""
    with st.container(horizontal=True, key="start-ways"):
        change_button(run)
        if run.test_accuracy is not None and st.button("Draw more", key="start-draw", icon=":material/draw:"):
            state.set_current_run_id(run.run_id)
            st.switch_page("pages/draw.py", query_params={state.RUN_PARAM: run.run_id})
        if st.button("Start the first lesson", key="start-lesson", icon=":material/school:"):
            _lesson()


def change_button(run: Run) -> None:
    """The button that opens the run's network on the Build page; Undo there brings back what was built before."""
    if st.button(
        "Change the network", key="start-change", icon=":material/edit:", on_click=callback(_open), args=(run,)
    ):
        st.switch_page("pages/build.py", query_params={state.DOC_PARAM: state.document_id()})


def _open(run: Run) -> None:
    state.set_document(state.document().opened(run.architecture, run.dataset))


def _lesson() -> None:
    st.switch_page("pages/learn.py", query_params={state.LESSON_PARAM: LESSON})
