"""Keras' own description of a model (``model.to_json()``, ``model.get_config()``) → an architecture.

The description is read as data: its names are looked up among our layers and nowhere else, and nothing it names is
imported, opened or run. Sequential models and functional ones that are a single stack are read, of Keras 2 and 3.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from cnn_builder.architecture.architecture import Architecture, InputShape, checked_input_shape
from cnn_builder.architecture.errors import ArchitectureError, ArchitectureFileError, LayerSettingError, shown
from cnn_builder.architecture.keras_arguments import axis_from_front, make_layer, misplaced_axis
from cnn_builder.architecture.layers import LAYER_TYPES, Layer
from cnn_builder.limits import MAX_JSON_VALUES, MAX_LAYERS, MAX_NESTING, MAX_TEXT_BYTES

NEWEST = 3
"""The newest major version of Keras whose files are read."""
_SEQUENTIAL, _FUNCTIONAL = ("Sequential",), ("Functional", "Model", "Network")
_ONE_STACK = "Only one stack of layers can be read."
_SHAPES = ("batch_shape", "batch_input_shape")


@dataclass(frozen=True)
class WeightSource:
    """Where a file by Keras keeps the weights of a layer.

    Args:
        name: the layer's, as Keras has it.
        outer: the name of the layer of the whole model that holds it: its own, or that of a model inside.
        group: its place in `model.weights.h5`, such as "layers/sequential/layers/conv2d_1".
    """

    name: str
    outer: str
    group: str


@dataclass(frozen=True)
class Described:
    """An architecture, and for each of its layers where the file keeps its weights."""

    architecture: Architecture
    sources: tuple[WeightSource, ...]


@dataclass
class _Found:
    """What has been read so far."""

    input_shape: InputShape | None = None
    layers: list[Layer] = field(default_factory=list)
    sources: list[WeightSource] = field(default_factory=list)
    axes: list[int | None] = field(default_factory=list)
    """For each layer the axis it was given, where that is counted from the front."""


def looks_like_keras(data: Any) -> bool:
    """Whether parsed JSON is a description by Keras rather than an architecture file."""
    if not isinstance(data, dict):
        return False
    layers = data.get("layers")
    described = isinstance(layers, list) and bool(layers) and isinstance(layers[0], dict) and "class_name" in layers[0]
    return "class_name" in data or described


def load_json(text: str | bytes, what: str, most: int = MAX_TEXT_BYTES) -> Any:
    """Parsed JSON. Raises ArchitectureFileError for what is too long, nested too deeply or no JSON."""
    if len(text) > most:
        raise ArchitectureFileError(f"{what} is too long: expected at most {most:,} bytes, received {len(text):,}.")
    content = text if isinstance(text, bytes) else text.encode(errors="replace")
    values = sum(content.count(sign) for sign in (b",", b"[", b"{"))
    if values > MAX_JSON_VALUES:
        raise ArchitectureFileError(
            f"{what} has too many values: expected at most {MAX_JSON_VALUES:,}, received {values:,}. "
            "Clear the outputs of a notebook before it is opened."
        )
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ArchitectureFileError(f"{what} is not JSON: {place}: {error.msg}.") from None
    except RecursionError:
        raise ArchitectureFileError(f"{what} is nested too deeply to be read.") from None
    except ValueError:  # bytes that are no text, a number with thousands of digits
        raise ArchitectureFileError(f"{what} is not readable JSON text.") from None


def from_config(data: Any) -> Architecture:
    """The architecture from a parsed description. Raises ArchitectureFileError, naming the layer."""
    return described_model(data).architecture


def described_model(data: Any) -> Described:
    """The same, with the places of the weights. Raises ArchitectureFileError, naming the layer."""
    if not looks_like_keras(data):
        raise ArchitectureFileError("This is not a Keras model: expected class_name and config, or a list of layers.")
    check_version(data.get("keras_version"))
    if "class_name" not in data:  # get_config() leaves out which kind of model it is
        data = {"class_name": "Functional" if "input_layers" in data else "Sequential", "config": data}
    found = _Found()
    try:
        _model(data, found, ())
    except RecursionError:
        raise ArchitectureFileError("The Keras description is nested too deeply to be read.") from None
    if found.input_shape is None:
        raise ArchitectureFileError(
            "The model has no input shape. Build it with keras.Input(shape=(28, 28, 1)) before saving it."
        )
    config = data.get("config")
    name = config.get("name") if isinstance(config, dict) else None
    made = Architecture(found.input_shape, tuple(found.layers))
    misplaced = misplaced_axis(made, found.axes)
    if misplaced is not None:
        raise _placed(misplaced[1], misplaced[0])
    made = made.with_name(name) if isinstance(name, str) and name else made
    return Described(made, tuple(found.sources))


def check_version(version: Any) -> None:
    """Raise ArchitectureFileError for a file of a Keras that is newer than what is read."""
    major = re.match(r"(\d{1,6})\.", version) if isinstance(version, str) else None
    if major and int(major[1]) > NEWEST:
        raise ArchitectureFileError(
            f"The model was made by Keras {version[:20]}; this CNN Builder reads Keras {NEWEST} and older. "
            f"Update CNN Builder, or save the model with Keras {NEWEST}."
        )


def _model(data: dict[str, Any], found: _Found, around: tuple[WeightSource, ...]) -> None:
    """Put a model's layers on top of what was found; `around` are the models it is in. Raises ArchitectureFileError."""
    if len(around) > MAX_NESTING:
        raise ArchitectureFileError(f"Models are nested more than {MAX_NESTING} deep.")
    name = _type(data, len(found.layers))
    if name not in (*_SEQUENTIAL, *_FUNCTIONAL):
        raise ArchitectureFileError(f"Unknown model type {shown(name)}: expected Sequential or Functional.")
    config = data.get("config")
    if name in _SEQUENTIAL and isinstance(config, list):  # Keras 1 and early 2
        config = {"layers": config}
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        raise ArchitectureFileError(f"The {name} has no list of layers: received {shown(config)}.")
    layers = config["layers"]
    if len(layers) > MAX_LAYERS + 1 or len(layers) + len(found.layers) > 2 * MAX_LAYERS:
        raise ArchitectureFileError(f"layers: expected at most {MAX_LAYERS}, received {len(layers):,}.")
    groups = _groups(layers)
    if name in _FUNCTIONAL:
        layers = _in_order(config, layers)
    _sequence(layers, found, around, groups)
    shape = config.get("build_input_shape")
    if found.input_shape is None and isinstance(shape, list) and 2 <= len(shape) <= 4:
        found.input_shape = checked_input_shape(shape[1:])


