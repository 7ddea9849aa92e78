"""What a name in pasted code can stand for, as far as it is understood. Plain Python values stand for themselves."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

from cnn_builder.architecture.architecture import InputShape
from cnn_builder.architecture.errors import ArchitectureFileError
from cnn_builder.architecture.layers import Layer

UNDERSTOOD = "Sequential, .add, Input, layers, constants, arithmetic, for loops over literals or range, and functions"


class CodeError(ArchitectureFileError):
    """Code that cannot be read as one stack of layers. ``line`` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        self.line = line
        super().__init__(f"Line {line}: {message}")


@dataclass(frozen=True)
class Ref:
    """Something imported, by its dotted name; ``tensorflow.keras`` is already ``keras``."""

    path: str

    @property
    def last(self) -> str:
        return self.path.rpartition(".")[2]


@dataclass(frozen=True)
class Unknown:
    """A value that is not followed. It is an error only when it reaches a layer."""

    line: int
    what: str


@dataclass(frozen=True)
class InputSpec:
    """``Input(shape)`` in a Sequential; None where the code does not say."""

    shape: InputShape | None
    line: int


@dataclass(frozen=True)
class LayerValue:
    """A layer that has been made, and the input shape it was given, if any."""

    layer: Layer
    line: int
    input_shape: InputShape | None = None


@dataclass(frozen=True)
class Tensor:
    """A symbolic tensor of the functional style: the layers between the input and it."""

    input: InputSpec
    layers: tuple[Layer, ...] = ()


@dataclass
class Model:
    """A Sequential under construction, or a functional model."""

    line: int
    input_shape: InputShape | None = None
    layers: list[Layer] = field(default_factory=list)
    name: str | None = None
    inside: bool = False
    """Whether it has become a part of another model."""


@dataclass(frozen=True)
class Function:
    """A function of the pasted code; called by walking its body."""

    node: ast.FunctionDef


@dataclass(frozen=True)
class Method:
    """``model.add`` before it is called."""

    model: Any
    name: str


def normal_path(path: str) -> str:
    """One spelling of the dotted name: ``tensorflow.keras`` and ``tf_keras`` are ``keras``."""
    for prefix in ("tensorflow.python.keras", "tensorflow.keras", "tf_keras", "keras.api", "keras.src"):
        if path == prefix or path.startswith(prefix + "."):
            return "keras" + path[len(prefix) :]
    return path
