"""``Conv2D(32, 3, activation="relu")`` → a layer of ours."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Any

from cnn_builder.architecture.architecture import InputShape, checked_input_shape
from cnn_builder.architecture.errors import ArchitectureError, ArchitectureFileError
from cnn_builder.architecture.keras_arguments import FREE, axis_from_front, layer_class, make_layer
from cnn_builder.architecture.reader.values import (
    CodeError,
    LayerValue,
    Partial,
    Ref,
    Unknown,
    parts,
)
from cnn_builder.limits import MAX_PARTS

ACTIVATING = ("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax")
"""Layers that Keras also takes as another layer's activation."""


def read_layer(type_name: str, args: list[Any], kwargs: dict[str, Any], line: int) -> LayerValue | Unknown:
    """The layer that a call makes. Raises CodeError naming the line, and what was expected and received.

    A layer that is not known is Unknown: it matters only when it becomes a part of the model.
    """
    try:
        cls = layer_class(type_name)
    except ArchitectureError as error:
        return Unknown(line, f"the layer {type_name}", CodeError(line, str(error)))
    order = cls.positional or tuple(cls.model_fields)
    if len(args) > len(order):
        raise CodeError(line, f"{cls.type} takes at most {len(order)} arguments by position, received {len(args)}.")
    given = dict(zip(order, args, strict=False))
    twice = given.keys() & kwargs.keys()
    if twice:
        raise CodeError(line, f"{cls.type} received {sorted(twice)[0]} twice.")
    given.update(kwargs)
    shape = _input_shape(given, line)
    name = given.get("name")
    after = _taken_activation(cls.type, given, line)
    if after is not None and cls.type == "Activation":
        return after if shape is None else replace(after, input_shape=shape)
    settings = {key: _setting(cls.type, key, value, line) for key, value in given.items() if key not in FREE}
    axis = axis_from_front(cls.type, settings)
    try:
        made = make_layer(cls.type, settings)
    except ArchitectureError as error:
        raise CodeError(line, str(error)) from None
    return LayerValue(made, line, shape, name if isinstance(name, str) else None, axis, after)


def _taken_activation(type_name: str, given: dict[str, Any], line: int) -> LayerValue | None:
    """A layer that is given as an activation, taken out of them: it stands after. Raises CodeError."""
    value = given.get("activation")
    if not isinstance(value, LayerValue):
        return None
    if value.layer.type not in ACTIVATING:
        raise CodeError(
            line,
            f"{type_name}'s activation: expected a function's name or one of {', '.join(ACTIVATING)}, received a "
            f"{value.layer.type}. Write it as a layer of its own, after it.",
        )
    del given["activation"]
    return value


def _input_shape(given: dict[str, Any], line: int) -> InputShape | None:
    """``input_shape=…`` of a first layer, or ``input_dim=784`` for ``(784,)``, taken out of its arguments."""
    features = given.pop("input_dim", None)
    shape = given.pop("input_shape", None if features is None else (features,))
    batch = given.pop("batch_input_shape", None)
    given.pop("batch_size", None)
    if isinstance(batch, tuple | list) and len(batch) > 1:
        shape = tuple(batch[1:])
    return None if shape is None else checked_shape(shape, line)


def checked_shape(value: Any, line: int) -> InputShape:
    """The input's shape from code. Raises CodeError."""
    _check_size(value, "the input shape", line)
    inner = (
        next((part for part in value if isinstance(part, Unknown)), value) if isinstance(value, tuple | list) else value
    )
    if isinstance(inner, Unknown):
        raise inner.refused(
            f"the input shape depends on {inner.what}, which is not read. Write its numbers, such as (28, 28, 1)."
        )
    try:
        return checked_input_shape(value)
    except ArchitectureFileError as error:
        raise CodeError(line, str(error)) from None


def _check_size(value: Any, what: str, line: int) -> None:
    """Raise CodeError for lists in lists without end, before they are taken apart or told."""
    if len(list(islice(parts(value), MAX_PARTS + 1))) > MAX_PARTS:
        raise CodeError(line, f"{what}: expected at most {MAX_PARTS} values, received more.")


def _setting(type_name: str, name: str, value: Any, line: int) -> Any:
    _check_size(value, f"{type_name}'s {name}", line)
    return _plain(type_name, name, value, line)


def _plain(type_name: str, name: str, value: Any, line: int) -> Any:
    """A setting's value as data: names of functions for functions, Keras' configs for objects. Raises CodeError."""
    if isinstance(value, Unknown):
        raise value.refused(f"{type_name}'s {name} depends on {value.what}, which is not read. Write its value.")
    if isinstance(value, tuple | list):
        return type(value)(_plain(type_name, name, part, line) for part in value)
    if isinstance(value, dict):
        return {key: _plain(type_name, name, part, line) for key, part in value.items()}
    if isinstance(value, Ref):
        if name != "activation" and not name.endswith(("_initializer", "_regularizer")):
            raise CodeError(line, f"{type_name}'s {name}: {value.path} is not a value that can be read.")
        return value.last
    if value is None or isinstance(value, Partial | bool | int | float | str):
        return value
    raise CodeError(line, f"{type_name}'s {name}: expected a value, received {kind(value)}.")


def kind(value: Any) -> str:
    word = type(value).__name__.lower()
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"
