"""The bar above the stack: name, where to start from, data set, undo, files. And the page's own style."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from cnn_builder.architecture import PRESETS, Architecture, keras_code
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import DATASETS, is_local
from cnn_builder.ui import state
from cnn_builder.ui.document import Document
from cnn_builder.ui.text import plain

_STYLE = Path(__file__).with_name("page.css")
_NAME, _PRESET, _DATASET, _UPLOAD = "bar-name", "bar-preset", "bar-dataset", "bar-upload"


def style() -> None:
    """The style sheet of all pages."""
    st.html(_STYLE)


def bar(document: Document) -> None:
    """The row of choices about the whole network."""
    st.session_state[_NAME] = document.architecture.name
    st.session_state[_PRESET] = None
    st.session_state[_DATASET] = document.dataset if document.dataset in DATASETS else next(iter(DATASETS))
    title, preset, dataset, buttons = st.columns([3, 3, 3, 4], vertical_alignment="bottom")
    title.text_input("Name", key=_NAME, on_change=_rename, max_chars=200)
    preset.selectbox(
        "Start from", list(PRESETS), key=_PRESET, index=None, placeholder="A lesson or a classic",
        format_func=_preset_title, on_change=_open_preset,
    )  # fmt: skip
    dataset.selectbox("Data set", list(DATASETS), key=_DATASET, format_func=_dataset_title, on_change=_choose_dataset)
    with buttons, st.container(horizontal=True, gap="xsmall", key="bar-buttons"):
        for name, steps in (("undo", document.past), ("redo", document.future)):
            icon = f":material/{name}:"
            st.button(name.capitalize(), key=name, icon=icon, disabled=not steps, on_click=_step, args=(name,))
        with st.popover("Files", icon=":material/download:"):
            _files(document)
    message = state.told()
    if message:
        st.error(plain(message))


def _preset_title(name: str) -> str:
    return f"{name} · {PRESETS[name].story}"


def _dataset_title(name: str) -> str:
    info = DATASETS[name]
    return f"{info.title} · {'×'.join(map(str, info.input_shape))}"


def _files(document: Document) -> None:
    architecture = document.architecture
    stem = "".join(char if char.isalnum() or char in "-_" else "_" for char in architecture.name)[:60] or "network"
    python, text = keras_code.write(architecture), architecture.to_json()
    with st.container(horizontal=True, gap="xsmall"):
        st.download_button("JSON", text, f"{stem}.json", "application/json", key="download-json", on_click="ignore")
        st.download_button("Python", python, f"{stem}.py", "text/x-python", key="download-python", on_click="ignore")
    st.code(python, language="python", wrap_lines=True, height=260)
    st.file_uploader("Open a network (JSON)", type=["json"], key=_UPLOAD, on_change=_upload)


def _rename() -> None:
    _guarded(lambda: _with(state.document().architecture.with_name(st.session_state[_NAME])))


def _with(architecture: Architecture) -> None:
    state.set_document(state.document().with_architecture(architecture))


def _open_preset() -> None:
    preset = PRESETS.get(st.session_state[_PRESET])
    if preset is None:
        return
    document = state.document()
    # A data set that would have to be downloaded first is the user's to choose.
    dataset = preset.dataset if is_local(preset.dataset, state.settings().data) else document.dataset
    state.set_document(document.opened(preset.architecture, dataset))


def _choose_dataset() -> None:
    document, info = state.document(), DATASETS[st.session_state[_DATASET]]
    state.set_document(document.with_architecture(document.architecture.with_input_shape(info.input_shape), info.name))


def _upload() -> None:
    file = st.session_state[_UPLOAD]
    if file is not None:
        _guarded(lambda: state.set_document(state.document().opened(Architecture.from_json(file.getvalue()))))


def _step(method: str) -> None:
    state.set_document(getattr(state.document(), method)())


def _guarded(action: Callable[[], None]) -> None:
    try:
        action()
    except CnnBuilderError as error:
        state.tell(str(error))
