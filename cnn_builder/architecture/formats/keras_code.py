"""An architecture as Keras source code, and back."""

from __future__ import annotations

import json
import re

from cnn_builder.architecture.architecture import Architecture
from cnn_builder.architecture.layers.base import Layer
from cnn_builder.architecture.reader import CodeError, TrainingCode, closed, read_with_training

__all__ = ["CodeError", "build_code", "layer_call", "parse_code", "parse_code_with_training", "write_code"]


def write_code(architecture: Architecture) -> str:
    """Python source that builds the network as ``model``, a ``keras.Sequential``; defaults are left out."""
    return f"{named(architecture)}import keras\nfrom keras import layers\n\n{build_code(architecture)}"


def named(architecture: Architecture) -> str:
    """The first line of the source: the name in a comment, where it is one that Keras does not take; else ""."""
    return "" if _name(architecture) == architecture.name else f"# name: {json.dumps(architecture.name)}\n"


def build_code(architecture: Architecture) -> str:
    """The statements that make ``model``, given ``keras`` and ``layers``."""
    lines = [f"    layers.{layer_call(layer)}," for layer in architecture.layers]
    body = "\n".join([f"    keras.Input(shape={architecture.input_shape!r}),", *lines])
    return f"model = keras.Sequential([\n{body}\n], name={_name(architecture)!r})\nmodel.summary()\n"


def layer_call(layer: Layer) -> str:
    """``Conv2D(32, (3, 3), activation='relu')``: what Keras requires by position, the rest by name."""
    arguments = []
    for name, info in type(layer).model_fields.items():
        value = getattr(layer, name)
        code = type(layer).kinds()[name].to_code(value)
        if info.is_required():
            arguments.append(code)
        elif value != info.default:
            arguments.append(f"{name}={code}")
    return f"{layer.type}({', '.join(arguments)})"


def parse_code(source: str) -> Architecture:
    """The last complete model of a piece of Keras code, which is parsed and never run.

    Raises ArchitectureFileError, naming the line (from 1), what was found and what is understood.
    """
    return parse_code_with_training(source)[0]


def parse_code_with_training(source: str) -> tuple[Architecture, TrainingCode]:
    """The same, and what the code says of how it is trained. Raises ArchitectureFileError."""
    try:
        architecture, training = read_with_training(source)
    except CodeError as error:
        found = closed(source)
        if found is None:
            raise
        hint = f"{error.message} Add {found.added} after line {found.line}."
        raise CodeError(error.line, hint, error.column) from None
    name = _written_name(source)
    return (architecture if name is None else architecture.with_name(name)), training


def _written_name(source: str) -> str | None:
    """The name in the comment that ``write_code`` puts first; None without one, or with one of somebody else's."""
    comment = re.match(r"# name: (.*)\n", source)
    try:
        name = json.loads(comment[1]) if comment else None
    except (ValueError, RecursionError):
        return None
    return name if isinstance(name, str) else None


def _name(architecture: Architecture) -> str:
    """TensorFlow takes a model's name as a scope's: letters, digits and a few signs. It trains under no other."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", architecture.name).lstrip("_-") or "model"
