"""The operations that the Build page's components send, as pieces of JSON, and what they do to a document."""

from dataclasses import dataclass, field
from typing import Any, TypedDict

from cnn_builder.architecture import LAYER_TYPES
from cnn_builder.architecture.errors import CnnBuilderError, LayerSettingError
from cnn_builder.documents.document import INPUT, Document
from cnn_builder.documents.input_shape import set_input


class Ack(TypedDict):
    """The last operation that was taken: who sent it, and its number."""

    client: str
    seq: int


def apply(document: Document, operation: dict[str, Any]) -> Document:
    """The document after an operation; an unknown one changes nothing.

    Raises CnnBuilderError when a layer cannot be added or a block not repeated, LayerSettingError when a setting is
    refused.
    """
    match operation:
        case {"op": "select", "id": str(layer_id)}:
            return document.select(layer_id)
        case {"op": "input"}:
            return document.select(INPUT)
        case {"op": "gap", "index": int(index)}:
            return document.select_gap(index)
        case {"op": "step", "by": int(by)}:
            return document.step(by)
        case {"op": "set", "id": str(layer_id), "name": str()}:
            return _set(document, layer_id, operation)
        case {"op": "move", "by": int(by)}:
            return document.move(by)
        case {"op": "place", "id": str(layer_id), "index": int(index)}:
            return document.place(layer_id, index)
        case {"op": "remove"}:
            return document.remove()
        case {"op": "duplicate"}:
            return document.duplicate()
        case {"op": "repeat", "first": int(first), "last": int(last), "times": int(times)}:
            return document.repeat(first, last, times)
        case {"op": "conceal", "on": bool(on)}:
            return document.conceal(on)
        case {"op": "undo"}:
            return document.undo()
        case {"op": "redo"}:
            return document.redo()
        case {"op": "insert", "index": int(index), "type": str(name)} if name in LAYER_TYPES:
            return document.insert(max(0, min(index, len(document.ids))), LAYER_TYPES[name].example())
    return document


def _set(document: Document, layer_id: str, operation: dict[str, Any]) -> Document:
    """A setting changed, or one number of a pair; a layer that is gone and an unknown setting change nothing.

    While a pair is None, a number typed into one side stands for both; an emptied side empties both.
    """
    name, value, edit = operation["name"], operation.get("value"), operation.get("edit")
    edit = edit if isinstance(edit, str) else None
    if layer_id == INPUT:
        return set_input(document, name, value, edit)
    if layer_id not in document.ids:
        return document
    index = document.ids.index(layer_id)
    layer = document.architecture.layers[index]
    if name not in type(layer).model_fields:
        return document
    if isinstance(value, str):
        value = type(layer).kinds()[name].from_text(value)
    if operation.get("side") in (0, 1) and value is not None:
        whole = document.before(edit).layers
        pair = getattr(whole[index], name, None) if index < len(whole) else None
        both = getattr(layer, name) if pair is not None else None
        if both is not None:
            value = [value, both[1]] if operation["side"] == 0 else [both[0], value]
    return document.change(layer_id, edit=edit, **{name: value})


@dataclass(frozen=True)
class OperationsResult:
    """What came of the operations a component sent.

    Args:
        document: the document after them.
        ack: what to acknowledge.
        refusal: why one of them was refused, which those behind it were left out for.
        settings: setting → why its last change was refused, None where it was taken; of the layer ``layer_id``.
    """

    document: Document
    ack: Ack
    refusal: str | None = None
    settings: dict[tuple[str, str], LayerSettingError | None] = field(default_factory=dict)


def take(document: Document, sent: Any, ack: Ack) -> OperationsResult:
    """Apply the operations in ``sent`` that were not taken before.

    Those behind one that is refused are left out, because they may be about the layer it would have added; a setting
    that is refused holds nothing up. All are acknowledged, or the component would send them for ever.
    """
    if not isinstance(sent, dict) or not isinstance(sent.get("items"), list):
        return OperationsResult(document, ack)
    client, items = str(sent.get("client", ""))[:64], sent["items"]
    done = ack["seq"] if ack["client"] == client else 0
    new = [item for item in items if isinstance(item, dict) and type(item.get("seq")) is int and item["seq"] > done]
    acknowledged: Ack = {"client": client, "seq": max((item["seq"] for item in new), default=done)}
    settings: dict[tuple[str, str], LayerSettingError | None] = {}
    for item in new:
        changed = (str(item.get("id")), str(item.get("name"))) if item.get("op") == "set" else None
        try:
            document = apply(document, item)
        except LayerSettingError as error:
            if changed is None:
                return OperationsResult(document, acknowledged, str(error), settings)
            settings[changed] = error
        except CnnBuilderError as error:
            return OperationsResult(document, acknowledged, str(error), settings)
        else:
            if changed is not None:
                settings[changed] = None
    return OperationsResult(document, acknowledged, None, settings)
