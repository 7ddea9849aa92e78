"""The operations that the picture of the stack sends, as pieces of JSON, and what they do to a document."""

from typing import Any, TypedDict

from cnn_builder.architecture import LAYER_TYPES
from cnn_builder.ui.document import INPUT, Document


class Ack(TypedDict):
    """The last operation that was taken: who sent it, and its number."""

    client: str
    seq: int


def apply(document: Document, operations: list[dict[str, Any]]) -> Document:
    """The document after operations from the picture of the stack, in order; unknown ones are passed over.

    Raises CnnBuilderError when a layer cannot be added.
    """
    for operation in operations:
        match operation:
            case {"op": "select", "id": str(layer_id)}:
                document = document.select(layer_id)
            case {"op": "input"}:
                document = document.select(INPUT)
            case {"op": "gap", "index": int(index)}:
                document = document.select_gap(index)
            case {"op": "step", "by": int(by)}:
                document = document.step(by)
            case {"op": "move", "by": int(by)}:
                document = document.move(by)
            case {"op": "place", "id": str(layer_id), "index": int(index)}:
                document = document.place(layer_id, index)
            case {"op": "remove"}:
                document = document.remove()
            case {"op": "duplicate"}:
                document = document.duplicate()
            case {"op": "undo"}:
                document = document.undo()
            case {"op": "redo"}:
                document = document.redo()
            case {"op": "insert", "index": int(index), "type": str(name)} if name in LAYER_TYPES:
                document = document.insert(max(0, min(index, len(document.ids))), LAYER_TYPES[name].example())
    return document
