"""The output against the labels: one vector, one number a class."""

from __future__ import annotations

from collections.abc import Iterator

from cnn_builder.architecture.architecture import Architecture
from cnn_builder.architecture.layers.base import Layer, times
from cnn_builder.architecture.layers.dense import Dense
from cnn_builder.architecture.layers.flatten import Flatten
from cnn_builder.architecture.notices.notice import CheckedNetwork, Notice
from cnn_builder.architecture.notices.softmax import is_softmax
from cnn_builder.architecture.repair import Repair
from cnn_builder.architecture.trace import trace
from cnn_builder.limits import MAX_LAYERS

USUAL_CLASSES = 10


def output_is_map(seen: CheckedNetwork) -> Iterator[Notice]:
    """The network ends with a map."""
    if seen.gives_vector:
        return
    wanted, last = seen.classes or USUAL_CLASSES, len(seen.layers) - 1
    shape = seen.traced.output_shape
    message = (
        f"The output is {'a ' if len(shape) == 3 else ''}{times(shape)}{' map' if len(shape) == 3 else ''}, "
        "but a label needs one vector. "
        "End with Flatten and Dense."
    )
    fix = None
    if len(seen.layers) + 2 <= MAX_LAYERS:
        ending = seen.architecture.insert(last + 1, Flatten()).insert(
            last + 2, Dense(units=wanted, activation="softmax")
        )
        fix = Repair(f"Add Flatten and Dense {wanted} softmax", ending)
    yield Notice("output_map", last if last >= 0 else None, message, fix, blocks_training=True)


def units(seen: CheckedNetwork) -> Iterator[Notice]:
    """The output has not one number a class."""
    if seen.classes is None or not seen.gives_vector or seen.traced.output_shape[0] == seen.classes:
        return
    outputs = seen.traced.output_shape[0]
    message = f"The network ends with {outputs:,} outputs, but the data set has {seen.classes} classes."
    fix = _with_units(seen, seen.classes) or _with_dense(seen, seen.classes)
    yield Notice("units", len(seen.layers) - 1, message, fix, blocks_training=True)


def _with_units(seen: CheckedNetwork, classes: int) -> Repair | None:
    """The last weights' own number of outputs, where what follows keeps it and they are meant to be the last."""
    index = seen.last_weights
    if index < 0:
        return None
    layer = seen.layers[index]
    name = next((name for name in ("units", "filters") if name in layer.settings()), None)
    # relu and its kind mark a layer in the middle: it should stay, and an output follow it.
    if name is None or (index and layer.settings().get("activation") not in (None, "linear", "softmax")):
        return None
    changed = seen.architecture.replace(index, _with_one_group(layer, name, classes))
    traced = trace(changed)
    fits = traced.error is None and traced.output_shape == (classes,)
    return Repair(f"Set {name} to {classes}", changed) if fits else None


def _with_one_group(layer: Layer, name: str, count: int) -> Layer:
    """``count`` outputs; groups that would not divide them become one."""
    more = {"groups": 1} if count % layer.settings().get("groups", 1) else {}
    return layer.changed(**{name: count}, **more)


def _with_dense(seen: CheckedNetwork, classes: int) -> Repair | None:
    """A Dense with one unit a class at the end; a softmax that ends the network stays its end."""
    if seen.is_full:
        return None
    layers, end = seen.layers, len(seen.layers)
    if layers and is_softmax(layers[-1]) and not layers[-1].linear:
        ended: Architecture = seen.architecture.insert(end - 1, Dense(units=classes))
        return Repair(f"Add Dense {classes} before {layers[-1].type}", ended)
    ended = seen.architecture.insert(end, Dense(units=classes, activation="softmax"))
    return Repair(f"Add Dense {classes} softmax", ended)
