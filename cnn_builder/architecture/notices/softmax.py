"""Softmax: missing at the end, in the way before it, or fed with cut-off numbers."""

from __future__ import annotations

from collections.abc import Iterator

from cnn_builder.architecture.architecture import Architecture
from cnn_builder.architecture.layers.activation import Activation
from cnn_builder.architecture.layers.base import Layer
from cnn_builder.architecture.layers.dense import Dense
from cnn_builder.architecture.layers.dropout import Dropout
from cnn_builder.architecture.layers.softmax import Softmax
from cnn_builder.architecture.notices.notice import CheckedNetwork, Notice, layer_place
from cnn_builder.architecture.repair import Repair
from cnn_builder.limits import MAX_LAYERS


def is_softmax(layer: Layer) -> bool:
    """Whether the layer's output is a softmax."""
    return isinstance(layer, Softmax) or _activation(layer) == "softmax"


def _activation(layer: Layer) -> str | None:
    """The function that the layer applies to its output, by name; None where it is the identity."""
    name = getattr(layer, "activation", None)
    return None if name == "linear" else name


def _is_activation_layer(layer: Layer) -> bool:
    return layer.category == "Activation" and not (isinstance(layer, Activation) and _activation(layer) is None)


def softmax_early(seen: CheckedNetwork) -> Iterator[Notice]:
    """A softmax with layers after it."""
    if not seen.gives_vector:
        return
    for index, layer in enumerate(seen.layers[:-1]):
        if is_softmax(layer):
            message = f"{layer_place(index, layer)} is a softmax before the end: it hides how strong values are."
            yield Notice("softmax_early", index, message, _without_softmax(seen, index))


def _without_softmax(seen: CheckedNetwork, index: int) -> Repair:
    layer, architecture = seen.layers[index], seen.architecture
    if not layer.linear:
        return Repair("Remove it", architecture.remove(index))
    if index == seen.last_weights:
        # What follows only reads these numbers: relu would cut them.
        return Repair("Use no activation there", architecture.replace(index, layer.changed(activation=None)))
    return Repair("Use relu there", architecture.replace(index, layer.changed(activation="relu")))


def softmax_missing(seen: CheckedNetwork) -> Iterator[Notice]:
    """The network ends in plain numbers, or in another function of them."""
    if not seen.layers or not seen.gives_vector or is_softmax(seen.layers[-1]):
        return
    last, layer = len(seen.layers) - 1, seen.layers[-1]
    message = "The network ends without a softmax: it trains on logits, and softmax is applied to its predictions."
    function = layer.type if _is_activation_layer(layer) else _activation(layer)
    if function is not None:
        message = (
            f"The network ends with {function} where a softmax is expected: it distorts the scores of the classes."
        )
    fix = _with_softmax(seen.architecture, layer, function)
    if fix is not None and not (seen.is_full and len(fix.architecture.layers) > len(seen.layers)):
        yield Notice("softmax_missing", last, message, fix)


def _with_softmax(architecture: Architecture, layer: Layer, function: str | None) -> Repair | None:
    last = len(architecture.layers) - 1
    title = f"Use softmax instead of {function}" if function else "Add softmax"
    if isinstance(layer, Dense):
        return Repair(title, architecture.replace(last, layer.changed(activation="softmax")))
    if _is_activation_layer(layer):
        return Repair(title, architecture.replace(last, Softmax()))
    if last + 1 >= MAX_LAYERS:
        return None
    return Repair("Add softmax", architecture.insert(last + 1, Softmax()))


def logits_activation(seen: CheckedNetwork) -> Iterator[Notice]:
    """An activation on the numbers that the softmax at the end compares."""
    layers, last = seen.layers, len(seen.layers) - 1
    if not seen.gives_vector or not layers or not is_softmax(layers[last]) or layers[last].linear:
        return
    before = last - 1
    while before > 0 and isinstance(layers[before], Dropout):
        before -= 1
    if before < 0 or is_softmax(layers[before]):
        return
    layer = layers[before]
    if _is_activation_layer(layer):
        name = getattr(layer, "activation", None) or layer.type
        fix = Repair(f"Remove layer {before + 1} ({layer.type})", seen.architecture.remove(before))
    elif isinstance(layer, Dense) and _activation(layer) is not None:
        name = str(layer.activation)
        fix = Repair(f"Use no activation in layer {before + 1}", seen.architecture.replace(before, _plain(layer)))
    else:
        return
    message = (
        f"{layer_place(before, layer)} applies {name} right before the softmax: it distorts the scores of the classes."
    )
    yield Notice("logits_activation", before, message, fix)


def _plain(layer: Dense) -> Dense:
    return layer.changed(activation=None)
