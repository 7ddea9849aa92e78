"""Repeat a block of layers."""

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.ui import state
from cnn_builder.ui.document import Document
from cnn_builder.ui.text import plain

_POPOVER = "repeat"
_MOST_NAMES = 6


def repeat(document: Document, index: int) -> None:
    """A button that asks for the first and the last layer of the block (the selected one at first), and how often."""
    popover = st.popover(
        "Repeat…", icon=":material/repeat:", help="Repeat a block of layers", type="tertiary", key=_POPOVER,
        on_change="rerun",
    )  # fmt: skip
    if not popover.open:
        return
    with popover, st.container(key="repeat-block", gap="small"):
        key = f"{state.document_id()}-{document.selected}-repeat"
        with st.container(horizontal=True, gap="xsmall"):
            first = _number("From layer", index + 1, f"{key}-first")
            last = _number("To layer", index + 1, f"{key}-last")
            count = _number("Times", 2, f"{key}-times")
        try:
            after = document.repeat(first - 1, last - 1, count)
        except CnnBuilderError as error:
            st.markdown(f":red[{plain(str(error))}]")
            return
        names = [layer.type for layer in document.architecture.layers[first - 1 : last]]
        shown = " → ".join(names[:_MOST_NAMES]) + (" → …" if len(names) > _MOST_NAMES else "")
        st.caption(f"{shown}, {count} times in a row: {len(after.ids)} layers in all.")
        place = (first - 1, last - 1, count)
        st.button("Repeat", key="repeat-now", type="primary", disabled=count == 1, on_click=_repeat, args=place)


def _number(label: str, start: int, key: str) -> int:
    st.session_state.setdefault(key, start)
    number = st.number_input(label, value="min", step=1, min_value=1, key=key, width=88)
    return int(number)


def _repeat(first: int, last: int, times: int) -> None:
    try:
        state.set_document(state.document().repeat(first, last, times))
    except CnnBuilderError as error:
        state.tell(str(error))
    st.session_state[_POPOVER] = False
