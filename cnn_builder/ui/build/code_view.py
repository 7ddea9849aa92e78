"""The Code view: the network as Python, notebook, JSON, SVG and Markdown, to be read, copied and downloaded."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Literal

import streamlit as st

from cnn_builder.architecture import Architecture, trace
from cnn_builder.architecture.formats import keras_code, notebook
from cnn_builder.documents.document import Document
from cnn_builder.figures.diagram import diagram
from cnn_builder.figures.trace_markdown import trace_markdown
from cnn_builder.runs.results.training_code import run_notebook
from cnn_builder.ui import state

_FORM = "code-form"
# Streamlit's own colours for code do not stand out enough on light.
_STYLE = """<style>
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
    "Python": _Form("py", "text/x-python", "python", lambda document: keras_code.write_code(document.architecture)),
    "Notebook": _Form(
        "ipynb", "application/x-ipynb+json", "python",
        lambda document: run_notebook(document.architecture, document.dataset, state.form_settings()),
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


def exchange(document: Document) -> None:
    """This network in one of the forms."""
    st.html(_STYLE)
    with st.container(key="code-exchange"):
        _out(document)


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
