"""What stands left of an =: names, tuples, items and attributes. A store that is not followed is an error."""

from __future__ import annotations

import ast
from typing import Any, Protocol

from cnn_builder.architecture.reader import containers
from cnn_builder.architecture.reader.arithmetic import apply
from cnn_builder.architecture.reader.changes import follows, forget, storing, unfollowed
from cnn_builder.architecture.reader.values import (
    AttributeNames,
    Budget,
    Class,
    CodeError,
    Function,
    Instance,
    LayerValue,
    Model,
    Ref,
    Unknown,
    has_gap,
    is_key,
)


class Evaluator(Protocol):
    """What gives expressions their values, and holds the names."""

    budget: Budget
    kept: AttributeNames

    def value(self, node: ast.expr | None) -> Any: ...

    def bind(self, name: str, value: Any) -> None: ...

    def forget(self, name: str) -> None: ...


def assign(expressions: Evaluator, target: ast.expr, value: Any) -> None:
    """``target = value``, with tuples taken apart. Raises CodeError."""
    if isinstance(target, ast.Name):
        expressions.bind(target.id, value)
    elif isinstance(target, ast.Starred):
        assign(expressions, target.value, Unknown(target.lineno, "a value taken apart"))
    elif isinstance(target, ast.Tuple | ast.List):
        starred = any(isinstance(part, ast.Starred) for part in target.elts)
        fits = isinstance(value, list | tuple) and len(value) == len(target.elts) and not starred and not has_gap(value)
        values = value if fits else [Unknown(target.lineno, "a value taken apart")] * len(target.elts)
        for part, one in zip(target.elts, values, strict=True):
            assign(expressions, part, one)
    elif isinstance(target, ast.Subscript):
        _assign_item(expressions, target, value)
    elif isinstance(target, ast.Attribute):
        _assign_attribute(expressions, target, value)


def augment(expressions: Evaluator, node: ast.AugAssign) -> None:
    """``target += value`` and the like; a list or dictionary changes in place. Raises CodeError."""
    if isinstance(node.target, ast.Attribute) and not _is_object(expressions, node.target.value):
        value = expressions.value(node.value)
        unknown = value if isinstance(value, Unknown) else Unknown(node.lineno, "arithmetic")
        assign(expressions, node.target, unknown)
        return
    before, value = expressions.value(node.target), expressions.value(node.value)
    if isinstance(before, list | dict):
        result = containers.in_place(node.op, before, value, node.lineno, expressions.budget)
    else:
        result = apply(node.op, node.lineno, (before, value), expressions.budget)
    assign(expressions, node.target, result)


def _is_object(expressions: Evaluator, node: ast.expr) -> bool:
    """Whether the attributes of this are followed. What a call gives is not asked for twice."""
    plain = not any(isinstance(inner, ast.Call | ast.NamedExpr) for inner in ast.walk(node))
    return plain and isinstance(expressions.value(node), Instance | Class)


def delete(expressions: Evaluator, target: ast.expr) -> None:
    """``del target``: a name is forgotten, an item or attribute of a followed value is an error."""
    if isinstance(target, ast.Name):
        expressions.forget(target.id)
    elif isinstance(target, ast.Tuple | ast.List):
        for part in target.elts:
            delete(expressions, part)
    elif isinstance(target, ast.Subscript | ast.Attribute):
        owner = expressions.value(target.value)
        if follows(owner):
            raise unfollowed(owner, "del", target.lineno)


def _assign_item(expressions: Evaluator, target: ast.Subscript, value: Any) -> None:
    owner = expressions.value(target.value)
    if not follows(owner):
        return
    if isinstance(target.slice, ast.Slice) or not isinstance(owner, list | dict):
        raise unfollowed(owner, "[…] = …", target.lineno)
    key = expressions.value(target.slice)
    known = (isinstance(owner, dict) and is_key(key)) or (
        isinstance(owner, list) and not has_gap(owner) and isinstance(key, int) and -len(owner) <= key < len(owner)
    )
    if not known:
        raise unfollowed(owner, "[…] = … at a place that is not known", target.lineno)
    expressions.budget.spend(target.lineno)
    owner[key] = value


def _assign_attribute(expressions: Evaluator, target: ast.Attribute, value: Any) -> None:
    owner = expressions.value(target.value)
    if isinstance(owner, Ref) and storing(owner, target.attr, value):
        raise CodeError(
            target.lineno, f"{owner.path}.{target.attr} = … is not followed. Leave it out, and write what it gives."
        )
    if storing(owner, target.attr, value):
        raise unfollowed(owner, f".{target.attr} = …", target.lineno)
    if isinstance(owner, Instance | Class):
        expressions.budget.spend(target.lineno)
        if isinstance(owner, Class):
            if target.attr in owner.functions:
                del owner.functions[target.attr]
            value = Unknown(target.lineno, f".{target.attr}") if isinstance(value, Function) else value
        owner.attributes[target.attr] = value
        return
    if isinstance(owner, Unknown):
        forget(expressions.kept, target.attr, value, target.lineno, expressions.budget)
    if isinstance(owner, Model) and target.attr in ("name", "_name") and isinstance(value, str):
        owner.name = value
    if isinstance(value, Model | LayerValue) or (isinstance(value, list | dict) and value):
        expressions.kept.names.add(target.attr)
