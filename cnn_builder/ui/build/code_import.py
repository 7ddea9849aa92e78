"""Start from code: paste Keras code or JSON, or open a file; below it, what came of it.

What is read is never run. An error stands under the field it is about, with the line it means; what was typed stays.
"""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from cnn_builder.architecture import Architecture, trace
from cnn_builder.architecture.errors import ArchitectureError, CnnBuilderError
from cnn_builder.architecture.formats import keras_code, opening
from cnn_builder.architecture.formats.opening import Opened
from cnn_builder.architecture.reader import Closed, closed
from cnn_builder.figures.locale_text import number_text
from cnn_builder.runs.model_import.reading import hdf5_network
from cnn_builder.ui import server, state
from cnn_builder.ui.build.code_excerpt import quoted
from cnn_builder.ui.build.training_offer import keep_offer
from cnn_builder.ui.shared.errors import callback
from cnn_builder.ui.shared.model_import import MODEL_KINDS, Upload, import_fields
from cnn_builder.ui.shared.text import plain

_PASTE, _UPLOAD, _READ = "code-paste", "code-upload", "code-read"
_HELP = "It is read, never run: Sequential, .add, a functional model or a class of keras.Model that is one stack."
_STYLE = """<style>
.st-key-code-paste textarea { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 0.8rem; }
</style>"""


@dataclass(frozen=True)
class _Told:
    """What came of reading: for which field, in words, the line it is about, and the same code with closed brackets."""

    field: str
    good: bool
    message: str
    quote: str = ""
    mended: Closed | None = None


def show_import() -> None:
    """Open the panel. For callbacks."""
    st.session_state[state.CODE_OPEN] = True


def code_import() -> None:
    """The panel while it is open, and what was last read."""
    told: _Told | None = st.session_state.get(state.CODE_TOLD)
    if told is not None and told.good:
        st.success(plain(told.message))
        del st.session_state[state.CODE_TOLD]
    _model_offer()
    if not st.session_state.get(state.CODE_OPEN):
        return
    st.html(_STYLE)
    with st.container(key="code-import", border=True, gap="small"):
        st.text_area(
            "Paste Keras code or JSON", key=_PASTE, height=220, persist_state="session", help=_HELP,
            placeholder="model = keras.Sequential([\n    keras.Input(shape=(28, 28, 1)),\n    …\n])",
        )  # fmt: skip
        with st.container(horizontal=True, gap="xsmall"):
            st.button("Read code", key=_READ, on_click=_read_paste, type="primary")
            st.button("Cancel", key="code-cancel", on_click=_hide)
        _tell(told, _PASTE)
        kinds = [ending.removeprefix(".") for ending in opening.KINDS]
        st.file_uploader("Or open a file", type=kinds, key=_UPLOAD, on_change=_read_upload)
        _tell(told, _UPLOAD)


def _model_offer() -> None:
    """The file's weights, kept as a run where the user wants them."""
    upload: Upload | None = st.session_state.get(state.MODEL_OFFER)
    if upload is None:
        return
    with st.container(key="model-offer", border=True, gap="small"):
        st.markdown(f"**{plain(upload.name)}** holds a trained model. Keep it as a run to draw on it and inspect it.")
        run = import_fields(upload, "build", state.document().dataset)
        st.button("Not now", key="model-offer-close", type="tertiary", on_click=_close_offer)
    if run is not None:
        _close_offer()
        st.switch_page("pages/train.py", query_params={state.RUN_PARAM: run.run_id})


@callback
def _close_offer() -> None:
    st.session_state.pop(state.MODEL_OFFER, None)


def _tell(told: _Told | None, field: str) -> None:
    if told is None or told.field != field or told.good:
        return
    st.error(plain(told.message))
    if told.quote:
        st.code(told.quote, language=None)
    if (mended := told.mended) is not None:
        label = f"Close it: add {mended.added} after line {mended.line}"
        st.button(plain(label), key="code-close", on_click=_read_mended, args=(mended.source,))


@callback
def _hide() -> None:
    st.session_state[state.CODE_OPEN] = False
    st.session_state.pop(state.CODE_TOLD, None)


@callback
def _read_paste() -> None:
    pasted = st.session_state.get(_PASTE) or ""
    _read(_PASTE, lambda: opening.open_text(pasted), lambda: pasted)


@callback
def _read_mended(source: str) -> None:
    st.session_state[_PASTE] = source
    _read_paste()


@callback
def _read_upload() -> None:
    file = st.session_state.get(_UPLOAD)
    if file is None:
        st.session_state.pop(state.CODE_TOLD, None)
        return
    content = file.getvalue()
    name = file.name
    _read(_UPLOAD, lambda: opening.open_file(name, content, _read_hdf5), lambda: opening.source(name, content))
    if name.lower().endswith(MODEL_KINDS) and st.session_state[state.CODE_TOLD].good:
        st.session_state[state.MODEL_OFFER] = Upload(name, content, file.file_id)


def _read_hdf5(content: bytes) -> Architecture:
    return hdf5_network(content, server.settings())


def _read(field: str, read: Callable[[], Opened], source: Callable[[], str]) -> None:
    """Open what ``read`` gives, or keep why it did not."""
    try:
        opened = read()
        state.set_document(state.document().opened(opened.architecture))
    except keras_code.CodeError as error:
        code = source()
        quote = quoted(code, error.line, error.column)
        st.session_state[state.CODE_TOLD] = _Told(field, False, str(error), quote, closed(code))
    except (ArchitectureError, CnnBuilderError) as error:
        st.session_state[state.CODE_TOLD] = _Told(field, False, str(error))
    else:
        st.session_state[state.CODE_OPEN] = False
        st.session_state[state.CODE_TOLD] = _Told(field, True, _said(opened))
        keep_offer(opened.training)


def _said(opened: Opened) -> str:
    architecture = opened.architecture
    count = len(architecture.layers)
    traced = trace(architecture)
    size = f"{number_text(traced.total_params)} parameters"
    if traced.error is not None:
        size = f"layer {traced.error.index + 1} does not fit"
    layers = f"{count} layer{'' if count == 1 else 's'}"
    return f"Opened {architecture.name}: {layers}, {size}. Undo brings the network before it back."
