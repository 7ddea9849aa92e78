"""Keras' arguments of a layer → a layer of ours. One table of what Keras allows beyond the settings.

Values are plain data: numbers, text, lists, and Keras' serialized objects such as
``{"class_name": "L2", "config": {"l2": 0.01}}``. Nothing is looked up by a name that the data gives.
"""

from __future__ import annotations

import re
import struct
from typing import Any

from cnn_builder.architecture.architecture import Architecture
from cnn_builder.architecture.errors import ArchitectureFileError, LayerSettingError, shown
from cnn_builder.architecture.layers import LAYER_TYPES, Layer
from cnn_builder.architecture.layers.number_pairs import Penalty
from cnn_builder.architecture.layers.settings import ACTIVATIONS, INITIALIZERS, Choice
from cnn_builder.architecture.trace import trace

ALIASES = {
    "MaxPool2D": "MaxPooling2D",
    "AvgPool2D": "AveragePooling2D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D",
    "Convolution2D": "Conv2D",
    "SeparableConvolution2D": "SeparableConv2D",
    "DepthwiseConvolution2D": "DepthwiseConv2D",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
}
"""Other names of Keras for the same layer."""

RENAMED = {"LeakyReLU": {"alpha": "negative_slope"}}
"""Arguments that older versions called otherwise."""

FREE = ("name", "seed", "dtype", "autocast", "supports_masking")
"""Arguments that change nothing about the architecture."""

_ZEROS, _ONES, _GLOROT = ("zeros",), ("ones",), ("glorot_uniform",)
HARMLESS: dict[str, tuple[Any, ...]] = {
    "trainable": (True,), "data_format": ("channels_last",), "axis": (-1, [-1]), "groups": (1,),
    "dilation_rate": (1, [1, 1]),
    "kernel_initializer": _GLOROT, "depthwise_initializer": _GLOROT, "pointwise_initializer": _GLOROT,
    "bias_initializer": _ZEROS, "beta_initializer": _ZEROS, "moving_mean_initializer": _ZEROS,
    "alpha_initializer": _ZEROS, "gamma_initializer": _ONES, "moving_variance_initializer": _ONES,
    "synchronized": (False,), "renorm": (False,), "renorm_momentum": (0.99,), "rms_scaling": (False,),
    "fill_mode": ("reflect",), "interpolation": ("bilinear",), "fill_value": (0.0,), "value_range": ([0, 255],),
}  # fmt: skip
"""Arguments that need not be settings here, with the values that mean the same as leaving them out."""

AXIS_FROM_FRONT = ("BatchNormalization", "LayerNormalization")
"""Layers for whose last axis Keras also takes, and as version 2 writes, its place counted from the batch on."""

RUNS_CODE = ("Lambda", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "TFSMLayer", "TFOpLambda", "SlicingOpLambda")
"""Layers that carry code of their own, or load it."""
READS_FILES = ("StringLookup", "IntegerLookup", "TextVectorization", "Hashing", "HashedCrossing")
"""Layers that may read a vocabulary from a file."""
JOINING = (
    "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot", "add", "subtract",
    "multiply", "average", "maximum", "minimum", "concatenate", "dot",
)  # fmt: skip
"""Layers with several inputs."""

_INITIALIZER_ALIASES = {"normal": "random_normal", "uniform": "random_uniform", "zero": "zeros", "one": "ones"}
_INITIALIZER_DEFAULTS: dict[str, dict[str, Any]] = {
    "random_normal": {"mean": 0.0, "stddev": 0.05},
    "truncated_normal": {"mean": 0.0, "stddev": 0.05},
    "random_uniform": {"minval": -0.05, "maxval": 0.05},
    "variance_scaling": {"scale": 1.0, "mode": "fan_in", "distribution": "truncated_normal"},
    "orthogonal": {"gain": 1.0},
}


class UnknownLayerError(ArchitectureFileError):
    """A layer that is not one of ours, with why where there is more to say."""


def layer_class(type_name: str) -> type[Layer]:
    """Our class for a Keras class name. Raises UnknownLayerError."""
    cls = LAYER_TYPES.get(ALIASES.get(type_name, type_name))
    if cls is not None:
        return cls
    if type_name in RUNS_CODE:
        raise UnknownLayerError(
            f"unknown layer {shown(type_name)}: layers with custom code are not allowed, because they could do "
            "anything. Use layers of Keras instead."
        )
    if type_name in READS_FILES:
        raise UnknownLayerError(f"unknown layer {shown(type_name)}: layers that read files are not supported.")
    if type_name in JOINING:
        raise UnknownLayerError(
            f"unknown layer {shown(type_name)}: it joins branches, and only one stack of layers can be read."
        )
    raise UnknownLayerError(f"unknown layer {shown(type_name)}. Expected one of {', '.join(LAYER_TYPES)}.")


