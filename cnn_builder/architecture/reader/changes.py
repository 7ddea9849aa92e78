"""Which uses of a followed value change it. Whatever may, and is not followed, is an error: never left out."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from cnn_builder.architecture.reader.values import (
    Array,
    AttributeNames,
    Budget,
    Class,
    CodeError,
    InputSpec,
    Instance,
    LayerValue,
    Method,
    Model,
    Parser,
    Part,
    Ref,
    Tensor,
    Unknown,
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MODEL_CALLS = _words(
    "compile fit fit_generator evaluate evaluate_generator predict predict_generator predict_classes predict_proba "
    "predict_on_batch predict_step train_on_batch train_step test_on_batch test_step make_train_function "
    "make_test_function make_predict_function summary save save_weights load_weights get_weights set_weights build "
    "get_config get_compile_config compile_from_config get_build_config to_json to_yaml get_layer count_params export "
    "reset_states reset_metrics get_metrics_result compute_loss compute_metrics compute_output_shape "
    "compute_output_spec call stateless_call"
)
"""Methods of a model that leave its layers as they are."""
MODEL_CHANGES = ("add", "pop")
"""Methods of a model that are followed."""
SETTERS = ("setattr", "delattr")
LOOSE = _words(
    "optimizer history loss losses loss_functions metrics metrics_names stop_training name _name dtype built inputs "
    "outputs input output input_shape output_shape weights trainable_weights non_trainable_weights "
    "trainable_variables non_trainable_variables variables kernel bias shape run_eagerly jit_compile"
)
"""What can be read off a model or layer, and stored there, without another network coming of it."""
_LAYER_CALLS = MODEL_CALLS | _words("adapt add_loss add_metric get_input_at get_output_at")
_READING: dict[type, frozenset[str]] = {
    list: frozenset(("copy", "count", "index")), dict: frozenset(("copy", "get", "items", "keys", "values")),
    Model: MODEL_CALLS, LayerValue: _LAYER_CALLS, Part: _LAYER_CALLS,
    Instance: MODEL_CALLS | _words("_asdict _replace add_loss add_metric adapt __init__"),
    Parser: _words(
        "add_argument add_argument_group add_mutually_exclusive_group add_subparsers parse_args parse_known_args "
        "print_help print_usage format_help format_usage error exit get_default"
    ),
}  # fmt: skip
_INSTEAD = {
    list: "Write the list as it is meant, or use append, insert, pop, + or ls[number] = ….",
    dict: "Write the dictionary as it is meant, or use update, pop or d['name'] = ….",
    Model: "Use .add and .pop, or list the layers in keras.Sequential([…]).",
    LayerValue: "Give the layer its settings where it is made.",
    Instance: "Give the object its values where it is made, or with .name = ….",
    Parser: "Give each argument its default in add_argument.",
    Array: "Write x = x.reshape(…).",
    Part: "Give each layer its settings where it is made, and put the layers on with .add.",
}
_WHAT = {
    list: "a list", dict: "a dictionary", Model: "a model", LayerValue: "a layer", Part: "a part of a model",
    Array: "data", Instance: "an object", Parser: "the arguments",
}  # fmt: skip
_PUTTING = ("append", "appendleft", "insert", "extend")


def follows(value: Any) -> bool:
    """Whether a change of this value could change a network."""
    return type(value) in _READING


def is_set(value: Any) -> bool:
    """Whether ``setattr`` on this value may change a network, or a shape that is followed."""
    return follows(value) or isinstance(value, Array)


def changing(owner: Any, name: str) -> bool:
    """Whether the call of ``owner.name`` may change it."""
    if isinstance(owner, Array):
        return name == "resize"
    return follows(owner) and name not in _READING[type(owner)] and name not in LOOSE


def storing(owner: Any, name: str, value: Any) -> bool:
    """Whether ``owner.name = value`` may change a network."""
    if isinstance(owner, Ref):
        if owner.path == "sys" and name == "argv":
            return not isinstance(value, list) or len(value) > 1
        return owner.path in ("keras", "keras.layers", "keras.models")
    if isinstance(owner, Array):
        return name == "shape"
    if isinstance(owner, Instance):  # its attributes are followed
        return name == "trainable" and value is not True and "trainable" not in owner.attributes
    return follows(owner) and name not in LOOSE and not (name == "trainable" and value is True)


def unfollowed(owner: Any, how: str, line: int) -> CodeError:
    """The error for a change of ``owner``."""
    return CodeError(line, f"{how} changes {_WHAT[type(owner)]} in a way that is not followed. {_INSTEAD[type(owner)]}")


def read_off(owner: Model | LayerValue | Part, name: str, line: int) -> Unknown:
    """``owner.name``, where it is not followed."""
    if name in LOOSE or name in _READING[type(owner)]:
        return Unknown(line, f".{name}")
    return Part(line, f".{name}", member=True)


def forget(kept: AttributeNames, name: str, value: Any, line: int, budget: Budget) -> None:
    """After a store into an object that is not known: no object's ``name`` is known any more."""
    budget.spend(line, len(kept.objects))
    if follows(value):
        kept.names.add(name)
    for owner in kept.objects:
        cls = owner.cls if isinstance(owner, Instance) else owner
        if isinstance(owner, Class) and name in owner.functions:
            del owner.functions[name]
            owner.attributes[name] = Unknown(line, f".{name}")
        if name in owner.attributes or name in cls.attributes or name in (cls.fields or ()):
            part = follows(value) or follows(owner.attributes.get(name, cls.attributes.get(name)))
            owner.attributes[name] = (Part if part else Unknown)(line, f".{name}")


def check_call(node: ast.Call, called: Any, args: Iterable[Any]) -> None:
    """Raise CodeError where a call that is not followed may change a followed value."""
    args, line = list(args), node.lineno
    if isinstance(called, Part) and called.member:
        raise unfollowed(called, f"{called.what}(…)", line)
    if isinstance(called, Ref) and called.path == "numpy.ndarray.resize" and args and isinstance(args[0], Array):
        raise unfollowed(args[0], called.path, line)
    if isinstance(node.func, ast.Attribute):
        _check_put(node.func.attr, args, line)
    if isinstance(node.func, ast.Name) and node.func.id in SETTERS and args and is_set(args[0]):
        raise unfollowed(args[0], node.func.id, line)
    for arg in args:
        if isinstance(arg, Method) and changing(arg.owner, arg.name):
            raise unfollowed(arg.owner, f".{arg.name}, called by something else,", line)


def _check_put(name: str, args: list[Any], line: int) -> None:
    """Raise CodeError where a layer is put into what is not known."""
    if name == "add":
        refused = next((arg.error for arg in args if isinstance(arg, Unknown) and arg.error), None)
        if refused is not None:
            raise refused
    layers = (LayerValue, InputSpec, Model) if name == "add" else (LayerValue,)
    flat = [part for arg in args for part in (arg if isinstance(arg, list | tuple) else [arg])]
    lone_input = name == "add" and any(isinstance(part, Tensor) and not part.layers for part in args)
    if name in ("add", *_PUTTING) and (lone_input or any(isinstance(part, layers) for part in flat)):
        raise CodeError(
            line, f".{name} puts a layer into something that is not known here. Put it into a name of its own that is "
            "made in this code: model = keras.Sequential(), or a list [].",
        )  # fmt: skip
