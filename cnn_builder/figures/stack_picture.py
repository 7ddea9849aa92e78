"""What the picture of the stack shows: boxes in pixels, labels, and what does not fit."""

from collections.abc import Sequence
from typing import Any

from cnn_builder.architecture import Architecture, Layer, Trace
from cnn_builder.architecture.layers.base import Shape, times
from cnn_builder.figures.colours import CATEGORY_COLOURS, CHANNEL_COLOURS, INPUT_COLOUR
from cnn_builder.figures.volumes import Cuboid, boxes

_UNKNOWN = Cuboid(26.0, 56.0, 8.0)
_SHORT = (("Pooling2D", "Pool"), ("Average", "Avg"), ("Normalization", "Norm"))


def stack_picture(
    architecture: Architecture, traced: Trace, ids: Sequence[str], concealed: bool = False
) -> dict[str, Any]:
    """The input and the layers, each with its box, as plain data for the browser.

    The input of colour images has its channels' colours, from front to back, in "planes".

    Args:
        architecture, traced: the network and its trace.
        ids: names of the layers, in order.
        concealed: whether the layers' shapes are hidden; their boxes are alike then.
    """
    sizes = boxes([architecture.input_shape, *(row.output_shape for row in traced.rows)])
    if concealed:
        sizes = [sizes[0], *(_UNKNOWN for _ in sizes[1:])]
    layers = [
        {"id": layer_id, **_item(index, layer, traced, sizes, concealed)}
        for index, (layer_id, layer) in enumerate(zip(ids, architecture.layers, strict=True))
    ]
    shape = architecture.input_shape
    start = {"type": "Input", "label": "", "shape": times(shape), "colour": INPUT_COLOUR}
    planes = list(CHANNEL_COLOURS) if len(shape) == 3 and shape[2] == len(CHANNEL_COLOURS) else []
    return {"input": {**start, **_drawn(sizes[0]), "planes": planes}, "layers": layers}


def _item(index: int, layer: Layer, traced: Trace, sizes: list[Cuboid], concealed: bool) -> dict[str, Any]:
    fits = index < len(traced.rows)
    broken = traced.error is not None and traced.error.index == index
    shape: Shape | None = traced.rows[index].output_shape if fits else None
    known = "hidden" if concealed else times(shape) if shape else ""
    result = f"output {known}" if shape else "does not fit" if broken else "not reached"
    return {
        "type": _short(layer.type),
        "label": layer.label(),
        "shape": ("?" if concealed else known) if shape else "does not fit" if broken else "",
        "colour": CATEGORY_COLOURS.get(layer.category, INPUT_COLOUR),
        **_drawn(sizes[index + 1] if fits else _UNKNOWN),
        "state": "fits" if fits else "broken" if broken else "after",
        "name": ", ".join(filter(None, (f"Layer {index + 1}: {layer.type}", layer.label(), result))),
    }


def _short(name: str) -> str:
    for long, short in _SHORT:
        name = name.replace(long, short)
    return name


def _drawn(box: Cuboid) -> dict[str, Any]:
    return {"box": [box.width, box.height, box.slant], "cells": box.cells}
