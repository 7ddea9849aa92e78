"""What stands left of an =: names, tuples, items and attributes. A store that is not followed is an error."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from cnn_builder.architecture.reader import containers
from cnn_builder.architecture.reader.arithmetic import apply
from cnn_builder.architecture.reader.changes import follows, storing, unfollowed
from cnn_builder.architecture.reader.values import CodeError, LayerValue, Model, Ref, Unknown, has_gap, is_key

if TYPE_CHECKING:
    from cnn_builder.architecture.reader.expressions import Expressions


def assign(expressions: Expressions, target: ast.expr, value: Any) -> None:
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


def augment(expressions: Expressions, node: ast.AugAssign) -> None:
    """``target += value`` and the like; a list or dictionary changes in place. Raises CodeError."""
    if isinstance(node.target, ast.Attribute):
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


def delete(expressions: Expressions, target: ast.expr) -> None:
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


def _assign_item(expressions: Expressions, target: ast.Subscript, value: Any) -> None:
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


def _assign_attribute(expressions: Expressions, target: ast.Attribute, value: Any) -> None:
    owner = expressions.value(target.value)
    if isinstance(owner, Ref) and storing(owner, target.attr, value):
        raise CodeError(target.lineno, f"{owner.path}.{target.attr} = … changes Keras itself, which is not followed.")
    if storing(owner, target.attr, value):
        raise unfollowed(owner, f".{target.attr} = …", target.lineno)
    if isinstance(owner, Model) and target.attr in ("name", "_name") and isinstance(value, str):
        owner.name = value
    if isinstance(value, Model | LayerValue) or (isinstance(value, list | dict) and value):
        expressions.kept.add(target.attr)
