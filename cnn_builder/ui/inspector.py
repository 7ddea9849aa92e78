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
from cnn_builder.ui.repeating import repeat
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
    if controls:
        _controls(controls[:everyday], document, layer, error)
    if controls[everyday:]:
        # Their widgets are most of what an edit draws: made only while they are looked at.
        more = st.expander("More settings", key="more-settings", on_change="rerun")
        if more.open:
            with more:
                _controls(controls[everyday:], document, layer, error)
    if not controls:
        st.caption("Nothing to set.")
    _actions(document, index)


def _controls(controls: Sequence[Control], document: Document, layer: Layer, error: LayerSettingError | None) -> None:
    """Two a row; why a setting was refused stands under it.

    One container, laid out by the style sheet: every column of Streamlit's own is a further message at each edit.
    """
    with st.container(key=f"settings-{controls[0].name}"):
        for control in controls:
            _control(control, layer, document)
            if error is not None and error.field == control.name:
                st.markdown(f":red[Expected {plain(error.expected)}, received {plain(repr(error.received))}.]")


def _key(document: Document, name: str) -> str:
    return f"{state.document_id()}-{document.selected}-{name}"


def _control(control: Control, layer: Layer, document: Document) -> None:
    key, value = _key(document, control.name), getattr(layer, control.name)
    help_text = control.help or None
    if control.kind == "pair":
        _pair(control, key, value, document)
        return
    st.session_state[key] = value
    changed: dict[str, Any] = {"key": key, "help": help_text, "on_change": _change}
    changed["args"] = (document.selected, control.name, key)
    if control.kind == "bool":
        st.toggle(control.label, **changed)
    elif control.kind == "choice":
        options = [None, *control.options] if control.optional else list(control.options)
        st.selectbox(control.label, options, format_func=_named, **changed)
    else:
        kind: dict[str, Any] = {"step": control.step, "format": "%g"} if control.kind == "float" else {"step": 1}
        kind["value"] = None if control.optional else "min"
        st.number_input(control.label, **kind, **changed)


def _pair(control: Control, key: str, value: tuple[float, float] | None, document: Document) -> None:
    whole = control.step == 1
    for side, name in enumerate(control.sides):
        field = f"{key}-side-{name}"
        st.session_state[field] = None if value is None else value[side]
        number: dict[str, Any] = {
            "value": None if control.optional else "min",
            "step": control.step,
            "format": None if whole else "%g",
            "key": field,
            "help": None if side == 0 else control.help,
            "placeholder": "auto" if control.optional else None,
        }
        label = f"{control.label.removesuffix(' size').removesuffix(' rate')} {name}"
        st.number_input(label, **number, on_change=_change_pair, args=(document.selected, control, key, side))


def _named(option: str | None) -> str:
    return "none" if option is None else option


# A number may be typed and another layer clicked before the typing is taken: each change names its layer.


def _change(layer_id: str, name: str, key: str) -> None:
    _set(layer_id, name, st.session_state[key])


def _change_pair(layer_id: str, control: Control, key: str, side: int) -> None:
    """One number of a pair changed; while the other is empty it stands for both, and an emptied one empties both."""
    sides = [st.session_state[f"{key}-side-{name}"] for name in control.sides]
    changed = sides[side]
    if changed is None and control.optional:
        _set(layer_id, control.name, None)
    else:
        _set(layer_id, control.name, changed if None in sides else sides)


def _set(layer_id: str, name: str, value: Any) -> None:
    try:
        state.set_document(state.document().change(layer_id, **{name: value}))
    except LayerSettingError as error:
        state.set_setting_error(error)


def _actions(document: Document, index: int) -> None:
    last = len(document.ids) - 1
    with st.container(horizontal=True, key="layer-actions", gap="xsmall"):
        st.button("Add after", key="add-after", on_click=_edit, args=("select_gap", index + 1))
        st.button("Duplicate", key="duplicate", on_click=_edit, args=("duplicate",))
        st.button("← Move", key="earlier", disabled=index == 0, on_click=_edit, args=("move", -1))
        st.button("Move →", key="later", disabled=index == last, on_click=_edit, args=("move", 1))
        repeat(document, index)
        st.button("Delete", key="delete", on_click=_edit, args=("remove",))


def _edit(method: str, *arguments: Any) -> None:
    try:
        state.set_document(getattr(state.document(), method)(*arguments))
    except CnnBuilderError as error:
        state.tell(str(error))
