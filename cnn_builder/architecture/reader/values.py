"""What a name in pasted code can stand for, as far as it is understood. Plain Python values stand for themselves."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

from cnn_builder.architecture.architecture import InputShape
from cnn_builder.architecture.errors import ArchitectureFileError
from cnn_builder.architecture.layers import Layer

UNDERSTOOD = "Sequential, .add, Input, layers, constants, arithmetic, for loops over literals or range, and functions"
MAX_VALUES = 200_000
"""Most expressions looked at: a piece of code that would take longer is no description of a network."""


class CodeError(ArchitectureFileError):
    """Code that cannot be read as one stack of layers.

    Args:
        line: where, from 1.
        message: what was found and what is understood, without the place.
        column: where in the line, from 1, if it is known.
        place: how people find the line, where its number alone does not say.
    """

    def __init__(self, line: int, message: str, column: int | None = None, place: str | None = None) -> None:
        self.line, self.message, self.column, self.place = line, message, column, place
        where = place or f"Line {line}"
        super().__init__(f"{where}, column {column}: {message}" if column else f"{where}: {message}")


@dataclass(frozen=True)
class Ref:
    """Something imported, by its dotted name; ``tensorflow.keras`` is already ``keras``."""

    path: str

    @property
    def last(self) -> str:
        return self.path.rpartition(".")[2]


@dataclass(frozen=True)
class Unknown:
    """A value that is not followed. It is an error only when it reaches a layer: ``error`` if there is one."""

    line: int
    what: str
    error: CodeError | None = None

    def refused(self, message: str) -> CodeError:
        """The error to raise: the value's own, else ``message``."""
        return self.error or CodeError(self.line, message)


@dataclass(frozen=True)
class InputSpec:
    """``Input(shape)`` in a Sequential; None where the code does not say."""

    shape: InputShape | None
    line: int


@dataclass(frozen=True, eq=False)
class LayerValue:
    """A layer that has been made, with the input shape and name it was given, if any. One can be used twice."""

    layer: Layer
    line: int
    input_shape: InputShape | None = None
    name: str | None = None


@dataclass(eq=False)
class Model:
    """A Sequential under construction, or a functional model."""

    line: int
    input_shape: InputShape | None = None
    layers: list[LayerValue] = field(default_factory=list)
    name: str | None = None
    inside: bool = False
    """Whether it has become a part of another model."""


@dataclass(frozen=True, eq=False)
class Tensor:
    """A symbolic tensor of the functional style: the layers between the input and it, and the model it came out of."""

    input: InputSpec
    layers: tuple[LayerValue, ...] = ()
    source: Model | None = None


@dataclass(frozen=True, eq=False)
class Function:
    """A function of the pasted code with the names around it; called by walking its body."""

    node: ast.FunctionDef
    names: dict[str, Any]
    in_class: bool = False


@dataclass(frozen=True, eq=False)
class Partial:
    """``functools.partial(called, …)``."""

    called: Any
    args: list[Any]
    kwargs: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Class:
    """A class of the pasted code: its functions can be called on the class, its instances are not followed."""

    name: str
    line: int
    functions: dict[str, Function]


@dataclass(frozen=True)
class Builtin:
    """A function of Python's own."""

    name: str


@dataclass(frozen=True, eq=False)
class Method:
    """``model.add`` before it is called."""

    owner: Any
    name: str


OPAQUE = (Unknown, Ref, Model, Tensor, LayerValue, Function, Partial, Class, Builtin, Method)
"""Values that take no part in arithmetic."""

_PREFIXES = (
    "tensorflow.compat.v1.keras", "tensorflow.compat.v2.keras", "tensorflow.python.keras", "tensorflow.keras",
    "tf_keras", "keras.api", "keras.src",
)  # fmt: skip


def normal_path(path: str) -> str:
    """One spelling of the dotted name: ``tensorflow.keras`` and ``tf_keras`` are ``keras``."""
    for prefix in _PREFIXES:
        if path == prefix or path.startswith(prefix + "."):
            return "keras" + path[len(prefix) :]
    return path
