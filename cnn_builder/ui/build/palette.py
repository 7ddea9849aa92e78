"""The layer types to add: found by typing, or by category."""

import streamlit as st

from cnn_builder.architecture import CATEGORIES, LAYER_TYPES, Layer
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.documents.document import Document
from cnn_builder.ui import state
from cnn_builder.ui.shared.errors import callback

_SEARCH = "palette-search"
_LABEL = 104
"""Pixels for a category's name; the buttons of all categories start at one line."""
_ENTRIES: dict[str, Layer] = {
    name: layer for layer_type in LAYER_TYPES.values() for name, layer in layer_type.examples().items()
}


def palette(document: Document) -> None:
    """A field to type a name in, and a button a layer type; the new layer goes to the place that waits for one."""
    place = document.gap or 0
    st.markdown(f"## Add layer {place + 1}")
    st.session_state[_SEARCH] = None
    st.selectbox(
        "Find a layer", list(_ENTRIES), key=_SEARCH, index=None, placeholder="Type a name, or choose below",
        format_func=_title, filter_mode="contains", on_change=_add_found, args=(place,), label_visibility="collapsed",
    )  # fmt: skip
    with st.container(key="palette", gap="xsmall"):
        for category in CATEGORIES:
            _category(category, place)


def _title(name: str) -> str:
    return f"{name} · {_ENTRIES[name].summary}"


def _category(category: str, place: int) -> None:
    """One line: what kind of layer, then the layers."""
    with st.container(horizontal=True, gap="xsmall", wrap=False):
        st.caption(category, width=_LABEL)
        with st.container(horizontal=True, gap="xsmall"):
            for name, layer in _ENTRIES.items():
                if layer.category == category:
                    st.button(name, key=f"add-{name}", help=layer.summary, on_click=_add, args=(place, name))


@callback
def _add_found(place: int) -> None:
    name = st.session_state[_SEARCH]
    if name in _ENTRIES:
        _add(place, name)


@callback
def _add(place: int, name: str) -> None:
    try:
        state.set_document(state.document().insert(place, _ENTRIES[name]))
    except CnnBuilderError as error:
        state.tell(str(error))
