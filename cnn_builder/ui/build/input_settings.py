"""The input as the inspector component shows it: which kind it is, and its numbers."""

from typing import Any

from cnn_builder.architecture.layers.base import times
from cnn_builder.data import find_dataset
from cnn_builder.documents.document import INPUT, Document
from cnn_builder.documents.input_shape import AXES, KIND, KINDS, expected, largest
from cnn_builder.ui.build.inspector import Errors, reasons

_SUMMARIES = {
    3: "One image: height × width × channels (1 for grey, 3 for colour).",
    2: "One grey image: height × width. A Reshape gives it the channel axis that Conv2D needs.",
    1: "One image as a vector: its pixels row by row.",
}


def input_data(document: Document, errors: Errors) -> dict[str, Any]:
    """The input for the component; the data set's own shape is named in its summary."""
    info, shape = find_dataset(document.dataset), document.architecture.input_shape
    known = f" {info.title} has {times(info.input_shape)}." if info else ""
    field = {"help": "", "optional": False, "more": False, "expected": expected(shape)}
    kind = {**field, "name": KIND, "label": "Kind of input", "kind": "choice", "options": list(KINDS.values())}
    number = {**field, "kind": "int", "minimum": 1, "maximum": largest(shape), "step": 1}
    numbers = [
        {**number, "name": axis, "label": axis.capitalize(), "value": size}
        for axis, size in zip(AXES[len(shape)], shape, strict=True)
    ]
    return {
        "layer": INPUT,
        "index": None,
        "title": "Input",
        "summary": f"{_SUMMARIES[len(shape)]}{known}",
        "fields": [{**kind, "value": KINDS[len(shape)]}, *numbers],
        "errors": reasons(errors, INPUT),
        "types": [],
        "most": 0,
    }
