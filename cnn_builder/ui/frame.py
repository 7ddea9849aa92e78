"""The bar above the stack: name, where to start from, data set, undo, saved networks, share. And the pages' style."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from cnn_builder.architecture import PRESETS, Architecture
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import DATASETS, is_local
from cnn_builder.ui import state
from cnn_builder.ui.document import Document
from cnn_builder.ui.saved import saved_networks
from cnn_builder.ui.sharing import share
from cnn_builder.ui.text import plain

_STYLE = Path(__file__).with_name("page.css")
_FIGURES = Path(__file__).with_name("figures.css")
_NAME, _PRESET, _DATASET = "bar-name", "bar-preset", "bar-dataset"
_EMPTY = "Empty"


def style() -> None:
    """The style sheet of all pages."""
    st.html(_STYLE)
    st.html(_FIGURES)


def bar(document: Document) -> None:
    """The row of choices about the whole network."""
    st.session_state[_NAME] = document.architecture.name
    st.session_state[_PRESET] = None
    st.session_state[_DATASET] = document.dataset if document.dataset in DATASETS else next(iter(DATASETS))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="bar"):
        st.text_input("Name", key=_NAME, on_change=_rename, max_chars=200)
        st.selectbox(
            "Start from", [*PRESETS, _EMPTY], key=_PRESET, index=None, placeholder="A lesson or a classic",
            format_func=_preset_title, filter_mode="contains", on_change=_open_preset,
        )  # fmt: skip
        st.selectbox("Data set", list(DATASETS), key=_DATASET, format_func=_dataset_title, on_change=_choose_dataset)
        with st.container(horizontal=True, gap="xsmall", key="bar-buttons", width="content"):
            for name, steps in (("undo", document.past), ("redo", document.future)):
                icon = f":material/{name}:"
                label = name.capitalize()
                st.button(label, key=name, icon=icon, help=label, disabled=not steps, on_click=_step, args=(name,))
            saved_networks(document)
            share(document)
    message = state.told()
    if message:
        st.error(plain(message))


def _preset_title(name: str) -> str:
    return f"{name} · {PRESETS[name].story}" if name in PRESETS else "Empty · Only the input; every layer is yours."


def _dataset_title(name: str) -> str:
    info = DATASETS[name]
    return f"{info.title} · {'×'.join(map(str, info.input_shape))}"


def _rename() -> None:
    _guarded(lambda: _with(state.document().architecture.with_name(st.session_state[_NAME])))


def _with(architecture: Architecture) -> None:
    state.set_document(state.document().with_architecture(architecture))


def _open_preset() -> None:
    document, name = state.document(), st.session_state[_PRESET]
    if name == _EMPTY:
        state.set_document(document.opened(Architecture(document.architecture.input_shape)))
    elif (preset := PRESETS.get(name)) is not None:
        # A data set that would have to be downloaded first is the user's to choose.
        dataset = preset.dataset if is_local(preset.dataset, state.settings().data) else document.dataset
        state.set_document(document.opened(preset.architecture, dataset))


def _choose_dataset() -> None:
    document, info = state.document(), DATASETS[st.session_state[_DATASET]]
    state.set_document(document.with_architecture(document.architecture.with_input_shape(info.input_shape), info.name))


def _step(method: str) -> None:
    state.set_document(getattr(state.document(), method)())


def _guarded(action: Callable[[], None]) -> None:
    try:
        action()
    except CnnBuilderError as error:
        state.tell(str(error))
