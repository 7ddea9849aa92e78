"""Classes of the pasted code and their objects: what a name after a dot stands for, and how an object is made."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from cnn_builder.architecture.reader.changes import LOOSE, MODEL_CALLS
from cnn_builder.architecture.reader.values import (
    AttributeNames,
    Class,
    CodeError,
    Function,
    Instance,
    Method,
    Part,
    Ref,
    Super,
    Unknown,
    has_gap,
)
from cnn_builder.limits import MAX_BASES

Call = Callable[[Function, list[Any], dict[str, Any], int], Any]
"""Walks a function of the code."""
NETWORKS = ("keras.Model", "keras.models.Model")
LAYERS = ("keras.layers.Layer", "keras.Layer")
RECORDS = ("typing.NamedTuple", "pydantic.BaseModel")
"""Bases that make the class's annotated names its arguments, as @dataclass does."""
_NO_EFFECT = ("abc.ABC", "object", "typing.Generic")
_OWN_WAYS = (
    "__new__", "__getattr__", "__getattribute__", "__setattr__", "__delattr__", "__bool__", "__len__", "__set_name__",
    "__init_subclass__",
)  # fmt: skip
"""Methods with which a class decides for itself what its attributes are."""


def is_followed(node: ast.ClassDef, cls: Class) -> bool:
    """Whether objects of a class do what its text says, and nothing that comes from elsewhere."""
    known = (*NETWORKS, *LAYERS, *RECORDS, *_NO_EFFECT)
    bases = [base for base in cls.bases if isinstance(base, Class)]
    others = [base for base in cls.bases if not isinstance(base, Class)]
    return (
        not node.keywords
        and len(bases) <= 1
        and len(list(lineage(cls))) < MAX_BASES
        and all(base.followed for base in bases)
        and all(isinstance(base, Ref) and base.path in known for base in others)
        and not any(name in cls.functions for name in _OWN_WAYS)
        and not any(
            isinstance(mark, ast.Attribute) and mark.attr in ("setter", "deleter")
            for inner in node.body
            if isinstance(inner, ast.FunctionDef)
            for mark in inner.decorator_list
        )
    )


def lineage(cls: Class) -> Iterator[Any]:
    """The class, its bases and theirs; the imported ones are Refs."""
    waiting: list[Any] = [cls]
    for _ in range(MAX_BASES):
        if not waiting:
            return
        found = waiting.pop(0)
        yield found
        if isinstance(found, Class):
            waiting = [*found.bases, *waiting]


def comes_from(cls: Class, paths: tuple[str, ...]) -> bool:
    """Whether a class is made on one of Keras' or Python's by these names."""
    return any(isinstance(base, Ref) and base.path in paths for base in lineage(cls))


def is_network(value: Any) -> bool:
    """Whether this is an object whose ``call`` is a network or a part of one."""
    known = isinstance(value, Instance) and comes_from(value.cls, (*NETWORKS, *LAYERS))
    return known and find(value, "call") is not None


def find(owner: Any, name: str) -> Any:
    """What stands under ``owner.name`` of an object or class; None where that is not known."""
    if isinstance(owner, Instance):
        if name in owner.attributes:
            return owner.attributes[name]
        found = _in_class(owner.cls, name)
        return _bound(found, owner, owner.cls) if isinstance(found, Function) else found
    if isinstance(owner, Super):
        above = [base for base in owner.home.bases if isinstance(base, Class)]
        found = _in_class(above[0], name) if above else None
        return _bound(found, owner.owner, owner.home) if isinstance(found, Function) else found
    found = _in_class(owner, name)
    is_shared = isinstance(found, Function) and _is_marked(found, "classmethod")
    return _bound(found, owner, owner) if is_shared else found


def _in_class(cls: Class, name: str) -> Any:
    for one in lineage(cls):
        if isinstance(one, Class) and name in one.functions:
            return one.functions[name]
        if isinstance(one, Class) and name in one.attributes:
            return one.attributes[name]
    return None


def _bound(function: Function, owner: Any, cls: Class) -> Function:
    if not function.in_class:
        return function
    return replace(function, owner=cls if _is_marked(function, "classmethod") else owner)


def _is_marked(function: Function, *marks: str) -> bool:
    names = [mark.attr if isinstance(mark, ast.Attribute) else mark for mark in function.node.decorator_list]
    return any((name.id if isinstance(name, ast.Name) else name) in marks for name in names)


