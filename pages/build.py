"""Build: the stack as a picture, the selected layer's settings and formula, the trace.

All in one fragment, so that an edit draws nothing else.
"""

from html import escape

import streamlit as st

from cnn_builder.architecture import Trace, trace
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.architecture.layers.base import times
from cnn_builder.figures.formula import formula_html
from cnn_builder.figures.trace_table import trace_table
from cnn_builder.ui import frame, state
from cnn_builder.ui.components.stack import refused, stack, take
from cnn_builder.ui.document import Document
from cnn_builder.ui.inspector import inspector
from cnn_builder.ui.navigation import inside_frame
from cnn_builder.ui.palette import palette
from cnn_builder.ui.problems import problems


@st.fragment
def build() -> None:
    document = state.document()
    traced = trace(document.architecture)
    frame.bar(document)
    stack(document, traced, state.stack_ack(), state.STACK, take_operations)
    totals(traced)
    problems(document, traced)
    if document.layer is None:
        palette(document)
    else:
        left, right = st.columns(2, gap="large")
        with left:
            inspector(document)
        with right:
            formula(document, traced)
    st.markdown("## Trace")
    st.html(trace_table(document.architecture, traced, document.index))


def take_operations() -> None:
    sent, ack = st.session_state[state.STACK].get("operations"), state.stack_ack()
    try:
        document, ack = take(state.document(), sent, ack)
        state.set_document(document)
    except CnnBuilderError as error:
        ack = refused(sent, ack)
        state.tell(str(error))
    state.set_stack_ack(ack)


def totals(traced: Trace) -> None:
    fixed = traced.total_params - traced.trainable_params
    parts = [f"<b>{traced.total_params:,}</b> parameters" + (f" ({fixed:,} not trained)" if fixed else "")]
    parts.append(f"<b>{traced.total_macs:,}</b> MACs an image")
    parts.append(f"output <b>{escape(times(traced.output_shape))}</b>")
    if traced.error is not None:
        parts.append(f"up to layer {traced.error.index}")
    with st.container(key="totals"):
        st.html(f'<div class="cnn-totals">{"".join(f"<span>{part}</span>" for part in parts)}</div>')


def formula(document: Document, traced: Trace) -> None:
    index, layer = document.index, document.layer
    if index is None or layer is None:
        return
    st.markdown("## Formula")
    if index < len(traced.rows):
        row = traced.rows[index]
        st.html(formula_html(layer.explain(row.input_shape), row.input_shape, row.output_shape))
    elif traced.error is not None and traced.error.index == index:
        st.caption(f"It does not fit: {times(traced.error.input_shape)} arrives here.")
    else:
        st.caption("A layer before this one does not fit.")


inside_frame()
st.html('<h1 class="cnn-hidden">Build a network</h1>')
build()