def make_layer(type_name: str, arguments: dict[str, Any]) -> Layer:
    """The layer with Keras' arguments by name. Raises UnknownLayerError and LayerSettingError."""
    cls = layer_class(type_name)
    renamed = RENAMED.get(cls.type, {})
    settings: dict[str, Any] = {}
    for given, value in arguments.items():
        name = renamed.get(given, given)
        value = _normal(cls, name, value)
        if name in cls.model_fields:
            settings[name] = value
        elif not _without_effect(cls, name, value):
            raise LayerSettingError(cls.type, name, _allowed(cls, name), value)
    return cls.create(settings)


def axis_from_front(type_name: str, arguments: dict[str, Any]) -> int | None:
    """An axis that is counted from the front, taken out of ``arguments``; ``misplaced_axis`` looks at it later."""
    value = arguments.get("axis")
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    if ALIASES.get(type_name, type_name) not in AXIS_FROM_FRONT or type(value) is not int or value < 1:
        return None
    del arguments["axis"]
    return value


def misplaced_axis(architecture: Architecture, axes: list[int | None]) -> tuple[int, LayerSettingError] | None:
    """The first layer, from 0, whose axis is not the last one of its input, with the error to tell.

    Behind a layer that does not fit, the input is not known. There 3 can still mean only the last axis, because
    Keras takes it on no vector; 1 could be the rows of a map.
    """
    if not any(axes):
        return None
    traced = trace(architecture)
    shapes = [row.input_shape for row in traced.rows] + ([traced.error.input_shape] if traced.error else [])
    for place, axis in enumerate(axes):
        last = len(shapes[place]) if place < len(shapes) else 3
        if axis not in (None, last):
            expected = f"-1, the last axis, which is {last} here"
            return place, LayerSettingError(architecture.layers[place].type, "axis", expected, axis)
    return None


def _without_effect(cls: type[Layer], name: str, value: Any) -> bool:
    # Without weights, there is nothing to freeze.
    if name in FREE or value is None or (name == "trainable" and not cls.has_weights()):
        return True
    value = list(value) if isinstance(value, tuple) else value
    # 1 == True: a flag is no number.
    return any(value == harmless and type(value) is type(harmless) for harmless in HARMLESS.get(name, ()))


def _allowed(cls: type[Layer], name: str) -> str:
    if name == "trainable":
        return "True, because frozen layers cannot be read: leave trainable out and freeze the layer in Keras"
    if name in HARMLESS:
        return f"{HARMLESS[name][0]!r}, the only value that can be read"
    return f"one of its settings ({', '.join(cls.model_fields) or 'no settings'})"


def _normal(cls: type[Layer], name: str, value: Any) -> Any:
    """A value in the form that our settings take; what cannot be brought into it stays and is refused there."""
    kind = cls.kinds().get(name)
    if name.endswith("_initializer"):
        return initializer(value)
    if isinstance(kind, Penalty):
        return _regularizer(value)
    if name == "padding":
        return _padding(value)
    if isinstance(kind, Choice) and kind.options == ACTIVATIONS:
        return _activation(value)
    return value


def _padding(value: Any) -> Any:
    """'SAME' as 'same', as Keras does; and ((top, bottom), (left, right)) as (height, width) where both sides agree."""
    if isinstance(value, str):
        return value.lower()
    sides = value if isinstance(value, list | tuple) else ()
    if sides and all(isinstance(side, list | tuple) and len(side) == 2 and side[0] == side[1] for side in sides):
        return [side[0] for side in sides]
    return value


def initializer(value: Any) -> Any:
    """The name of an initializer given by name or as a config; one with settings of its own stays as it is."""
    if isinstance(value, str):
        name = snake(value)
        return _INITIALIZER_ALIASES.get(name, name)
    if not _is_keras_object(value, "keras.initializers"):
        return value
    name = snake(value["class_name"])
    name = _INITIALIZER_ALIASES.get(name, name)
    defaults = _INITIALIZER_DEFAULTS.get(name, {})
    config = value.get("config") or {}
    own = {key: one for key, one in config.items() if one is not None and key not in ("seed", "dtype")}
    if name in INITIALIZERS and all(defaults.get(key) == one for key, one in own.items()):
        return name
    return value


def _regularizer(value: Any) -> Any:
    if not _is_keras_object(value, "keras.regularizers"):
        return value
    config = value.get("config") or {}
    return {"class_name": value["class_name"], "config": {name: _shortest(one) for name, one in config.items()}}


def _shortest(value: Any) -> Any:
    """0.001 for 0.0010000000474974513: Keras keeps some factors as float32, and writes them with all digits."""
    if not isinstance(value, float) or not 1e-30 < abs(value) < 1e30:
        return value
    short = float(f"{value:.7g}")
    return short if struct.unpack("f", struct.pack("f", short))[0] == value else value


def _activation(value: Any) -> Any:
    """Older files wrap the function's name: ``{"class_name": "function", "config": "relu"}``."""
    if isinstance(value, dict) and value.get("class_name") == "function" and isinstance(value.get("config"), str):
        return value["config"]
    return value


def _is_keras_object(value: Any, module: str) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("class_name"), str)
        and isinstance(value.get("config") or {}, dict)
        and value.get("module", module) == module
        and value.get("registered_name") in (None, value["class_name"])
    )


def snake(name: str) -> str:
    """``HeNormal`` as ``he_normal``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
