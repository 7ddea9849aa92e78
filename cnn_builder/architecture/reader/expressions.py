"""The value of an expression, as far as it is understood; Unknown where it is not. No code is executed."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any, Protocol

from cnn_builder.architecture.reader import calls
from cnn_builder.architecture.reader.values import (
    CodeError,
    Function,
    LayerValue,
    Method,
    Model,
    Ref,
    Tensor,
    Unknown,
    normal_path,
)

Names = dict[str, Any]
EVERY_LAYER = "*"
"""Stands among the names after ``from keras.layers import *``."""
LARGEST = 10**12
MAX_TEXT = 10_000

_OPERATORS: dict[type[ast.operator | ast.unaryop | ast.cmpop], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.USub: operator.neg, ast.UAdd: operator.pos,
    ast.Not: operator.not_, ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Pow: operator.pow,
}  # fmt: skip
_OPAQUE = (Unknown, Ref, Model, Tensor, LayerValue, Function, Method)


class Caller(Protocol):
    """Walks a function of the pasted code."""

    def __call__(self, function: Function, args: list[Any], kwargs: Names, line: int) -> Any: ...


class Expressions:
    """Evaluates expressions over ``names``; ``call_function`` walks the code's own functions."""

    def __init__(self, names: Names, call_function: Caller) -> None:
        self.names, self._call_function = names, call_function

    def value(self, node: ast.expr | None) -> Any:
        """The value of ``node``, or Unknown. Raises CodeError where a layer is made of what is not understood."""
        method = getattr(self, f"_{type(node).__name__}", None)
        if node is None:
            return None
        return method(node) if method else Unknown(node.lineno, f"a {type(node).__name__}")

    def _Constant(self, node: ast.Constant) -> Any:
        return node.value

    def _Name(self, node: ast.Name) -> Any:
        if node.id in self.names:
            return self.names[node.id]
        if EVERY_LAYER in self.names and node.id[0].isupper():
            return Ref(f"keras.layers.{node.id}")
        return Unknown(node.lineno, f"{node.id!r}")

    def _Attribute(self, node: ast.Attribute) -> Any:
        owner = self.value(node.value)
        if isinstance(owner, Ref):
            return Ref(normal_path(f"{owner.path}.{node.attr}"))
        if isinstance(owner, Model | list):
            return Method(owner, node.attr)
        return Unknown(node.lineno, f".{node.attr}")

    def _items(self, nodes: list[ast.expr]) -> list[Any]:
        found: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                inner = self.value(node.value)
                found.extend(inner if isinstance(inner, list | tuple) else [Unknown(node.lineno, "a * argument")])
            else:
                found.append(self.value(node))
        return found

    def _List(self, node: ast.List) -> list[Any]:
        return self._items(node.elts)

    def _Tuple(self, node: ast.Tuple) -> tuple[Any, ...]:
        return tuple(self._items(node.elts))

    def _Dict(self, node: ast.Dict) -> Any:
        keys = [self.value(key) for key in node.keys]
        if not all(isinstance(key, str | int) for key in keys):
            return Unknown(node.lineno, "a dictionary")
        return dict(zip(keys, (self.value(value) for value in node.values), strict=True))

    def _apply(self, op: ast.AST, line: int, *operands: Any) -> Any:
        function = _OPERATORS.get(type(op))  # type: ignore[arg-type]
        if function is None or any(isinstance(value, _OPAQUE) for value in operands):
            return next((value for value in operands if isinstance(value, Unknown)), Unknown(line, "arithmetic"))
        if not all(_small(value) for value in operands) or (isinstance(op, ast.Pow) and not _small_power(*operands)):
            return Unknown(line, "arithmetic on very large values")
        if isinstance(op, ast.Mult) and not all(isinstance(value, int | float) for value in operands):
            count = next((value for value in operands if isinstance(value, int)), 0)
            if count > calls.MAX_RANGE:
                return Unknown(line, "a very long list")
        try:
            return function(*operands)
        except (TypeError, ValueError, ArithmeticError):
            return Unknown(line, "arithmetic")

    def _BinOp(self, node: ast.BinOp) -> Any:
        return self._apply(node.op, node.lineno, self.value(node.left), self.value(node.right))

    def _UnaryOp(self, node: ast.UnaryOp) -> Any:
        return self._apply(node.op, node.lineno, self.value(node.operand))

    def _Compare(self, node: ast.Compare) -> Any:
        if len(node.ops) != 1:
            return Unknown(node.lineno, "a comparison")
        return self._apply(node.ops[0], node.lineno, self.value(node.left), self.value(node.comparators[0]))

    def _IfExp(self, node: ast.IfExp) -> Any:
        test = self.value(node.test)
        if isinstance(test, _OPAQUE):
            return Unknown(node.lineno, "a condition")
        return self.value(node.body if test else node.orelse)

    def _Subscript(self, node: ast.Subscript) -> Any:
        owner, key = self.value(node.value), self.value(node.slice)
        try:
            return owner[key] if isinstance(owner, list | tuple | dict) else Unknown(node.lineno, "an index")
        except (LookupError, TypeError):
            return Unknown(node.lineno, "an index")

    def _ListComp(self, node: ast.ListComp) -> Any:
        generator = node.generators[0]
        values = self.value(generator.iter)
        if len(node.generators) != 1 or generator.ifs or not isinstance(values, list | tuple):
            return Unknown(node.lineno, "a list comprehension")
        kept, found = dict(self.names), []
        for value in values:
            self.assign(generator.target, value)
            found.append(self.value(node.elt))
        self.names.clear()
        self.names.update(kept)
        return found

    _GeneratorExp = _ListComp

    def assign(self, target: ast.expr, value: Any) -> None:
        """``target = value``, with tuples taken apart."""
        if isinstance(target, ast.Name):
            self.names[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            fits = isinstance(value, list | tuple) and len(value) == len(target.elts)
            values = value if fits else [Unknown(target.lineno, "a value taken apart")] * len(target.elts)
            for part, one in zip(target.elts, values, strict=True):
                self.assign(part, one)

    def _Call(self, node: ast.Call) -> Any:
        args = self._items(node.args)
        kwargs: Names = {}
        for keyword in node.keywords:
            given = self.value(keyword.value)
            if keyword.arg is not None:
                kwargs[keyword.arg] = given
            elif isinstance(given, dict):
                kwargs.update(given)
            else:
                kwargs["**"] = Unknown(node.lineno, "a ** argument")
        if isinstance(node.func, ast.Name) and node.func.id not in self.names and node.func.id[0].islower():
            return calls.call_builtin(node.func.id, args, kwargs, node.lineno)
        called = self.value(node.func)
        if isinstance(called, Ref):
            return calls.call_ref(called, args, kwargs, node.lineno)
        if isinstance(called, Function):
            return self._call_function(called, args, kwargs, node.lineno)
        if isinstance(called, Method):
            if called.name == "add" and not args and not kwargs:
                raise CodeError(node.lineno, ".add needs a layer.")
            return calls.call_method(called, args, kwargs, node.lineno)
        return calls.call_value(called, args, node.lineno)


def _small(value: Any) -> bool:
    if isinstance(value, int | float):
        return abs(value) <= LARGEST
    return not isinstance(value, str | list | tuple) or len(value) <= MAX_TEXT


def _small_power(base: Any, exponent: Any) -> bool:
    return isinstance(exponent, int | float) and abs(exponent) <= 64 and _small(base)
