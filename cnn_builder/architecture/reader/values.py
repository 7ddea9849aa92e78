"""What a name in pasted code can stand for, as far as it is understood. Plain Python values stand for themselves."""

from __future__ import annotations

import ast
from collections import ChainMap
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cnn_builder.architecture.architecture import InputShape
from cnn_builder.architecture.errors import ArchitectureFileError
from cnn_builder.architecture.layers import Layer

UNDERSTOOD = (
    "Sequential, .add, Input, layers, constants, arithmetic, shapes of Keras' data sets, for loops over literals or "
    "range, while loops over numbers, functions, classes, and a keras.Model whose call is one stack"
)
Scope = ChainMap[str, Any]
"""The names that code sees, its own first."""


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


class Budget:
    """Counts what is looked at and made, over the whole code."""

    def __init__(self, most: int, what: str) -> None:
        self._left, self._most, self._what = most, most, what

    def spend(self, line: int, count: int = 1) -> None:
        """So many more. Raises CodeError when that is too many."""
        self._left -= count
        if self._left < 0:
            raise CodeError(
                line, f"the code takes more than {self._most:,} {self._what} to read. Paste only the model."
            )


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
class Part(Unknown):
    """Something inside a model or layer, such as ``model.layers[0]``: looking at it is fine, changing it an error."""

    member: bool = False
    """Whether it was read as ``.name``, so that a call of it is a call of the owner's method."""


@dataclass(frozen=True, eq=False)
class Made(Unknown):
    """What a class of Keras gives that is no part of a network, such as an optimizer: how it was made is kept."""

    path: str = ""
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The class, without its module."""
        return self.path.rpartition(".")[2]


@dataclass(frozen=True)
class Noted:
    """A call that says how a network is trained: its name, such as "fit", and what it was given."""

    name: str
    args: list[Any]
    kwargs: dict[str, Any]
    line: int


@dataclass(frozen=True)
class Several(Unknown):
    """Stands in a list for any number of values that are not known."""


Axes = tuple[int | None, ...]
"""The sizes of an array's axes, None where one is not known."""


@dataclass(frozen=True)
class Array:
    """Data that is never loaded, of a shape that the code tells; and how many classes, where it is a set's labels."""

    shape: Axes
    classes: int | None = None


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
    axis: int | None = None
    """The axis it was given, where that is counted from the front."""
    after: LayerValue | None = None
    """The layer that it was given as its activation."""

    @property
    def stack(self) -> tuple[LayerValue, ...]:
        """The layer, and what stands after it."""
        return (self,) if self.after is None else (self, self.after)


@dataclass(eq=False)
class Model:
    """A Sequential under construction, or a functional model."""

    line: int
    input_shape: InputShape | None = None
    layers: list[LayerValue] = field(default_factory=list)
    name: str | None = None
    inside: bool = False
    """Whether it has become a part of another model."""
    sizes: list[int] = field(default_factory=list)
    """How many of the layers came with each .add: a model inside goes as a whole with .pop."""
    noted: list[Noted] = field(default_factory=list)
    """Its compile, fit and evaluate."""


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
    names: Scope
    in_class: bool = False
    """Whether its first argument is the object it is a method of."""
    home: Class | None = None
    """The class it stands in."""
    owner: Any = None
    """The object or class that it has been taken from."""


@dataclass(frozen=True, eq=False)
class Partial:
    """``functools.partial(called, …)``."""

    called: Any
    args: list[Any]
    kwargs: dict[str, Any]


@dataclass(eq=False)
class Class:
    """A class of the pasted code: its functions, what else stands in it, and the classes it is made on."""

    name: str
    line: int
    functions: dict[str, Function]
    bases: tuple[Any, ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)
    fields: tuple[str, ...] | None = None
    """The names that a record, such as a dataclass, takes as arguments."""
    followed: bool = True
    """Whether its objects are followed."""


@dataclass(eq=False)
class Instance:
    """An object of a class of the pasted code, or a namespace of settings."""

    cls: Class
    line: int
    attributes: dict[str, Any] = field(default_factory=dict)
    input_shape: InputShape | None = None
    """What a network's class was built for."""
    inside: bool = False
    """Whether a network has become a part of another one."""
    built: bool = False
    """Whether the class's own ``build`` has been walked."""
    noted: list[Noted] = field(default_factory=list)
    """The compile, fit and evaluate of a network."""


@dataclass(frozen=True, eq=False)
class Super:
    """``super()`` in a method: the object, and the class whose bases are looked through."""

    owner: Any
    home: Class


@dataclass(frozen=True, eq=False)
class Parser:
    """``argparse.ArgumentParser()`` with the defaults of its arguments."""

    line: int
    defaults: dict[str, Any]


@dataclass
class AttributeNames:
    """What may stand under a name after a dot, anywhere in the code."""

    names: set[str] = field(default_factory=set)
    """Attributes of values that are not followed, under which something followed was put away."""
    objects: list[Instance | Class] = field(default_factory=list)
    """All that have attributes which are followed."""
    applied: list[LayerValue] = field(default_factory=list)
    """The layers that were applied to a tensor, one after the other."""
    training: bool | None = None
    """What a class's ``call`` is being walked for, if one is."""
    noted: list[Noted] = field(default_factory=list)
    """The data sets that the code loads, and the seeds it sets."""


@dataclass(frozen=True)
class Builtin:
    """A function of Python's own."""

    name: str


@dataclass(frozen=True, eq=False)
class Method:
    """``model.add`` before it is called."""

    owner: Any
    name: str


OPAQUE = (
    Unknown,
    Array,
    Ref,
    Model,
    Tensor,
    LayerValue,
    Function,
    Partial,
    Class,
    Instance,
    Super,
    Parser,
    Builtin,
    Method,
)
"""Values that take no part in arithmetic."""


def is_open(value: Any) -> bool:
    """Whether it is not known if the value is true."""
    return isinstance(value, Unknown | Array | Ref | Method | Tensor)


def has_gap(value: Any) -> bool:
    """Whether it is not known how many items a list or tuple has."""
    return isinstance(value, list | tuple) and any(isinstance(part, Several) for part in value)


def is_key(value: Any) -> bool:
    """Whether a dictionary is followed at this key. Tuples in tuples take forever to hash."""
    plain = str | int | float | None
    return isinstance(value, plain) or (isinstance(value, tuple) and all(isinstance(part, plain) for part in value))


def parts(value: Any) -> Iterator[Any]:
    """A value and all within its lists, tuples and dictionaries; without end where a list is inside itself."""
    open_lists = [iter((value,))]
    while open_lists:
        part = next(open_lists[-1], parts)
        if part is parts:
            open_lists.pop()
            continue
        yield part
        if isinstance(part, list | tuple | dict):
            open_lists.append(iter(part.values() if isinstance(part, dict) else part))


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
