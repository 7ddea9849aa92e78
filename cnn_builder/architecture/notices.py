"""What is legal as a network but will not train or read as meant, each with a fix where one is clear."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cnn_builder.architecture.architecture import Architecture, InputShape
from cnn_builder.architecture.layers.base import Layer, times
from cnn_builder.architecture.layers.dense import Dense
from cnn_builder.architecture.layers.flatten import Flatten
from cnn_builder.architecture.layers.softmax import Softmax
from cnn_builder.architecture.repair import Repair
from cnn_builder.architecture.trace import Trace, trace


@dataclass(frozen=True)
class Notice:
    """A warning in Build. ``blocks_training`` makes it an error in Train. ``index`` (from 0) is the layer's place."""

    code: str
    index: int | None
    message: str
    fix: Repair | None = None
    blocks_training: bool = False


def notices(
    architecture: Architecture, classes: int | None = None, data_shape: InputShape | None = None
) -> tuple[Notice, ...]:
    """Warnings about a stack, given the data set's number of classes and image shape (height, width, channels)."""
    found: list[Notice] = []
    if data_shape is not None and architecture.input_shape != data_shape:
        fix = Repair(f"Set the input to {times(data_shape)}", architecture.with_input_shape(data_shape))
        found.append(
            Notice(
                "input_shape",
                None,
                f"The input is {times(architecture.input_shape)}, but the data set's images are {times(data_shape)}.",
                fix,
                True,
            )
        )
    traced = trace(architecture)
    if traced.error is None:
        found += _output(architecture, traced, classes)
        found += _softmax(architecture, traced)
        if not traced.trainable_params:
            message = "Nothing in this network can be trained. Add a layer with weights: a Conv2D or a Dense."
            found.append(Notice("no_weights", None, message, blocks_training=True))
    found += [
        Notice("stride", row.index, f"Layer {row.index + 1}: {row.warning}") for row in traced.rows if row.warning
    ]
    return tuple(found)


def _output(architecture: Architecture, traced: Trace, classes: int | None) -> Iterator[Notice]:
    shape, last = traced.output_shape, len(architecture.layers)
    wanted = classes or 10
    if len(shape) != 1:
        ending = architecture
        for layer in (Flatten(), Dense(units=wanted, activation="softmax")):
            ending = ending.insert(len(ending.layers), layer) if len(ending.layers) < 100 else ending
        message = f"The output is a {times(shape)} map, but a label needs one vector. End with Flatten and Dense."
        fix = Repair(f"Add Flatten and Dense {wanted} softmax", ending)
        yield Notice("output_map", last - 1 if last else None, message, fix, True)
    elif classes is not None and shape[0] != classes:
        message = f"The network ends with {shape[0]:,} outputs, but the data set has {classes} classes."
        yield Notice("units", last - 1, message, _with_units(architecture, classes), True)


def _with_units(architecture: Architecture, classes: int) -> Repair | None:
    """The last Dense set to ``classes`` units when what follows keeps them, else a Dense added at the end."""
    for index in range(len(architecture.layers) - 1, -1, -1):
        layer = architecture.layers[index]
        if isinstance(layer, Dense) and index == _last_weights(architecture):
            if index and layer.activation not in (None, "linear", "softmax"):
                break
            return Repair(f"Set units to {classes}", architecture.replace(index, layer.changed(units=classes)))
    if len(architecture.layers) >= 100:
        return None
    ending = Dense(units=classes, activation="softmax")
    return Repair(f"Add Dense {classes} softmax", architecture.insert(len(architecture.layers), ending))


def _last_weights(architecture: Architecture) -> int:
    places = [index for index, layer in enumerate(architecture.layers) if layer.linear]
    return places[-1] if places else -1


def is_softmax(layer: Layer) -> bool:
    """Whether the layer's output is a softmax."""
    return isinstance(layer, Softmax) or getattr(layer, "activation", None) == "softmax"


def _softmax(architecture: Architecture, traced: Trace) -> Iterator[Notice]:
    layers = architecture.layers
    if not layers or len(traced.output_shape) != 1:
        return
    last = len(layers) - 1
    for index, layer in enumerate(layers[:-1]):
        if is_softmax(layer):
            without = (
                architecture.remove(index)
                if isinstance(layer, Softmax)
                else architecture.replace(index, layer.changed(activation="relu"))
            )
            title = "Remove it" if isinstance(layer, Softmax) else "Use relu there"
            message = f"Layer {index + 1} ({layer.type}) is a softmax before the end: it hides how strong values are."
            yield Notice("softmax_early", index, message, Repair(title, without))
    if not is_softmax(layers[last]):
        if isinstance(layers[last], Dense) and layers[last].settings()["activation"] in (None, "linear"):
            ended = architecture.replace(last, layers[last].changed(activation="softmax"))
        elif len(layers) < 100:
            ended = architecture.insert(len(layers), Softmax())
        else:
            return
        message = "The network ends without a softmax: it trains on logits, and softmax is applied to its predictions."
        yield Notice("softmax_missing", last, message, Repair("Add softmax", ended))
