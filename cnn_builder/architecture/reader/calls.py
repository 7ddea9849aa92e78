"""What a call in pasted code gives: layers, models, tensors; nothing is ever executed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from cnn_builder.architecture.errors import shown
from cnn_builder.architecture.reader.layer_calls import ALIASES, checked_shape, read_layer, snake
from cnn_builder.architecture.reader.values import CodeError, InputSpec, LayerValue, Method, Model, Ref, Tensor, Unknown

_SAFE: dict[str, Callable[..., Any]] = {
   "range": range, "int": int, "float": float, "len": len, "min": min, "max": max, "tuple": tuple, "list": list,
         "sum": sum, "abs": abs, "round": round, "enumerate": enumerate, "zip": zip, "reversed": reversed}  # fmt: skip
MAX_RANGE = 1_000
_LAYER_MODULES = ("keras.layers", "keras.layers.core", "keras.layers.convolutional", "keras.layers.pooling")
_MODELS = ("keras.Sequential", "keras.models.Sequential")
_FUNCTIONAL = ("keras.Model", "keras.models.Model")
_INPUTS = ("keras.Input", "keras.layers.Input", "keras.layers.InputLayer")


def call_ref(ref: Ref, args: list[Any], kwargs: dict[str, Any], line: int) -> Any:
    """The result of calling something imported, or Unknown where it is not followed."""
    module, _, name = ref.path.rpartition(".")
    if ref.path in _MODELS:
        return _sequential(args, kwargs, line)
    if ref.path in _FUNCTIONAL:
        return _functional(args, kwargs, line)
    if ref.path in _INPUTS:
        return _input(args, kwargs, line, symbolic=not ref.path.endswith("InputLayer"))
    if module in _LAYER_MODULES or module.startswith("keras.layers."):
        return read_layer(name, args, kwargs, line)
    if module == "keras.regularizers":
        return _regularizer(name, args, kwargs, line)
    if module == "keras.initializers" and not args and not set(kwargs) - {"seed"}:
        return snake(name)
    return Unknown(line, f"the call of {ref.path}")


def call_builtin(name: str, args: list[Any], kwargs: dict[str, Any], line: int) -> Any:
    """Python's own functions that are safe on small literals; Unknown for every other."""
    unfollowed = Unknown(line, f"the call of {name}")
    if name not in _SAFE or kwargs or any(isinstance(arg, Unknown | Ref | Model | Tensor) for arg in args):
        return unfollowed
    try:
        result = _SAFE[name](*args)
        if name == "range" and len(result) > MAX_RANGE:
            raise CodeError(line, f"a loop of {len(result):,} rounds is too long: expected at most {MAX_RANGE:,}.")
    except (TypeError, ValueError, OverflowError):
        return unfollowed
    return list(result) if name in ("range", "enumerate", "zip", "reversed") else result


def call_value(called: Any, args: list[Any], line: int) -> Any:
    """``layer(tensor)`` and ``model(tensor)`` of the functional style."""
    if not isinstance(called, LayerValue | Model) or len(args) != 1:
        return Unknown(line, "a call")
    tensor = args[0]
    if isinstance(tensor, list | tuple) and any(isinstance(part, Tensor) for part in tensor):
        raise CodeError(line, "layers that join or branch cannot be read: the network has to be one stack.")
    if not isinstance(tensor, Tensor):
        if isinstance(called, LayerValue) and isinstance(tensor, Unknown):
            raise CodeError(line, f"{called.layer.type} is applied to {tensor.what}, which is not read.")
        return Unknown(line, "a layer applied to data")
    if isinstance(called, Model):
        called.inside = True
    added = (called.layer,) if isinstance(called, LayerValue) else tuple(called.layers)
    return Tensor(tensor.input, (*tensor.layers, *added))


