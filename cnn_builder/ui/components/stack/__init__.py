"""The picture of the stack: select, add, move and remove layers in it.

The picture sends operations in a queue, each with a number, and repeats those that are not acknowledged: events sent
during a rerun would be lost otherwise.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnn_builder.architecture import Layer, Trace
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.architecture.layers.base import Shape, times
from cnn_builder.figures.colours import CATEGORY_COLOURS, INPUT_COLOUR
from cnn_builder.figures.volumes import Box, boxes
from cnn_builder.ui.components import register
from cnn_builder.ui.document import Document
from cnn_builder.ui.operations import Ack, apply

_mount = register("stack", Path(__file__).parent)
_UNKNOWN = Box(26.0, 56.0, 8.0)
_SHORT = (("Pooling2D", "Pool"), ("Average", "Avg"), ("Normalization", "Norm"))


def stack(document: Document, traced: Trace, ack: Ack, key: str, on_operations: Callable[[], None]) -> None:
    """Draw the stack. ``on_operations`` is called when ``st.session_state[key]["operations"]`` has something new."""
    data = {**stack_data(document, traced), "ack": ack}
    _mount(key=key, data=data, default={"operations": None}, on_operations_change=on_operations)


@dataclass(frozen=True)
class Taken:
    """The document after the picture's operations, what to acknowledge, and why one of them was refused, if any."""

    document: Document
    ack: Ack
    refusal: str | None = None


def take(document: Document, sent: Any, ack: Ack) -> Taken:
    """Apply the operations in ``sent`` that were not taken before.

    Those behind one that is refused are left out: they may be about the layer it would have added. All are
    acknowledged, or the picture would send them for ever.
    """
    if not isinstance(sent, dict) or not isinstance(sent.get("items"), list):
        return Taken(document, ack)
    client, items = str(sent.get("client", ""))[:64], sent["items"]
    done = ack["seq"] if ack["client"] == client else 0
    new = [item for item in items if isinstance(item, dict) and type(item.get("seq")) is int and item["seq"] > done]
    acknowledged: Ack = {"client": client, "seq": max((item["seq"] for item in new), default=done)}
    for item in new:
        try:
            document = apply(document, [item])
        except CnnBuilderError as error:
            return Taken(document, acknowledged, str(error))
    return Taken(document, acknowledged)


def stack_data(document: Document, traced: Trace) -> dict[str, Any]:
    """What the picture shows: boxes in pixels, labels, and what is selected."""
    architecture = document.architecture
    sizes = boxes([architecture.input_shape, *(row.output_shape for row in traced.rows)])
    layers = [
        {"id": layer_id, **_item(index, layer, traced, sizes)}
        for index, (layer_id, layer) in enumerate(zip(document.ids, architecture.layers, strict=True))
    ]
    start = {"type": "Input", "label": "", "shape": times(architecture.input_shape), "colour": INPUT_COLOUR}
    return {
        "input": {**start, **_drawn(sizes[0])},
        "layers": layers,
        "selected": document.selected,
        "gap": document.gap,
    }


def _item(index: int, layer: Layer, traced: Trace, sizes: list[Box]) -> dict[str, Any]:
    fits = index < len(traced.rows)
    broken = traced.error is not None and traced.error.index == index
    shape: Shape | None = traced.rows[index].output_shape if fits else None
    result = f"output {times(shape)}" if shape else "does not fit" if broken else "not reached"
    return {
        "type": _short(layer.type),
        "label": layer.label(),
        "shape": times(shape) if shape else "does not fit" if broken else "",
        "colour": CATEGORY_COLOURS.get(layer.category, INPUT_COLOUR),
        **_drawn(sizes[index + 1] if fits else _UNKNOWN),
        "state": "fits" if fits else "broken" if broken else "after",
        "name": ", ".join(filter(None, (f"Layer {index + 1}: {layer.type}", layer.label(), result))),
    }


def _short(name: str) -> str:
    for long, short in _SHORT:
        name = name.replace(long, short)
    return name


def _drawn(box: Box) -> dict[str, Any]:
    return {"box": [box.width, box.height, box.slant], "cells": box.cells}
