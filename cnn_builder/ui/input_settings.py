"""The input's height, width and channels as widgets."""

import streamlit as st

from cnn_builder.architecture.architecture import MAX_SIDE
from cnn_builder.architecture.errors import LayerSettingError, shown
from cnn_builder.architecture.layers.base import times
from cnn_builder.data import DATASETS
from cnn_builder.ui import state
from cnn_builder.ui.document import Document
from cnn_builder.ui.fields import showing
from cnn_builder.ui.text import plain

_AXES = ("height", "width", "channels")


def input_settings(document: Document) -> None:
    """What one image is, in numbers; the data set's own shape is named beside."""
    st.markdown("## Input")
    info = DATASETS.get(document.dataset)
    known = f" {plain(info.title)} has {times(info.input_shape)}." if info else ""
    st.caption(f"One image: height × width × channels (1 for grey, 3 for colour).{known}")
    error = state.setting_error()
    for column, axis, size in zip(st.columns(3), _AXES, document.architecture.input_shape, strict=True):
        refused = error is not None and error.field == axis
        key = showing(f"{state.document_id()}-input-{axis}", size, keep=refused)
        with column:
            st.number_input(axis.capitalize(), value="min", step=1, key=key, on_change=_change, args=(axis, key))
            if error is not None and refused:
                st.markdown(f":small[:red[Expected {plain(error.expected)}, received {plain(shown(error.received))}.]]")


def _change(axis: str, key: str) -> None:
    document, size = state.document(), st.session_state[key]
    if type(size) is not int or not 1 <= size <= MAX_SIDE:
        expected = f"a whole number from 1 to {MAX_SIDE:,}"
        state.set_setting_error(LayerSettingError("Input", axis, expected, size))
        return
    height, width, channels = (
        size if name == axis else old for name, old in zip(_AXES, document.architecture.input_shape, strict=True)
    )
    state.set_document(document.with_input_shape((height, width, channels)))
