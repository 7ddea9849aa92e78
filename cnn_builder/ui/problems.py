"""What is wrong or unwise about the stack, in words, each with its fixes as buttons."""

from typing import Literal

import streamlit as st

from cnn_builder.architecture import Architecture, Repair, Trace, notices, repairs
from cnn_builder.data import DATASETS
from cnn_builder.ui import state
from cnn_builder.ui.document import Document
from cnn_builder.ui.text import plain

MOST_REPAIRS = 4


def problems(document: Document, traced: Trace) -> None:
    """The layer that does not fit with its repairs, else what will not train or read as meant."""
    if traced.error is not None:
        with st.container(key="misfit", border=True):
            st.markdown(f":red[:material/error:] {plain(traced.error.message)}")
            for number, repair in enumerate(repairs(document.architecture)[:MOST_REPAIRS]):
                _fix(repair, f"repair-{number}", primary=number == 0, effect=True)
        return
    info = DATASETS.get(document.dataset)
    classes, shape = (len(info.classes), info.input_shape) if info else (None, None)
    for number, notice in enumerate(notices(document.architecture, classes, shape)):
        with st.container(key=f"notice-{number}", horizontal=True, vertical_alignment="center", border=True):
            mark = ":orange[:material/warning:]" if notice.blocks_training else ":material/info:"
            st.markdown(f"{mark} {plain(notice.message)}", width="stretch")
            if notice.fix is not None:
                _fix(notice.fix, f"fix-{notice.code}-{number}")


def _fix(repair: Repair, key: str, primary: bool = False, effect: bool = False) -> None:
    width: Literal["stretch", "content"] = "stretch" if effect else "content"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width=width):
        st.button(
            plain(repair.title), key=key, type="primary" if primary else "secondary", on_click=_use,
            args=(repair.architecture,), wrap=True,
        )  # fmt: skip
        if effect:
            st.caption(plain(repair.effect), width="content")


def _use(architecture: Architecture) -> None:
    state.set_document(state.document().with_architecture(architecture))
