"""What a call in pasted code gives: layers, models, tensors; nothing is ever executed."""

from __future__ import annotations

import math
from itertools import islice
from typing import Any

from cnn_builder.architecture.errors import shown
from cnn_builder.architecture.keras_arguments import ALIASES, JOINING, snake
from cnn_builder.architecture.layers.settings import ACTIVATIONS
from cnn_builder.architecture.reader import array_calls, arrays, containers, networks, settings
from cnn_builder.architecture.reader.changes import MODEL_CALLS, MODEL_CHANGES, read_off, unfollowed
from cnn_builder.architecture.reader.layer_calls import checked_shape, kind, read_layer
from cnn_builder.architecture.reader.values import (
    Array,
    Budget,
    CodeError,
    InputSpec,
    Instance,
    LayerValue,
    Made,
    Method,
    Model,
    Noted,
    Parser,
    Part,
    Partial,
    Ref,
    Super,
    Tensor,
    Unknown,
    parts,
)
from cnn_builder.limits import MAX_CODE_LAYERS

_MODELS = ("keras.Sequential", "keras.models.Sequential")
_FUNCTIONAL = ("keras.Model", "keras.models.Model")
_TAKE_DATA = ("fit", "predict", "evaluate", "train_on_batch", "predict_on_batch", "test_on_batch")
_ACTIVATIONS = ("tensorflow.nn", "keras.activations", "keras.ops", "keras.ops.nn", "tensorflow", "tensorflow.math")
_MADE = ("keras.optimizers", "keras.losses", "keras.callbacks", "keras.metrics")
_NOTED = ("compile", "fit", "evaluate")
_INPUTS = ("keras.Input", "keras.layers.Input", "keras.layers.InputLayer")


def takes_layers(called: Ref | Method) -> bool:
    """Whether this is Sequential, or the ``add`` of one."""
    if isinstance(called, Ref):
        return called.path in _MODELS
    return called.name == "add" and isinstance(called.owner, Model)


def call_ref(ref: Ref, args: list[Any], kwargs: dict[str, Any], line: int) -> Any:
    """The result of calling something imported, or Unknown where it is not followed."""
    module, _, name = ref.path.rpartition(".")
    if ref.path in _MODELS:
        return _sequential(args, kwargs, line)
    if ref.path in _FUNCTIONAL:
        return _functional(args, kwargs, line)
    if ref.path in _INPUTS:
        return _input(args, kwargs, line, symbolic=not ref.path.endswith("InputLayer"))
    if ref.path == "keras.backend.image_data_format":
        return "channels_last"
    if ref.path == "functools.partial" and args:
        return Partial(args[0], args[1:], kwargs)
    if module == "keras.layers" or module.startswith("keras.layers."):
        return _layer(name, args, kwargs, line)
    if module == "keras.regularizers":
        return _regularizer(name, args, kwargs, line)
    if module == "keras.initializers":
        return _initializer(name, args, kwargs, line)
    if module in _ACTIVATIONS and args and isinstance(args[0], Tensor):
        return _activated(name, args, kwargs, line)
    if module.startswith(_MADE):
        return Made(line, f"the call of {ref.path}", None, ref.path, tuple(args), kwargs)
    found = settings.call_settings_function(ref.path, args, kwargs, line)
    return found if found is not None else array_calls.call_array_function(ref.path, args, kwargs, line)


def _activated(name: str, args: list[Any], kwargs: dict[str, Any], line: int) -> Any:
    """``tf.nn.relu(x)``: a layer Activation on x."""
    if len(args) > 1 or kwargs.keys() - {"name"} or name not in ACTIVATIONS:
        refusal = CodeError(line, f"{name}(…) of a layer's output cannot be read. Write the Keras layer that does it.")
        return Unknown(line, f"the call of {name}", refusal)
    return call_value(read_layer("Activation", [name], {}, line), args, line)


def _layer(name: str, args: list[Any], kwargs: dict[str, Any], line: int) -> Any:
    made = read_layer(name, args, kwargs, line)
    # layers.add([a, b]) joins at once, where layers.Add()([a, b]) does so in a second call.
    if name in JOINING and name.islower() and isinstance(made, Unknown) and made.error and _has_tensors(args[:1]):
        raise made.error
    return made


