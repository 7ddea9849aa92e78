"""The selected layer's settings as widgets, made from what the layer says of its own settings.

Widgets hold no truth: each is set from the architecture before it is drawn, and its change goes back there.
"""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from cnn_builder.architecture import Layer
from cnn_builder.architecture.errors import CnnBuilderError, LayerSettingError
from cnn_builder.architecture.layers.settings import Control
from cnn_builder.ui import state
from cnn_builder.ui.document import Document
from cnn_builder.ui.text import plain

MOST_CONTROLS = 5
"""Settings always in sight; a layer declares the everyday ones first."""


def inspector(document: Document) -> None:
    """Title, settings and actions of the selected layer."""
    layer, index = document.layer, document.index
    if layer is None or index is None:
        return
    st.markdown(f"## Layer {index + 1} · {layer.type}")
    st.caption(layer.summary)
    controls, error = layer.controls(), state.setting_error()
    everyday = MOST_CONTROLS if len(controls) > MOST_CONTROLS + 1 else len(controls)
    _controls(controls[:everyday], document, layer, error)
    if controls[everyday:]:
        with st.expander("More settings"):
            _controls(controls[everyday:], document, layer, error)
    if not controls:
        st.caption("Nothing to set.")
    _actions(document, index)


def _controls(controls: Sequence[Control], document: Document, layer: Layer, error: LayerSettingError | None) -> None:
    """Two a row; why a setting was refused stands under it."""
    for start in range(0, len(controls), 2):
        for column, control in zip(st.columns(2), controls[start : start + 2], strict=False):
            with column:
                _control(control, layer, document)
                if error is not None and error.field == control.name:
                    st.markdown(f":red[Expected {plain(error.expected)}, received {plain(repr(error.received))}.]")


def _key(document: Document, name: str) -> str:
    return f"{state.document_id()}-{document.selected}-{name}"


def _control(control: Control, layer: Layer, document: Document) -> None:
    key, value = _key(document, control.name), getattr(layer, control.name)
    help_text = control.help or None
    if control.kind == "pair":
        _pair(control, key, value)
        return
    st.session_state[key] = value
    changed: dict[str, Any] = {"key": key, "help": help_text, "on_change": _change, "args": (control.name, key)}
    if control.kind == "bool":
        st.toggle(control.label, **changed)
    elif control.kind == "choice":
        options = [None, *control.options] if control.optional else list(control.options)
        st.selectbox(control.label, options, format_func=_named, **changed)
    else:
        kind: dict[str, Any] = {"step": control.step, "format": "%g"} if control.kind == "float" else {"step": 1}
        kind["value"] = None if control.optional else "min"
        st.number_input(control.label, **kind, **changed)


def _pair(control: Control, key: str, value: tuple[int, int] | None) -> None:
    for column, axis, side in zip(st.columns(2, gap="xsmall"), ("height", "width"), (0, 1), strict=True):
        name = f"{key}-{axis}"
        st.session_state[name] = None if value is None else value[side]
        column.number_input(
            f"{control.label.removesuffix(' size').removesuffix(' rate')} {axis}",
            value=None if control.optional else "min",
            step=1,
            key=name,
            help=None if side == 0 else control.help,
            placeholder="auto" if control.optional else None,
            on_change=_change_pair,
            args=(control, key, side),
        )


def _named(option: str | None) -> str:
    return "none" if option is None else option


def _change(name: str, key: str) -> None:
    _set(name, st.session_state[key])


def _change_pair(control: Control, key: str, side: int) -> None:
    """One number of a pair changed; where the other is empty it becomes the same, and an emptied one empties both."""
    sides = [st.session_state[f"{key}-height"], st.session_state[f"{key}-width"]]
    changed = sides[side]
    if changed is None and control.optional:
        _set(control.name, None)
    else:
        _set(control.name, [changed if number is None else number for number in sides])


def _set(name: str, value: Any) -> None:
    try:
        state.set_document(state.document().change(**{name: value}))
    except LayerSettingError as error:
        state.set_setting_error(error)


def _actions(document: Document, index: int) -> None:
    last = len(document.ids) - 1
    with st.container(horizontal=True, key="layer-actions", gap="xsmall"):
        st.button("Add after", key="add-after", on_click=_edit, args=("select_gap", index + 1))
        st.button("Duplicate", key="duplicate", on_click=_edit, args=("duplicate",))
        st.button("← Move", key="earlier", disabled=index == 0, on_click=_edit, args=("move", -1))
        st.button("Move →", key="later", disabled=index == last, on_click=_edit, args=("move", 1))
        st.button("Delete", key="delete", on_click=_edit, args=("remove",))


def _edit(method: str, *arguments: Any) -> None:
    try:
        state.set_document(getattr(state.document(), method)(*arguments))
    except CnnBuilderError as error:
        state.tell(str(error))