def object_attribute(owner: Instance | Class | Super, name: str, line: int, call: Call, kept: AttributeNames) -> Any:
    """``owner.name``."""
    if isinstance(owner, Instance) and name == "__dict__":
        return owner.attributes
    keras = isinstance(owner, Instance) and comes_from(owner.cls, (*NETWORKS, *LAYERS))
    if keras and name == "build":  # one of the class's own is walked before call
        return Method(owner, name)
    found = find(owner, name)
    if isinstance(found, Function) and found.owner is not None and _is_marked(found, "property", "cached_property"):
        return call(found, [], {}, line)
    if found is not None or (isinstance(owner, Instance) and name in owner.attributes) or _holds_none(owner, name):
        return found
    if isinstance(owner, Super):
        return Method(owner, name)
    if keras and name not in LOOSE:
        known = name in MODEL_CALLS or name in ("add_loss", "add_metric", "adapt")
        return Method(owner, name) if known else Part(line, f".{name}", member=True)
    if isinstance(owner, Instance) and name in ("__setattr__", "__delattr__", "__setstate__"):
        return Part(line, f".{name}", member=True)
    if isinstance(owner, Instance) and name in ("_replace", "_asdict"):
        return Method(owner, name)
    return Part(line, f".{name}") if name in kept.names else Unknown(line, f".{name}")


def _holds_none(owner: Any, name: str) -> bool:
    cls = owner.cls if isinstance(owner, Instance) else owner.home if isinstance(owner, Super) else owner
    return any(isinstance(one, Class) and name in one.attributes for one in lineage(cls))


def make(cls: Class, args: list[Any], kwargs: dict[str, Any], line: int, call: Call, kept: AttributeNames) -> Any:
    """A new object of a class, as its ``__init__`` or its annotated names make it. Raises CodeError."""
    if not cls.followed:
        return Unknown(line, f"an instance of the class {cls.name}")
    made = Instance(cls, line)
    kept.objects.append(made)
    init = find(made, "__init__")
    if isinstance(init, Function):
        call(init, args, kwargs, line)
    elif cls.fields is not None:
        _fill(made, cls.fields, args, kwargs, line)
        after = find(made, "__post_init__")
        if isinstance(after, Function):
            call(after, [], {}, line)
    return made


def _fill(made: Instance, fields: tuple[str, ...], args: list[Any], kwargs: dict[str, Any], line: int) -> None:
    """Give an object of a record its values."""
    if len(args) > len(fields) and not has_gap(args):
        raise CodeError(line, f"{made.cls.name} takes at most {len(fields)} arguments, received {len(args)}.")
    unsure = has_gap(args) or "**" in kwargs
    given = {} if unsure else dict(zip(fields, args, strict=False)) | kwargs
    for name in fields:
        default = None if unsure else _in_class(made.cls, name)
        missing = Unknown(line, f"{name!r} of {made.cls.name}")
        if name in given:
            made.attributes[name] = given[name]
        elif default is None and (unsure or not _holds_none(made, name)):
            made.attributes[name] = missing
        else:
            made.attributes[name] = default.copy() if isinstance(default, list | dict) else default


def fields_of(node: ast.ClassDef, cls: Class, is_record: bool) -> tuple[str, ...] | None:
    """The annotated names that a record takes as arguments, those of its base first; None for another class."""
    above = next((base.fields for base in cls.bases if isinstance(base, Class)), None)
    if not is_record and not comes_from(cls, RECORDS):
        return above
    own = [
        inner.target.id
        for inner in node.body
        if isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name) and not _is_shared(inner.annotation)
    ]
    return tuple(dict.fromkeys([*(above or ()), *own]))


def _is_shared(annotation: ast.expr) -> bool:
    inner = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    return "ClassVar" in (getattr(inner, "id", ""), getattr(inner, "attr", ""))


def uncalled_methods(cls: Class) -> list[Function]:
    """The methods that no method of the class names, and Python does not call by itself."""
    nodes = [inner for function in cls.functions.values() for inner in ast.walk(function.node)]
    named = {inner.attr for inner in nodes if isinstance(inner, ast.Attribute)}
    return [found for name, found in cls.functions.items() if name not in named and not name.startswith("__")]
