"""A document as text: the network in full, and each undo step as what sets it apart from the next.

A hundred steps of sixty layers written in full would be half a megabyte at every edit; as differences they are some
kilobytes.
"""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from cnn_builder.architecture import Architecture, Layer
from cnn_builder.architecture.architecture import checked_input_shape, layer_from_dict
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.documents.document import INPUT, UNDO_STEPS, Document, DocumentError, UndoStep

_DAMAGED = (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, CnnBuilderError)


def write_document(document: Document) -> str:
    """The document with its undo steps."""
    pool = _Pool()
    kept = {
        "name": document.architecture.name,
        "input_shape": document.architecture.input_shape,
        "layers": pool.places(document.architecture.layers),
        "ids": document.ids,
        "dataset": document.dataset,
        "selected": document.selected,
        "gap": document.gap,
        "next_id": document.next_id,
        "concealed": document.concealed,
        "past": _differences(document.now(), document.past, pool),
        "future": _differences(document.now(), document.future, pool),
    }
    return f'{{"pool": [{", ".join(pool.texts)}], {json.dumps(kept, ensure_ascii=False)[1:]}'


def read_document(text: str) -> Document:
    """The document. Raises DocumentError when ``text`` is none; undo steps that cannot be read are left out."""
    try:
        kept = _renewed(json.loads(text))
        pool = [layer_from_dict(layer, place) for place, layer in enumerate(kept["pool"])]
        data = {"name": kept["name"], "input_shape": kept["input_shape"], "layers": []}
        layers = tuple(pool[place] for place in kept["layers"])
        architecture = Architecture(Architecture.from_dict(data).input_shape, layers, kept["name"])
        ids = tuple(map(str, kept["ids"]))
        selected, gap = kept["selected"], kept["gap"]
        concealed = kept.get("concealed") is True
        document = Document(architecture, ids, str(kept["dataset"]), selected, gap, int(kept["next_id"]), concealed)
    except _DAMAGED as error:
        raise DocumentError(f"The saved network cannot be read: {error}. A new one was started.") from None
    if len(set(ids)) != len(layers) or len(ids) != len(layers) or selected not in (None, INPUT, *ids):
        raise DocumentError("The saved network cannot be read: its layers and names differ. A new one was started.")
    return _with_steps(document, kept, pool)


def _renewed(kept: dict[str, Any]) -> dict[str, Any]:
    """The first files held the architecture as its own file does, and no undo steps."""
    if "architecture" not in kept:
        return kept
    old = kept["architecture"]
    places = list(range(len(old["layers"])))
    form = {"pool": old["layers"], "layers": places, "name": old["name"], "input_shape": old["input_shape"]}
    return {**kept, **form, "past": [], "future": []}


class _Pool:
    """Every layer once, however many steps hold it."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._places: dict[int, int] = {}

    def places(self, layers: Iterable[Layer]) -> list[int]:
        """Where the layers are in the pool; new ones are added."""
        found = []
        for layer in layers:
            place = self._places.get(id(layer))
            if place is None:
                place = self._places[id(layer)] = len(self.texts)
                self.texts.append(_layer_text(layer))
            found.append(place)
        return found


@lru_cache(maxsize=4096)
def _layer_text(layer: Layer) -> str:
    return json.dumps(layer.to_dict(), ensure_ascii=False)


def _differences(now: UndoStep, steps: tuple[UndoStep, ...], pool: _Pool) -> list[dict[str, Any]]:
    """The steps from the nearest on, each as its difference from the one nearer to ``now``."""
    found, nearer = [], now
    for step in reversed(steps):
        found.append(_difference(step, nearer, pool))
        nearer = step
    return found


def _difference(step: UndoStep, nearer: UndoStep, pool: _Pool) -> dict[str, Any]:
    old, new = step.architecture, nearer.architecture
    kept: dict[str, Any] = {"selected": step.selected, "gap": step.gap}
    if old.layers is not new.layers or step.ids is not nearer.ids:
        head, tail = _common(step, nearer)
        end = len(step.ids) - tail
        kept |= {"same": [head, tail], "ids": step.ids[head:end], "layers": pool.places(old.layers[head:end])}
    if old.name != new.name:
        kept["name"] = old.name
    if old.input_shape != new.input_shape:
        kept["input_shape"] = old.input_shape
    if step.dataset != nearer.dataset:
        kept["dataset"] = step.dataset
    return kept


def _common(step: UndoStep, nearer: UndoStep) -> tuple[int, int]:
    """How many layers are the same at the start, and at the end after those."""
    old, new = step.architecture.layers, nearer.architecture.layers
    shorter, head, tail = min(len(old), len(new)), 0, 0
    while head < shorter and old[head] is new[head] and step.ids[head] == nearer.ids[head]:
        head += 1
    while tail < shorter - head and old[-1 - tail] is new[-1 - tail] and step.ids[-1 - tail] == nearer.ids[-1 - tail]:
        tail += 1
    return head, tail


def _with_steps(document: Document, kept: dict[str, Any], pool: list[Layer]) -> Document:
    try:
        past = _steps(document.now(), kept["past"], pool)
        future = _steps(document.now(), kept["future"], pool)
    except _DAMAGED:
        return document  # the network matters more than the way back
    return document.with_steps(past, future)


def _steps(now: UndoStep, differences: list[dict[str, Any]], pool: list[Layer]) -> tuple[UndoStep, ...]:
    steps = [now]
    for kept in differences[:UNDO_STEPS]:
        steps.append(_step(kept, steps[-1], pool))
    return tuple(reversed(steps[1:]))


def _step(kept: dict[str, Any], nearer: UndoStep, pool: list[Layer]) -> UndoStep:
    near = nearer.architecture
    layers, ids = near.layers, nearer.ids
    if "same" in kept:
        head, tail = kept["same"]
        end = len(ids) - tail
        layers = (*layers[:head], *(pool[place] for place in kept["layers"]), *layers[end:])
        ids = (*ids[:head], *map(str, kept["ids"]), *ids[end:])
    if len(ids) != len(layers):
        raise ValueError("layers and names differ")
    shape = checked_input_shape(kept["input_shape"]) if "input_shape" in kept else near.input_shape
    architecture = Architecture(shape, layers, near.name).with_name(kept.get("name", near.name))
    return UndoStep(architecture, ids, str(kept.get("dataset", nearer.dataset)), kept["selected"], kept["gap"])
