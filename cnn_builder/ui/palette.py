"""The layer types to add, by category."""

import streamlit as st

from cnn_builder.architecture import CATEGORIES, LAYER_TYPES
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.ui import state
from cnn_builder.ui.document import Document


def palette(document: Document) -> None:
    """A button a layer type; the new layer goes to the place that waits for one."""
    place = document.gap or 0
    st.markdown(f"## Add layer {place + 1}")
    for start in range(0, len(CATEGORIES), 3):
        for column, category in zip(st.columns(3), CATEGORIES[start : start + 3], strict=False):
            with column.container(gap="xsmall"):
                _category(category, place)


def _category(category: str, place: int) -> None:
    st.caption(category)
    with st.container(horizontal=True, gap="xsmall"):
        for name, layer_type in LAYER_TYPES.items():
            if layer_type.category == category:
                st.button(name, key=f"add-{name}", help=layer_type.summary, on_click=_add, args=(place, name))


def _add(place: int, name: str) -> None:
    try:
        state.set_document(state.document().insert(place, LAYER_TYPES[name].example()))
    except CnnBuilderError as error:
        state.tell(str(error))
