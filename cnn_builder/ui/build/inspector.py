"""The selected layer as the inspector component shows it: its settings as fields, what was refused, its actions."""

from collections.abc import Mapping
from typing import Any

from cnn_builder.architecture import Layer
from cnn_builder.architecture.errors import LayerSettingError, shown
from cnn_builder.architecture.layers.settings import Control
from cnn_builder.documents.document import Document
from cnn_builder.figures.locale_text import localized_numbers
from cnn_builder.limits import MAX_LAYERS

MOST_FIELDS = 5
"""Settings always in sight; a layer declares the everyday ones first."""
NONE = "none"
"""How None reads where it is one of the choices."""

Errors = Mapping[tuple[str, str], LayerSettingError]


def inspector_data(document: Document, errors: Errors) -> dict[str, Any] | None:
    """The selected layer for the component; None when no layer is selected. ``errors`` are by layer id and setting."""
    layer, index = document.layer, document.index
    if layer is None or index is None:
        return None
    controls = layer.controls()
    everyday = MOST_FIELDS if len(controls) > MOST_FIELDS + 1 else len(controls)
    fields = [field for place, control in enumerate(controls) for field in _fields(control, layer, place >= everyday)]
    return {
        "layer": document.selected,
        "index": index,
        "title": f"Layer {index + 1} · {layer.type}",
        "summary": layer.summary,
        "fields": fields,
        "errors": reasons(errors, document.selected),
        "types": [one.type for one in document.architecture.layers],
        "most": MAX_LAYERS,
    }


def reasons(errors: Errors, layer_id: str | None) -> dict[str, str]:
    """Why the last change of each setting of the layer was refused."""
    return {
        name: f"Expected {error.expected}, received {_received(error.received)}."
        for (refused, name), error in errors.items()
        if refused == layer_id
    }


def _received(value: Any) -> str:
    """The two numbers of a pair as they stand in their fields, side by side."""
    return " × ".join(map(str, value)) if isinstance(value, list | tuple) else shown(value)


def _fields(control: Control, layer: Layer, more: bool) -> list[dict[str, Any]]:
    """The fields of a setting: a pair has two. ``more``: whether they stand under "More settings"."""
    value = getattr(layer, control.name)
    kind = type(layer).kinds()[control.name]
    field: dict[str, Any] = {
        "name": control.name,
        "label": control.label,
        "kind": control.kind,
        "help": control.help,
        "optional": control.optional,
        "expected": kind.expected,
        "more": more,
    }
    numbers = {"minimum": control.minimum, "maximum": control.maximum, "step": control.step}
    match control.kind:
        case "pair":
            label = control.label.removesuffix(" size").removesuffix(" rate").removesuffix(" regularizer")
            whole = "int" if control.step == 1 else "float"
            expected = _one_of_the_pair(control)
            return [
                {
                    **field, **numbers, "kind": whole, "side": side, "label": f"{label} {name}", "expected": expected,
                    "value": None if value is None else value[side], "help": control.help if side else "",
                }
                for side, name in enumerate(control.sides)
            ]  # fmt: skip
        case "choice":
            options = [NONE, *control.options] if control.optional else list(control.options)
            return [{**field, "options": options, "value": NONE if value is None else value}]
        case "bool":
            return [{**field, "value": value}]
        case "text":
            return [{**field, "value": kind.to_text(value)}]
        case _:
            return [{**field, **numbers, "value": value}]


def _one_of_the_pair(control: Control) -> str:
    number = "a whole number" if control.step == 1 else "a number"
    limits = f"from {control.minimum or 0:,g} to {control.maximum or 0:,g}"
    return f"{number} {localized_numbers(limits, decimals=True)}"
