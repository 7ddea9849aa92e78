"""In and out: the network as Python, notebook, JSON, SVG and Markdown; and another one read from a file or from text.

What is read is never run. An error stands under the field it is about, with the line it means; what was typed stays.
"""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Literal

import streamlit as st

from cnn_builder.architecture import Architecture, keras_code, notebook, opening, trace
from cnn_builder.architecture.errors import ArchitectureError, CnnBuilderError
from cnn_builder.figures.diagram import diagram
from cnn_builder.figures.trace_markdown import trace_markdown
from cnn_builder.ui import state
from cnn_builder.ui.document import Document
from cnn_builder.ui.quoting import quoted
from cnn_builder.ui.text import plain

_FORM, _UPLOAD, _PASTE, _READ, _TOLD = "code-form", "code-upload", "code-paste", "code-read", "code-told"
# Streamlit's own colours for code do not stand out enough on light.
_STYLE = """<style>
.st-key-code-paste textarea { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 0.8rem; }
.st-key-code-exchange .token:is(.number, .boolean, .property) { color: light-dark(#0f766e, #5eead4); }
.st-key-code-exchange .token.string { color: light-dark(#15803d, #86efac); }
.st-key-code-exchange .token:is(.comment, .punctuation, .operator) { color: light-dark(#57606a, #b6bcc6); }
.st-key-code-exchange .token.keyword { color: light-dark(#1d4ed8, #93c5fd); }
</style>"""
_MOST_LINES = 20
"""Lines of a preview before it scrolls."""


@dataclass(frozen=True)
class _Form:
    """One way out."""

    ending: str
    mime: str
    language: str
    write: Callable[[Document], str]


_FORMS = {
    "Python": _Form("py", "text/x-python", "python", lambda document: keras_code.write(document.architecture)),
    "Notebook": _Form(
        "ipynb", "application/x-ipynb+json", "python",
        lambda document: notebook.write(document.architecture, document.dataset),
    ),
    "JSON": _Form("json", "application/json", "json", lambda document: document.architecture.to_json()),
    "SVG": _Form(
        "svg", "image/svg+xml", "", lambda document: diagram(document.architecture, trace(document.architecture))
    ),
    "Markdown": _Form(
        "md", "text/markdown", "",
        lambda document: trace_markdown(document.architecture, trace(document.architecture)),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class _Told:
    """What came of reading: for which field, whether it went well, in words, and the line it is about."""

    field: str
    good: bool
    message: str
    quote: str = ""


def exchange(document: Document) -> None:
    """This network in one of the forms, and the fields that open another one."""
    with st.container(key="code-exchange"):
        out, into = st.columns([3, 2], gap="large")
    with out:
        _out(document)
    with into:
        _in()


# Out ------------------------------------------------------------------------------------------------------


def _out(document: Document) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="code-out"):
        chosen = st.segmented_control(
            "Form", list(_FORMS), key=_FORM, default="Python", required=True, persist_state="session",
            label_visibility="collapsed", wrap=True,
        )  # fmt: skip
        form = _FORMS[chosen or "Python"]
        text = form.write(document)
        st.download_button(
            "Download", text, f"{_stem(document.architecture.name)}.{form.ending}", form.mime, key="code-download",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
    _preview(chosen or "Python", form, text, document.architecture)


def _preview(name: str, form: _Form, text: str, architecture: Architecture) -> None:
    if name == "SVG":
        # As an image its style stays its own; white, as on paper, because its ink is dark.
        picture = b64encode(text.encode()).decode()
        said = escape(f"Diagram of {architecture.name}", quote=True)
        st.html(
            '<div style="background:#fff;border-radius:0.5rem;padding:0.75rem;overflow-x:auto">'
            f'<img alt="{said}" src="data:image/svg+xml;base64,{picture}" style="max-width:none;min-width:60%"></div>'
        )
    elif name == "Notebook":
        _code("\n\n".join(notebook.code_cells(text.encode())), form.language)
    else:
        _code(text, form.language, wrap_lines=name != "Markdown")


def _code(text: str, language: str, wrap_lines: bool = True) -> None:
    height: Literal["content"] | int = "content" if text.count("\n") < _MOST_LINES else 460
    st.code(text, language=language or None, height=height, wrap_lines=wrap_lines)


def _stem(name: str) -> str:
    return "".join(char if char.isalnum() or char in "-_" else "_" for char in name)[:60] or "network"


# In -------------------------------------------------------------------------------------------------------


def _in() -> None:
    st.html(_STYLE)
    told: _Told | None = st.session_state.get(_TOLD)
    st.text_area(
        "Paste Keras code or JSON", key=_PASTE, height=220, persist_state="session",
        placeholder="model = keras.Sequential([\n    keras.Input(shape=(28, 28, 1)),\n    …\n])",
        help="It is read, never run: Sequential, .add, or a functional model that is one stack.",
    )  # fmt: skip
    st.button("Read code", key=_READ, on_click=_read_paste, type="primary")
    _tell(told, _PASTE)
    st.file_uploader(
        "Or open a file", type=[ending.removeprefix(".") for ending in opening.KINDS], key=_UPLOAD,
        on_change=_read_upload,
    )  # fmt: skip
    _tell(told, _UPLOAD)


def _tell(told: _Told | None, field: str) -> None:
    if told is None or told.field != field:
        return
    if told.good:
        st.success(plain(told.message))
        del st.session_state[_TOLD]
        return
    st.error(plain(told.message))
    if told.quote:
        st.code(told.quote, language=None)


def _read_paste() -> None:
    pasted = st.session_state.get(_PASTE) or ""
    _read(_PASTE, lambda: opening.open_text(pasted), lambda: pasted)


def _read_upload() -> None:
    file = st.session_state.get(_UPLOAD)
    if file is None:
        st.session_state.pop(_TOLD, None)
        return
    content = file.getvalue()
    _read(_UPLOAD, lambda: opening.open_network(file.name, content), lambda: opening.source(file.name, content))


def _read(field: str, read: Callable[[], Architecture], source: Callable[[], str]) -> None:
    """Open what ``read`` gives, or keep why it did not."""
    try:
        architecture = read()
        state.set_document(state.document().opened(architecture))
    except keras_code.CodeError as error:
        st.session_state[_TOLD] = _Told(field, False, str(error), quoted(source(), error.line, error.column))
    except (ArchitectureError, CnnBuilderError) as error:
        st.session_state[_TOLD] = _Told(field, False, str(error))
    else:
        st.session_state[_TOLD] = _Told(field, True, _said(architecture))


def _said(architecture: Architecture) -> str:
    count = len(architecture.layers)
    traced = trace(architecture)
    size = f"{traced.total_params:,} parameters"
    if traced.error is not None:
        size = f"layer {traced.error.index + 1} does not fit"
    layers = f"{count} layer{'' if count == 1 else 's'}"
    return f"Opened {architecture.name}: {layers}, {size}. Undo brings the network before it back."
