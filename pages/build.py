"""Build: the stack as a picture, the selected layer's settings and formula, and a view of the whole network.

All in one fragment, so that an edit draws nothing else.
"""

from collections.abc import Callable

import streamlit as st

from cnn_builder.architecture import Trace, trace
from cnn_builder.figures.trace_table import trace_table
from cnn_builder.ui import frame, state
from cnn_builder.ui.comparison import comparison
from cnn_builder.ui.components.keys import keys
from cnn_builder.ui.components.stack import stack, take
from cnn_builder.ui.costs import costs
from cnn_builder.ui.document import Document
from cnn_builder.ui.exchange import exchange
from cnn_builder.ui.input_settings import input_settings
from cnn_builder.ui.inspector import inspector
from cnn_builder.ui.navigation import inside_frame
from cnn_builder.ui.palette import palette
from cnn_builder.ui.problems import hints, problems
from cnn_builder.ui.totals import totals
from cnn_builder.ui.understanding import formula


@st.fragment
def build() -> None:
    document = state.document()
    traced = trace(document.architecture)
    frame.bar(document)
    stack(document, traced, state.stack_ack(), state.STACK, take_operations)
    keys(document)
    totals(document.architecture, traced)
    if document.selected is None:
        problems(document, traced)
        palette(document)
        hints(document, traced)
    else:
        left, right = st.columns(2, gap="large")
        with left:
            input_settings(document) if document.on_input else inspector(document)
        with right:  # beside the fields: what comes and goes as a number changes must not move it from under the mouse
            problems(document, traced)
            formula(document, traced)
            hints(document, traced)
    view(document, traced)


def view(document: Document, traced: Trace) -> None:
    """One of the views; those that are not shown cost nothing."""
    shown = st.segmented_control(
        "View", list(VIEWS), key=state.VIEW, default=next(iter(VIEWS)), required=True, persist_state="session",
        label_visibility="collapsed",
    )  # fmt: skip
    VIEWS[shown or next(iter(VIEWS))](document, traced)


def trace_view(document: Document, traced: Trace) -> None:
    st.html(trace_table(document.architecture, traced, document.index))


def code_view(document: Document, traced: Trace) -> None:
    exchange(document)


def compare_view(document: Document, traced: Trace) -> None:
    comparison(document)


VIEWS: dict[str, Callable[[Document, Trace], None]] = {
    "Trace": trace_view,
    "Costs": costs,
    "Code": code_view,
    "Compare": compare_view,
}


def take_operations() -> None:
    taken = take(state.document(), st.session_state[state.STACK].get("operations"), state.stack_ack())
    state.set_document(taken.document)
    state.set_stack_ack(taken.ack)
    if taken.refusal is not None:
        state.tell(taken.refusal)


inside_frame()
st.html('<h1 class="cnn-hidden">Build a network</h1>')
build()
