"""Build: the stack as a picture, the selected layer's settings and formula, and a view of the whole network.

The bar above them is drawn with the page; the rest is one fragment, so that an edit draws nothing else.
"""

from collections.abc import Callable

import streamlit as st

from cnn_builder.architecture import Notice, Trace, trace
from cnn_builder.documents.document import Document
from cnn_builder.figures.stack_picture import stack_picture
from cnn_builder.figures.trace_table import trace_table
from cnn_builder.ui import state
from cnn_builder.ui.build import toolbar
from cnn_builder.ui.build.augmentation import augmentation_preview, changes_images
from cnn_builder.ui.build.code_view import exchange
from cnn_builder.ui.build.costs import costs
from cnn_builder.ui.build.diff_view import comparison
from cnn_builder.ui.build.formula_panel import formula_panel
from cnn_builder.ui.build.input_settings import input_data
from cnn_builder.ui.build.inspector import inspector_data
from cnn_builder.ui.build.palette import palette
from cnn_builder.ui.build.problems import found_notices, hints, problems
from cnn_builder.ui.build.shape_exercise import shape_exercise
from cnn_builder.ui.build.totals import HIDDEN, totals
from cnn_builder.ui.components.inspector import inspector
from cnn_builder.ui.components.stack import stack
from cnn_builder.ui.shared.assignment_budgets import assignment_budgets
from cnn_builder.ui.shared.errors import fragment
from cnn_builder.ui.shared.navigation import inside_frame


@fragment
def build() -> None:
    state.take_operations()
    document = state.document()
    if state.toolbar_shows() != toolbar.shows(document):
        st.rerun()  # the bar stands outside of this fragment
    traced = trace(document.architecture)
    found = found_notices(document, traced)
    toolbar.message()
    picture = stack_picture(document.architecture, traced, document.ids, document.concealed)
    can = {"undo": bool(document.past), "redo": bool(document.future)}
    chosen = {"selected": document.selected, "gap": document.gap, "can": can, "concealed": document.concealed}
    stack({**picture, **chosen}, state.stack_ack(), state.STACK)
    totals(document.architecture, traced, document.concealed)
    assignment_budgets(document.architecture, traced)
    if document.selected is None:
        problems(document, traced, found)
        palette(document)
        hints(document, traced, found)
    else:
        selected(document, traced, found)
    if not changes_images(document):
        augmentation_preview(document)
    view(document, traced)


def selected(document: Document, traced: Trace, found: tuple[Notice, ...]) -> None:
    """The settings of what is selected; beside them, so that nothing moves from under the mouse, what they mean."""
    errors = state.setting_errors()
    # Laid out by the style sheet: columns of Streamlit's own would be three further messages at each edit.
    with st.container(key="selected"):
        inspector(inspector_data(document, errors) or input_data(document, errors), state.stack_ack())
        problems(document, traced, found)
        if changes_images(document):
            augmentation_preview(document)
        formula_panel(document, traced)
        hints(document, traced, found)


def view(document: Document, traced: Trace) -> None:
    """One of the views; those that are not shown cost nothing."""
    shown = st.segmented_control(
        "View", list(VIEWS), key=state.VIEW, default=next(iter(VIEWS)), required=True, persist_state="session",
        label_visibility="collapsed",
    )  # fmt: skip
    name = shown or next(iter(VIEWS))
    if document.concealed and name in SHOW_COUNTS:
        st.caption(f"{HIDDEN} The eye under the layers shows them.")
        return
    VIEWS[name](document, traced)


def trace_view(document: Document, traced: Trace) -> None:
    if document.concealed:
        shape_exercise(document, traced)
        return
    st.html(trace_table(document.architecture, traced, document.index))


def code_view(document: Document, traced: Trace) -> None:
    exchange(document)


def differences_view(document: Document, traced: Trace) -> None:
    comparison(document)


VIEWS: dict[str, Callable[[Document, Trace], None]] = {
    "Trace": trace_view,
    "Costs": costs,
    "Code": code_view,
    "Differences": differences_view,
}
SHOW_COUNTS = ("Costs", "Differences")
"""The views that are shut while shapes and counts are hidden."""


inside_frame()
st.html('<h1 class="cnn-hidden">Build a network</h1>')
state.take_operations()
toolbar.bar(state.document())
build()