def call_method(method: Method, args: list[Any], kwargs: dict[str, Any], line: int) -> Any:
    """``model.add(…)``, ``model.pop()``; compile, fit, summary and the like pass."""
    model = method.model
    if isinstance(model, Model) and method.name == "add":
        add(model, (args or [kwargs.get("layer")])[0], line)
        return None
    if isinstance(model, Model) and method.name == "pop":
        if model.layers:
            model.layers.pop()
        return None
    if isinstance(model, list) and method.name in ("append", "extend") and len(args) == 1:
        model.extend([args[0]] if method.name == "append" else args[0] if isinstance(args[0], list | tuple) else args)
        return None
    return Unknown(line, f"the result of .{method.name}")


def add(model: Model, value: Any, line: int) -> None:
    """Put a layer, an Input or another Sequential on top of ``model``. Raises CodeError for anything else."""
    if isinstance(value, Tensor) and not value.layers:
        value = value.input
    if isinstance(value, InputSpec):
        model.input_shape = value.shape
    elif isinstance(value, LayerValue):
        if value.input_shape is not None and not model.layers:
            model.input_shape = value.input_shape
        model.layers.append(value.layer)
    elif isinstance(value, Model):
        if not model.layers and value.input_shape is not None:
            model.input_shape = value.input_shape
        model.layers.extend(value.layers)
        value.inside = True
    elif isinstance(value, Unknown):
        raise CodeError(value.line, f"a layer depends on {value.what}, which is not read.")
    elif isinstance(value, Ref) and ALIASES.get(value.last, value.last)[:1].isupper():
        raise CodeError(line, f"{value.last} is a layer's class, not a layer. Write {value.last}(…).")
    else:
        raise CodeError(line, f"expected a layer, received {shown(value)}.")


def _sequential(args: list[Any], kwargs: dict[str, Any], line: int) -> Model:
    layers = args[0] if args else kwargs.get("layers", [])
    name = args[1] if len(args) > 1 else kwargs.get("name")
    model = Model(line, name=name if isinstance(name, str) else None)
    if layers is None:
        return model
    if isinstance(layers, Unknown):
        raise CodeError(layers.line, f"the list of layers depends on {layers.what}, which is not read.")
    if not isinstance(layers, list | tuple):
        raise CodeError(line, f"Sequential takes a list of layers, received {shown(layers)}. Put [ and ] around them.")
    for value in layers:
        add(model, value, line)
    return model


def _functional(args: list[Any], kwargs: dict[str, Any], line: int) -> Any:
    inputs = args[0] if args else kwargs.get("inputs", kwargs.get("input"))
    outputs = args[1] if len(args) > 1 else kwargs.get("outputs", kwargs.get("output"))
    inputs, outputs = (
        value[0] if isinstance(value, list) and len(value) == 1 else value for value in (inputs, outputs)
    )
    if not isinstance(inputs, Tensor) or not isinstance(outputs, Tensor):
        raise CodeError(line, "a Model is read with one input and one output, each a tensor made by layers above.")
    if inputs.layers or inputs.input != outputs.input:
        raise CodeError(line, "the Model's inputs are not the Input its outputs come from.")
    name = kwargs.get("name")
    return Model(line, inputs.input.shape, list(outputs.layers), name if isinstance(name, str) else None)


def _input(args: list[Any], kwargs: dict[str, Any], line: int, symbolic: bool) -> Any:
    shape = args[0] if args else kwargs.get("shape", kwargs.get("input_shape"))
    batch = kwargs.get("batch_shape", kwargs.get("batch_input_shape"))
    if isinstance(batch, tuple | list):
        shape = tuple(batch[1:])
    spec = InputSpec(checked_shape(shape, line), line)
    return Tensor(spec) if symbolic else spec


def _regularizer(name: str, args: list[Any], kwargs: dict[str, Any], line: int) -> Any:
    factor = args[0] if args else kwargs.get("l2", kwargs.get("l", 0.01))
    if name not in ("l2", "L2") or not isinstance(factor, int | float) or not math.isfinite(factor):
        return Unknown(line, f"keras.regularizers.{name} (L2 with a number is read)")
    return {"class_name": "L2", "config": {"l2": factor}}
