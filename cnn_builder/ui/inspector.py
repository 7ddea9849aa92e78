"""The selected layer's settings as widgets, made from what the layer says of its own settings.

Widgets hold no truth: each is set from the architecture before it is drawn, and its change goes back there.
"""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from cnn_builder.architecture import Layer
from cnn_builder.architecture.errors import CnnBuilderError, LayerSettingError, shown
from cnn_builder.architecture.layers.settings import Control
from cnn_builder.ui import state
from cnn_builder.ui.document import Document
from cnn_builder.ui.fields import showing
from cnn_builder.ui.repeating import repeat
from cnn_builder.ui.text import plain

MOST_CONTROLS = 5
"""Settings always in sight; a layer declares the everyday ones first."""


NONE = "none"
"""How None reads where it is one of the choices."""


def inspector(document: Document) -> None:
    """Title, settings and actions of the selected layer."""
    layer, index = document.layer, document.index
    if layer is None or index is None:
        return
    with st.container(key="layer-title", horizontal=True, horizontal_alignment="distribute", gap="xsmall"):
        st.markdown(f"## Layer {index + 1} · {layer.type}", width="content")
        _actions(document, index)
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


def _controls(controls: Sequence[Control], document: Document, layer: Layer, error: LayerSettingError | None) -> None:
    """Two a row; why a setting was refused stands under it.

    One container, laid out by the style sheet: every column of Streamlit's own is a further message at each edit.
    """
    with st.container(key=f"settings-{controls[0].name}"):
        for control in controls:
            refused = error is not None and error.field == control.name
            _control(control, layer, document, refused)
            if error is not None and refused:
                expected, received = plain(error.expected), plain(_received(error.received))
                st.markdown(f":small[:red[Expected {expected}, received {received}.]]")


def _received(value: Any) -> str:
    """The two numbers of a pair as they stand in their fields, side by side."""
    return " × ".join(map(str, value)) if isinstance(value, list | tuple) else shown(value)


def _key(document: Document, name: str) -> str:
    return f"{state.document_id()}-{document.selected}-{name}"


def _control(control: Control, layer: Layer, document: Document, refused: bool) -> None:
    name, value = _key(document, control.name), getattr(layer, control.name)
    if control.kind == "pair":
        _pair(control, name, value, document, refused)
        return
    choice_of_none = control.kind == "choice" and control.optional
    key = showing(name, NONE if choice_of_none and value is None else value, keep=refused)
    changed: dict[str, Any] = {"key": key, "help": control.help or None, "on_change": _change}
    changed["args"] = (document.selected, control.name, key, choice_of_none)
    if control.kind == "bool":
        st.toggle(control.label, **changed)
    elif control.kind == "choice":
        # No option is None: Streamlit takes that for "nothing is chosen yet".
        st.selectbox(control.label, [NONE, *control.options] if control.optional else control.options, **changed)
    else:
        kind: dict[str, Any] = {"step": control.step, "format": "%g"} if control.kind == "float" else {"step": 1}
        kind["value"] = None if control.optional else "min"
        st.number_input(control.label, **kind, **changed)


def _pair(control: Control, name: str, value: tuple[float, float] | None, document: Document, refused: bool) -> None:
    whole = control.step == 1
    fields = [f"{name}-side-{side}" for side in control.sides]
    shown_values = value or (None, None)
    # One number typed fills the other, where the focus may be by then.
    filled = control.optional and value is not None and value[0] == value[1]
    keys = [showing(field, number, refused or filled) for field, number in zip(fields, shown_values, strict=True)]
    for side, key in enumerate(keys):
        number: dict[str, Any] = {
            "value": None if control.optional else "min",
            "step": control.step,
            "format": None if whole else "%g",
            "key": key,
            "help": None if side == 0 else control.help,
            "placeholder": "auto" if control.optional else None,
        }
        label = f"{control.label.removesuffix(' size').removesuffix(' rate')} {control.sides[side]}"
        st.number_input(label, **number, on_change=_change_pair, args=(document.selected, control, keys, side))


# A number may be typed and another layer clicked before the typing is taken: each change names its layer.


def _change(layer_id: str, name: str, key: str, choice_of_none: bool) -> None:
    value = st.session_state[key]
    _set(layer_id, name, None if choice_of_none and value == NONE else value)


def _change_pair(layer_id: str, control: Control, keys: list[str], side: int) -> None:
    """One number of a pair changed; while the other is empty it stands for both, and an emptied one empties both."""
    sides = [st.session_state[key] for key in keys]
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
    """What can be done with the layer, as icons beside its title: below its settings they would be out of sight."""
    last = len(document.ids) - 1
    with st.container(horizontal=True, key="layer-actions", gap=None, width="content"):
        _action("Add after", "add", "add-after", ("select_gap", index + 1))
        _action("Duplicate", "content_copy", "duplicate", ("duplicate",))
        _action("Move earlier", "arrow_back", "earlier", ("move", -1), disabled=index == 0)
        _action("Move later", "arrow_forward", "later", ("move", 1), disabled=index == last)
        repeat(document, index)
        _action("Delete", "delete", "delete", ("remove",))


def _action(label: str, icon: str, key: str, edit: tuple[Any, ...], disabled: bool = False) -> None:
    drawn = f":material/{icon}:"
    st.button(label, key=key, icon=drawn, help=label, type="tertiary", on_click=_edit, args=edit, disabled=disabled)


def _edit(method: str, *arguments: Any) -> None:
    try:
        state.set_document(getattr(state.document(), method)(*arguments))
    except CnnBuilderError as error:
        state.tell(str(error))