def call_value(called: Any, args: list[Any], line: int) -> Any:
    """``layer(tensor)`` and ``model(tensor)`` of the functional style. Raises CodeError."""
    if isinstance(called, Unknown) and called.error and _has_tensors(args):
        raise called.error
    if isinstance(called, InputSpec) and args and isinstance(args[0], Tensor) and not args[0].layers:
        return Tensor(called, (), args[0].source) if args[0].input.shape is None else args[0]
    if not isinstance(called, LayerValue | Model) or not args:
        return Unknown(line, "a call", called.error if isinstance(called, Unknown) else None)
    tensor = args[0]
    if isinstance(tensor, list | tuple) and _has_tensors(tensor):
        raise CodeError(line, "layers that join or branch cannot be read: the network has to be one stack.")
    if not isinstance(tensor, Tensor):
        if isinstance(called, LayerValue) and isinstance(tensor, Unknown):
            return Unknown(
                line, f"{called.layer.type}(…)",
                tensor.refused(f"{called.layer.type} is applied to {tensor.what}, which is not read."),
            )  # fmt: skip
        if isinstance(called, Model):
            networks.take_data(called, tensor, line)
        return Unknown(line, "a layer applied to data")
    added = called.stack if isinstance(called, LayerValue) else tuple(called.layers)
    if isinstance(called, Model):
        called.inside = True
    if len(tensor.layers) + len(added) > MAX_CODE_LAYERS:
        raise CodeError(line, f"the model grows beyond {MAX_CODE_LAYERS:,} layers.")
    first = tensor.input
    if first.shape is None and not tensor.layers:
        first = InputSpec(called.input_shape, called.line) if called.input_shape else first
    return Tensor(first, (*tensor.layers, *added), tensor.source)


def _has_tensors(values: Any) -> bool:
    """Whether there is a tensor within the first thousand values: no layer takes more."""
    return any(isinstance(part, Tensor) for part in islice(parts(values), MAX_CODE_LAYERS))


def call_model_method(method: Method, args: list[Any], kwargs: dict[str, Any], line: int, budget: Budget) -> Any:
    """``model.add(…)``, ``model.pop()``, ``model.build(…)``; compile, fit, summary and the like pass."""
    model = method.owner
    if isinstance(model, Model | Instance) and method.name in _NOTED:
        model.noted.append(Noted(method.name, args, kwargs, line))
    if isinstance(model, Array | Unknown) and method.name in arrays.METHODS:
        return arrays.call_array_method(model, method.name, args, kwargs, line)
    if isinstance(model, Super):
        return _call_super(model, method.name, args, kwargs, line)
    if isinstance(model, Instance) and method.name == "build":
        networks.build(model, (args or [kwargs.get("input_shape")])[0], line)
    if isinstance(model, Instance) and method.name in _TAKE_DATA:
        networks.take_data(model, (args or [kwargs.get("x")])[0], line)
    if isinstance(model, Instance) and method.name in ("_replace", "_asdict"):
        return settings.as_dict(model) if method.name == "_asdict" else settings.changed(model, kwargs, line)
    if isinstance(model, Parser):
        return settings.call_parser(model, method.name, args, kwargs, line)
    if not isinstance(model, Model):
        return containers.call_container_method(model, method.name, args, kwargs, line, budget)
    if method.name in MODEL_CHANGES and model.inside:
        raise CodeError(line, f".{method.name} on a model that is a part of another one. Finish it before it is used.")
    if method.name == "add":
        if not args and "layer" not in kwargs:
            raise CodeError(line, ".add needs a layer.")
        add(model, (args or [kwargs.get("layer")])[0], line)
        return None
    if method.name == "pop":
        return _pop(model, line)
    if method.name == "get_layer":
        return Part(line, "a layer that get_layer finds")
    shape = (args or [kwargs.get("input_shape")])[0]
    if method.name == "build" and model.input_shape is None and isinstance(shape, tuple | list) and len(shape) > 1:
        model.input_shape = checked_shape(tuple(shape[1:]), line)
        return None
    if method.name in _TAKE_DATA:
        networks.take_data(model, (args or [kwargs.get("x")])[0], line)
    return Unknown(line, f"the result of .{method.name}")


def _call_super(above: Super, name: str, args: list[Any], kwargs: dict[str, Any], line: int) -> Any:
    """``super().__init__(name=…)`` of a class made on one of Keras, or with inputs and outputs, which makes a model."""
    if name == "__init__" and (len(args) == 2 or "outputs" in kwargs):
        return _functional(args, kwargs, line)
    if name == "__init__" and isinstance(kwargs.get("name"), str):
        above.owner.attributes["name"] = kwargs["name"]
    return None if name == "__init__" else Unknown(line, f"the result of super().{name}")


def _pop(model: Model, line: int) -> Any:
    """Take the last layer off; a model inside goes as a whole, as in Keras."""
    if not model.sizes:
        raise unfollowed(model, ".pop of a model without layers of its own", line)
    count = model.sizes.pop()
    taken = model.layers[len(model.layers) - count :]
    del model.layers[len(model.layers) - count :]
    return taken[0] if taken and taken[0].stack == tuple(taken) else Unknown(line, "what .pop took off")


