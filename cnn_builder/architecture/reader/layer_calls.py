"""``Conv2D(32, 3, activation="relu")`` → a layer of ours."""

from __future__ import annotations

import re
from typing import Any

from cnn_builder.architecture.architecture import InputShape, checked_input_shape
from cnn_builder.architecture.errors import ArchitectureFileError, LayerSettingError, shown
from cnn_builder.architecture.layers import LAYER_TYPES, Layer
from cnn_builder.architecture.layers.settings import INITIALIZERS, L2, Choice
from cnn_builder.architecture.reader.values import CodeError, LayerValue, Ref, Unknown

ALIASES = {
    "MaxPool2D": "MaxPooling2D",
    "AvgPool2D": "AveragePooling2D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D",
    "Convolution2D": "Conv2D",
    "SeparableConvolution2D": "SeparableConv2D",
}
FREE = ("name", "seed", "trainable", "dtype")
"""Arguments that change nothing about the architecture."""
HARMLESS = {"data_format": ("channels_last",), "bias_initializer": ("zeros",), "axis": (-1,)}
"""Arguments that are not settings here, with the values that mean the same as leaving them out."""


def read_layer(type_name: str, args: list[Any], kwargs: dict[str, Any], line: int) -> LayerValue:
    """The layer that a call makes. Raises CodeError naming the line, and what was expected and received."""
    cls = LAYER_TYPES.get(ALIASES.get(type_name, type_name))
    if cls is None:
        raise CodeError(line, f"unknown layer {shown(type_name)}. Expected one of {', '.join(LAYER_TYPES)}.")
    order = cls.positional or tuple(cls.model_fields)
    if len(args) > len(order):
        raise CodeError(line, f"{cls.type} takes at most {len(order)} arguments by position, received {len(args)}.")
    given = dict(zip(order, args, strict=False))
    twice = given.keys() & kwargs.keys()
    if twice:
        raise CodeError(line, f"{cls.type} received {sorted(twice)[0]} twice.")
    given.update(kwargs)
    shape = _input_shape(given, line)
    settings = {name: value for name, value in given.items() if not _without_effect(cls, name, value)}
    for name, value in settings.items():
        settings[name] = plain(cls, name, value, line)
    try:
        return LayerValue(cls.create(settings), line, shape)
    except LayerSettingError as error:
        raise CodeError(line, str(error)) from None


def _without_effect(cls: type[Layer], name: str, value: Any) -> bool:
    if name in cls.model_fields:
        return False
    return name in FREE or value is None or (not isinstance(value, Ref | Unknown) and value in HARMLESS.get(name, ()))


def _input_shape(given: dict[str, Any], line: int) -> InputShape | None:
    """``input_shape=…`` of a first layer, taken out of its arguments."""
    shape = given.pop("input_shape", None)
    batch = given.pop("batch_input_shape", None)
    given.pop("batch_size", None)
    if isinstance(batch, tuple | list) and len(batch) > 1:
        shape = tuple(batch[1:])
    return None if shape is None else checked_shape(shape, line)


def checked_shape(value: Any, line: int) -> InputShape:
    """(height, width, channels) from code. Raises CodeError."""
    if isinstance(value, Unknown):
        raise CodeError(value.line, f"the input shape depends on {value.what}, which is not read. Write its numbers.")
    try:
        return checked_input_shape(value)
    except ArchitectureFileError as error:
        raise CodeError(line, str(error)) from None


def plain(cls: type[Layer], name: str, value: Any, line: int) -> Any:
    """A setting's value as data: names of functions for functions, Keras' configs for objects."""
    if isinstance(value, Unknown):
        message = f"{cls.type}'s {name} depends on {value.what}, which is not read. Write its value."
        raise CodeError(value.line, message)
    kind = cls.kinds().get(name)
    if isinstance(value, Ref) and isinstance(kind, L2):
        return value.last if value.last in ("l2", "L2") else value.path
    if isinstance(value, Ref) and isinstance(kind, Choice):
        return snake(value.last) if kind.options == INITIALIZERS else value.last
    if isinstance(value, Ref):
        raise CodeError(line, f"{cls.type}'s {name}: {value.path} is not a value that can be read.")
    return value


def snake(name: str) -> str:
    """``HeNormal`` as ``he_normal``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
