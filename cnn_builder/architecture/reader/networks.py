"""Classes made on keras.Model or a Keras layer: their ``call`` is walked with a tensor, and has to be one stack."""

from __future__ import annotations

from typing import Any

from cnn_builder.architecture.layers import LAYER_TYPES
from cnn_builder.architecture.reader.layer_calls import checked_shape
from cnn_builder.architecture.reader.objects import NETWORKS, Call, comes_from, find
from cnn_builder.architecture.reader.values import (
    Array,
    AttributeNames,
    CodeError,
    Function,
    InputSpec,
    Instance,
    Model,
    Tensor,
    Unknown,
    parts,
)

_RESTING = tuple(name for name, cls in LAYER_TYPES.items() if cls.category == "Augmentation" or "Dropout" in name)
"""Layers that do nothing outside training."""


def call_network(network: Instance, args: list[Any], line: int, call: Call, kept: AttributeNames) -> Any:
    """``network(x)``: the layers of its ``call`` on a tensor; an input shape from data. Raises CodeError."""
    given = args[0] if args else None
    if isinstance(given, Tensor):
        network.inside = True
        if not given.layers and network.input_shape is None:
            network.input_shape = given.input.shape
        return apply(network, given, line, call, kept)
    if isinstance(given, list | tuple) and any(isinstance(part, Tensor) for part in list(parts(given))[:100]):
        raise CodeError(line, "layers that join or branch cannot be read: the network has to be one stack.")
    take_data(network, given, line)
    return Unknown(line, f"{network.cls.name} applied to data")


def take_data(network: Instance | Model, data: Any, line: int) -> None:
    """The first data that a model without an input shape takes give it one, as in Keras."""
    known = isinstance(data, Array) and 2 <= len(data.shape) <= 4 and None not in data.shape[1:]
    if known and network.input_shape is None:
        network.input_shape = checked_shape(data.shape[1:], line)


def build(network: Instance, shape: Any, line: int) -> None:
    """``network.build((None, 28, 28, 1))``, with the batch first; also an input of two axes or one."""
    if isinstance(shape, tuple | list) and 2 <= len(shape) <= 4:
        network.input_shape = checked_shape(tuple(shape[1:]), line)


def apply(network: Instance, tensor: Tensor, line: int, call: Call, kept: AttributeNames) -> Tensor:
    """The tensor after ``network``, whose layers are the same with and without training. Raises CodeError."""
    _make_built(network, tensor, line, call)
    if kept.training is not None:
        return _walked(network, tensor, line, call, kept.training)
    before = len(kept.applied)
    try:
        kept.training = True
        trained = _walked(network, tensor, line, call, training=True)
        used = kept.applied[before:]
        kept.training = False
        rested = _walked(network, tensor, line, call, training=False)
    finally:
        kept.training = None
        del kept.applied[before:]
    found = {id(value) for value in trained.layers}
    lost = next((value for value in used if id(value) not in found), None)
    if lost is not None:
        raise CodeError(
            lost.line,
            f"{network.cls.name}.call branches: this {lost.layer.type} is not on the way to what it returns. "
            "Only one stack of layers can be read.",
        )
    if _lasting(trained) != _lasting(rested):
        raise CodeError(
            _line(network, line),
            f"{network.cls.name}.call has other layers in training than outside it. Only Dropout and the layers that "
            "change images at random may depend on training.",
        )
    return trained


def _lasting(tensor: Tensor) -> list[Any]:
    return [value.layer for value in tensor.layers if value.layer.type not in _RESTING]


def _line(network: Instance, line: int) -> int:
    function = find(network, "call")
    return function.node.lineno if isinstance(function, Function) else line


def _make_built(network: Instance, tensor: Tensor, line: int, call: Call) -> None:
    """Walk the class's own ``build`` once, as Keras does before the first ``call``."""
    function = find(network, "build")
    if isinstance(function, Function) and not network.built:
        network.built = True
        shape = tensor.input.shape if not tensor.layers else None
        call(function, [Unknown(line, "the shape given to build") if shape is None else (None, *shape)], {}, line)


def _walked(network: Instance, tensor: Tensor, line: int, call: Call, training: bool) -> Tensor:
    function: Function = find(network, "call")
    arguments = function.node.args
    takes = any(arg.arg == "training" for arg in (*arguments.args, *arguments.kwonlyargs))
    result = call(function, [tensor], {"training": training} if takes else {}, line)
    whole = isinstance(result, Tensor) and len(result.layers) >= len(tensor.layers)
    open_input = tensor.input.shape is None and not tensor.layers
    if not whole or not (result.input is tensor.input or open_input) or not _begins(result, tensor):
        what = result.what if isinstance(result, Unknown) else "something else"
        refusal = (
            f"{network.cls.name}.call gives {what}, where one stack of layers on its argument was expected. Write each "
            "step as x = self.layer(x), and return x."
        )
        raise (
            result.error or CodeError(function.node.lineno, refusal)
            if isinstance(result, Unknown)
            else CodeError(function.node.lineno, refusal)
        )
    return result


def _begins(result: Tensor, tensor: Tensor) -> bool:
    return all(one is other for one, other in zip(result.layers, tensor.layers, strict=False))


def as_part(network: Instance, line: int, call: Call, kept: AttributeNames) -> Model:
    """A network as a part of a Sequential."""
    network.inside = True
    made = apply(network, Tensor(InputSpec(None, line)), line, call, kept)
    return Model(line, made.input.shape, list(made.layers), inside=True)


def whole_network(network: Instance, call: Call, kept: AttributeNames) -> Model:
    """A network on its own, as its final attributes make it. Raises CodeError where it has no input shape."""
    line = network.line
    shape = network.input_shape or next(filter(None, map(_shape_of, network.attributes.values())), None)
    made = apply(network, Tensor(InputSpec(shape, line)), line, call, kept)
    if made.input.shape is None:
        raise CodeError(
            line,
            f"the model {network.cls.name} has no input shape. Call it once after it is made: "
            "model(keras.Input(shape=(28, 28, 1))).",
        )
    name = network.attributes.get("name")
    named = name if isinstance(name, str) else None
    return Model(line, made.input.shape, list(made.layers), named, noted=network.noted)


def _shape_of(value: Any) -> Any:
    """The shape of an input that a network keeps among its attributes, before any layer."""
    if isinstance(value, Tensor) and not value.layers:
        return value.input.shape
    return value.shape if isinstance(value, InputSpec) else None


def is_alone(value: Any) -> bool:
    """Whether this is an object of a class made on keras.Model."""
    return isinstance(value, Instance) and comes_from(value.cls, NETWORKS)