def _groups(layers: list[Any]) -> dict[int, str]:
    """Of each layer of a model, by its `id`, the name of its group of weights: Keras counts those of a class."""
    used: dict[str, int] = {}
    groups = {}
    for entry in layers:
        kind = entry.get("class_name") if isinstance(entry, dict) else None
        if isinstance(kind, str):
            name = group_name(kind)
            used[name] = used.get(name, -1) + 1
            groups[id(entry)] = f"{name}_{used[name]}" if used[name] else name
    return groups


def group_name(class_name: str) -> str:
    """``SeparableConv2D`` as ``separable_conv2d``, by the rule of Keras' own `to_snake_case`."""
    name = re.sub(r"\W+", "", class_name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _sequence(layers: list[Any], found: _Found, around: tuple[WeightSource, ...], groups: dict[int, str]) -> None:
    names: set[str] = set()
    for entry in layers:
        if not isinstance(entry, dict):
            raise ArchitectureFileError(f"{_place(found)}: expected a layer, received {shown(entry)}.")
        name = _name(entry)
        if name and name in names:
            raise ArchitectureFileError(f"{_place(found)}: two layers are named {shown(name)}.")
        names.add(name)
        path = "/".join([*(one.group for one in around[-1:]), "layers", groups.get(id(entry), "")])
        source = WeightSource(name, around[0].name if around else name, path)
        if _type(entry, len(found.layers)) in (*_SEQUENTIAL, *_FUNCTIONAL):
            _model(entry, found, (*around, source))
        else:
            _layer(entry, found, source)
        if len(found.layers) > MAX_LAYERS:
            raise ArchitectureFileError(f"layers: expected at most {MAX_LAYERS}, received more.")


def _layer(entry: dict[str, Any], found: _Found, source: WeightSource) -> None:
    type_name, config = _type(entry, len(found.layers)), entry.get("config", {})
    if not isinstance(config, dict):
        raise ArchitectureFileError(f"{_place(found)}: config: expected an object, received {shown(config)}.")
    batch = next((config[key] for key in _SHAPES if config.get(key) is not None), None)
    if found.input_shape is None and not found.layers and isinstance(batch, list) and batch:
        found.input_shape = checked_input_shape(batch[1:])
    if type_name == "InputLayer":
        if found.layers:
            return  # of a model inside: it takes what the layer before gives
        if batch is None:
            raise ArchitectureFileError("The InputLayer has no batch_shape: expected one such as [null, 28, 28, 1].")
        return
    try:
        arguments = _arguments(type_name, config)
        axis = axis_from_front(type_name, arguments)
        found.layers.append(make_layer(type_name, arguments))
        found.axes.append(axis)
        found.sources.append(source)
    except LayerSettingError as error:
        raise _placed(error, len(found.layers)) from None
    except ArchitectureError as error:
        raise ArchitectureFileError(f"{_place(found)}: {error}") from None


def _placed(error: LayerSettingError, index: int) -> ArchitectureFileError:
    message = str(error).removeprefix(f"{error.layer_type}: ")
    return ArchitectureFileError(f"Layer {index + 1} ({error.layer_type}, counted from 1): {message}")


def _arguments(type_name: str, config: dict[str, Any]) -> dict[str, Any]:
    """The arguments that say something: Keras writes out what an architecture leaves to the default."""
    kept = {key: value for key, value in config.items() if key not in (*_SHAPES, "input_dtype")}
    cls = LAYER_TYPES.get(type_name)
    fields = cls.model_fields if cls else {}
    if kept.get("activation") == "linear" and "activation" in fields and fields["activation"].default is None:
        del kept["activation"]
    if kept.get("strides") is not None and kept.get("strides") == kept.get("pool_size"):
        del kept["strides"]
    return kept


def _type(entry: dict[str, Any], index: int) -> str:
    """The class name, if it is Keras' own. Raises ArchitectureFileError."""
    place = f"Layer {index + 1} (counted from 1)"
    name, module = entry.get("class_name"), entry.get("module")
    if not isinstance(name, str):
        raise ArchitectureFileError(f"{place}: expected an object with a class_name, received {shown(entry)}.")
    foreign = module is not None and (not isinstance(module, str) or module.split(".")[0] not in ("keras", "builtins"))
    registered = entry.get("registered_name")
    if foreign or registered not in (None, name, f"keras>{name}"):
        whole = f"{module}.{name}" if foreign else registered
        raise ArchitectureFileError(
            f"{place}: unknown layer type {shown(whole)}. Classes from outside Keras are not looked up. "
            f"Expected one of {', '.join(LAYER_TYPES)}."
        )
    return name


def _place(found: _Found) -> str:
    return f"Layer {len(found.layers) + 1} (counted from 1)"


def _name(entry: dict[str, Any]) -> str:
    """The layer's name, in the entry or in its config; empty where there is none."""
    config = entry.get("config")
    name = entry.get("name") or (config.get("name") if isinstance(config, dict) else None)
    return name if isinstance(name, str) else ""


# Functional models ----------------------------------------------------------------------------------------


def _in_order(config: dict[str, Any], entries: list[Any]) -> list[Any]:
    """The layers from the input to the output. Raises ArchitectureFileError naming the layer that joins or branches."""
    by_name: dict[str, Any] = {}
    for entry in entries:
        name = _name(entry) if isinstance(entry, dict) else ""
        if not name:
            raise ArchitectureFileError(f"A functional model's layer has no name: received {shown(entry)}.")
        if name in by_name:
            raise ArchitectureFileError(f"Two layers are named {shown(name)}.")
        by_name[name] = entry
    output, start = _only(config, "output_layers"), _only(config, "input_layers")
    order: list[str] = []
    current = output
    while True:
        if current not in by_name:
            raise ArchitectureFileError(f"The layer {shown(current)} is named as an input, but is not in the model.")
        if current in order:
            raise ArchitectureFileError(f"The layers form a loop at {shown(current)}. {_ONE_STACK}")
        order.append(current)
        before = _sources(by_name[current].get("inbound_nodes"), current)
        if not before:
            break
        current = before[0]
    if current != start:
        raise ArchitectureFileError(f"The stack starts at {shown(current)}, not at the input {shown(start)}.")
    aside = next((name for name in by_name if name not in order), None)
    if aside is not None:
        raise ArchitectureFileError(f"The layer {shown(aside)} stands on a branch of its own. {_ONE_STACK}")
    return [by_name[name] for name in reversed(order)]


def _only(config: dict[str, Any], key: str) -> str:
    """The one name in ``[["name", 0, 0]]`` (also ``["name", 0, 0]``, and ``{"x": ["name", 0, 0]}``)."""
    value = config.get(key)
    if isinstance(value, dict):
        value = list(value.values())
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, list) and len(value) == 3 and isinstance(value[0], str):
        return value[0]
    count = len(value) if isinstance(value, list) else 0
    raise ArchitectureFileError(f"{key}: expected exactly one, received {count:,}. {_ONE_STACK}")


def _sources(nodes: Any, name: str) -> list[str]:
    """Names of the layers whose outputs a layer takes: none for an input, else exactly one."""
    found = _tensors(nodes, 0)
    if len(found) > 1:
        several = len(set(found)) > 1
        what = "joins several inputs" if several else "is used more than once"
        raise ArchitectureFileError(f"The layer {shown(name)} {what}: {', '.join(found[:4])}. {_ONE_STACK}")
    return found


def _tensors(node: Any, depth: int) -> list[str]:
    """Every layer named in an ``inbound_nodes``: Keras 3 has tensors with a history, Keras 2 bare lists."""
    if depth > 12:
        raise ArchitectureFileError("inbound_nodes is nested too deeply.")
    if isinstance(node, dict):
        config = node.get("config")
        history = config.get("keras_history") if isinstance(config, dict) else None
        if isinstance(history, list) and history and isinstance(history[0], str):
            return [history[0]]
        return [name for part in node.values() for name in _tensors(part, depth + 1)]
    if isinstance(node, list):
        if len(node) >= 3 and isinstance(node[0], str) and isinstance(node[1], int):
            return [node[0]]
        return [name for part in node for name in _tensors(part, depth + 1)]
    return []