def model_attribute(model: Model, name: str, line: int) -> Any:
    """``model.input`` and ``model.output`` as tensors, its methods else."""
    if name in ("input", "inputs", "output", "outputs") and model.input_shape is not None:
        layers = tuple(model.layers) if name.startswith("output") else ()
        tensor = Tensor(InputSpec(model.input_shape, model.line), layers, model)
        return [tensor] if name.endswith("s") else tensor
    return Method(model, name) if name in MODEL_CALLS or name in MODEL_CHANGES else read_off(model, name, line)


def add(model: Model, value: Any, line: int) -> None:
    """Put a layer, an Input or another Sequential on top of ``model``. Raises CodeError for anything else."""
    if isinstance(value, Tensor) and not value.layers:
        value = value.input
    if isinstance(value, InputSpec):
        if model.layers:
            raise CodeError(line, "an Input can only stand first.")
        model.input_shape = value.shape
    elif isinstance(value, LayerValue):
        if value.input_shape is not None and not model.layers:
            model.input_shape = value.input_shape
        model.layers.extend(value.stack)
        model.sizes.append(len(value.stack))
    elif isinstance(value, Model):
        if not model.layers and value.input_shape is not None:
            model.input_shape = value.input_shape
        model.layers.extend(value.layers)
        model.sizes.append(len(value.layers))
        value.inside = True
    elif isinstance(value, Unknown):
        raise value.refused(f"a layer depends on {value.what}, which is not read.")
    elif isinstance(value, Ref) and ALIASES.get(value.last, value.last)[:1].isupper():
        raise CodeError(line, f"{value.last} is a layer's class, not a layer. Write {value.last}(…).")
    elif isinstance(value, Tensor):
        raise CodeError(line, "expected a layer, received a layer's output. In a Sequential, leave the (x) out.")
    else:
        raise CodeError(line, f"expected a layer, received {_described(value)}.")
    if len(model.layers) > MAX_CODE_LAYERS:
        raise CodeError(line, f"the model grows beyond {MAX_CODE_LAYERS:,} layers.")


def _described(value: Any) -> str:
    if value is None or isinstance(value, bool | int | float | str):
        return shown(value)
    return kind(value)


def _sequential(args: list[Any], kwargs: dict[str, Any], line: int) -> Model:
    layers = args[0] if args else kwargs.get("layers", [])
    name = args[1] if len(args) > 1 else kwargs.get("name")
    model = Model(line, name=name if isinstance(name, str) else None)
    if layers is None:
        return model
    if isinstance(layers, Unknown):
        raise layers.refused(f"the list of layers depends on {layers.what}, which is not read.")
    if not isinstance(layers, list | tuple):
        raise CodeError(line, "Sequential takes a list of layers. Put [ and ] around them.")
    for value in layers:
        add(model, value, line)
    return model


def _functional(args: list[Any], kwargs: dict[str, Any], line: int) -> Any:
    inputs = args[0] if args else kwargs.get("inputs", kwargs.get("input"))
    outputs = args[1] if len(args) > 1 else kwargs.get("outputs", kwargs.get("output"))
    inputs, outputs = (
        value[0] if isinstance(value, list | tuple) and len(value) == 1 else value for value in (inputs, outputs)
    )
    if not isinstance(inputs, Tensor) or not isinstance(outputs, Tensor):
        refusal = "a Model is read with one input and one output, each a tensor made by layers above."
        own = next((value.error for value in (outputs, inputs) if isinstance(value, Unknown) and value.error), None)
        # What is made of another model's inner layers is for looking at it; it matters only if nothing else is found.
        return Unknown(line, "a Model", own or CodeError(line, refusal))
    if inputs.layers or inputs.input != outputs.input:
        raise CodeError(line, "the Model's inputs are not the Input its outputs come from.")
    if outputs.source is not None:
        outputs.source.inside = True
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
    """Keras' own form of a penalty; ``l`` is the factor's name in older code."""
    found = {"l1": "L1", "l2": "L2", "l1_l2": "L1L2"}.get(name.lower(), name)
    order = {"L1": ("l1",), "L2": ("l2",), "L1L2": ("l1", "l2")}.get(found)
    config = dict(zip(order or (), args, strict=False)) | kwargs
    if order is not None and len(order) == 1 and "l" in config:
        config[order[0]] = config.pop("l")
    if order is None or len(args) > len(order) or not all(_is_finite(value) for value in config.values()):
        return Unknown(line, f"keras.regularizers.{name} (L1, L2 and L1L2 with numbers are read)")
    return {"class_name": found, "config": config}


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _initializer(name: str, args: list[Any], kwargs: dict[str, Any], line: int) -> Any:
    if args or any(isinstance(value, Unknown) for key, value in kwargs.items() if key != "seed"):
        return Unknown(line, f"keras.initializers.{name} with settings (its name alone is read)")
    return {"class_name": snake(name), "config": {key: value for key, value in kwargs.items() if key != "seed"}}
