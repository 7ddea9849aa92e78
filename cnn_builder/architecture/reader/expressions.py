"""The value of an expression, as far as it is understood; Unknown where it is not. No code is executed."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any, Protocol

from cnn_builder.architecture.keras_arguments import ALIASES
from cnn_builder.architecture.layers import LAYER_TYPES
from cnn_builder.architecture.reader import builtins, calls
from cnn_builder.architecture.reader.builtins import BUILTINS, MAX_ITEMS
from cnn_builder.architecture.reader.values import (
    MAX_VALUES,
    OPAQUE,
    Builtin,
    Class,
    CodeError,
    Function,
    Method,
    Model,
    Partial,
    Ref,
    Unknown,
    normal_path,
)

Names = dict[str, Any]
EVERY_LAYER = "*"
"""Stands among the names after ``from keras.layers import *``."""
LARGEST = 10**12

USUAL = {
    "keras": "keras", "tf": "tensorflow", "layers": "keras.layers", "models": "keras.models",
    "regularizers": "keras.regularizers", "initializers": "keras.initializers", "activations": "keras.activations",
    "Sequential": "keras.Sequential", "Model": "keras.Model", "Input": "keras.Input",
    "InputLayer": "keras.layers.InputLayer", "l2": "keras.regularizers.l2",
}  # fmt: skip
"""What these names mean where a pasted piece leaves its imports out."""

_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.USub: operator.neg, ast.UAdd: operator.pos,
    ast.Not: operator.not_, ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Pow: operator.pow, ast.Is: operator.is_, ast.IsNot: operator.is_not,
    ast.In: lambda one, many: one in many, ast.NotIn: lambda one, many: one not in many,
}  # fmt: skip


class Caller(Protocol):
    """Walks a function of the pasted code."""

    def __call__(self, function: Function, args: list[Any], kwargs: Names, line: int) -> Any: ...


class Budget:
    """Counts what is looked at, over the whole code."""

    def __init__(self, most: int, what: str) -> None:
        self._left, self._most, self._what = most, most, what

    def spend(self, line: int) -> None:
        """One more. Raises CodeError when it is one too many."""
        self._left -= 1
        if self._left < 0:
            raise CodeError(
                line, f"the code takes more than {self._most:,} {self._what} to read. Paste only the model."
            )


class Expressions:
    """Evaluates expressions over ``names``; ``call_function`` walks the code's own functions."""

    def __init__(self, names: Names, call_function: Caller, budget: Budget | None = None) -> None:
        self.names, self._call_function = names, call_function
        self.budget = budget or Budget(MAX_VALUES, "expressions")

    def within(self, names: Names) -> Expressions:
        """The same over other names."""
        return Expressions(names, self._call_function, self.budget)

    def value(self, node: ast.expr | None) -> Any:
        """The value of ``node``, or Unknown. Raises CodeError where a layer is made of what is not understood."""
        if node is None:
            return None
        self.budget.spend(node.lineno)
        method = getattr(self, f"_{type(node).__name__}", None)
        return method(node) if method else Unknown(node.lineno, f"a {type(node).__name__}")

    def _Constant(self, node: ast.Constant) -> Any:
        return node.value

    def _Name(self, node: ast.Name) -> Any:
        if node.id in self.names:
            return self.names[node.id]
        if EVERY_LAYER in self.names and node.id[0].isupper():
            return Ref(f"keras.layers.{node.id}")
        if node.id in BUILTINS:
            return Builtin(node.id)
        if node.id in USUAL:
            return Ref(USUAL[node.id])
        if node.id in LAYER_TYPES or node.id in ALIASES:
            return Ref(f"keras.layers.{node.id}")
        return Unknown(node.lineno, f"{node.id!r}")

    def _Attribute(self, node: ast.Attribute) -> Any:
        owner = self.value(node.value)
        if isinstance(owner, Ref):
            return Ref(normal_path(f"{owner.path}.{node.attr}"))
        if isinstance(owner, Model):
            return calls.model_attribute(owner, node.attr)
        if isinstance(owner, Class) and node.attr in owner.functions:
            return owner.functions[node.attr]
        if isinstance(owner, list | dict | str):
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
            if len(found) > MAX_ITEMS:
                raise CodeError(node.lineno, f"a list grows beyond {MAX_ITEMS:,} items.")
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

    def _JoinedStr(self, node: ast.JoinedStr) -> Any:
        text = ""
        for part in node.values:
            formatted = isinstance(part, ast.FormattedValue)
            value = self.value(part.value if isinstance(part, ast.FormattedValue) else part)
            plain = isinstance(value, str | int | float) and len(text) < MAX_ITEMS
            if not plain or (isinstance(part, ast.FormattedValue) and (part.format_spec or part.conversion != -1)):
                return Unknown(node.lineno, "an f-string")
            text += str(value) if formatted else value
        return text

    def _apply(self, op: ast.AST, line: int, *operands: Any) -> Any:
        function = _OPERATORS.get(type(op))
        if isinstance(op, ast.Is | ast.IsNot) and None in operands and not isinstance(operands[0], Unknown):
            return operands[0] is operands[1] if isinstance(op, ast.Is) else operands[0] is not operands[1]
        if function is None or any(isinstance(value, OPAQUE) for value in operands):
            return next((value for value in operands if isinstance(value, Unknown)), Unknown(line, "arithmetic"))
        if not _stays_small(op, operands):
            return Unknown(line, "arithmetic on very large values")
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

    def _BoolOp(self, node: ast.BoolOp) -> Any:
        stops_at = isinstance(node.op, ast.Or)
        result: Any = None
        for part in node.values:
            result = self.value(part)
            if isinstance(result, Unknown | Ref):
                return Unknown(node.lineno, "a condition")
            if bool(result) == stops_at:
                break
        return result

    def _IfExp(self, node: ast.IfExp) -> Any:
        test = self.value(node.test)
        if isinstance(test, Unknown | Ref):
            return Unknown(node.lineno, "a condition")
        return self.value(node.body if test else node.orelse)

    def _Subscript(self, node: ast.Subscript) -> Any:
        owner = self.value(node.value)
        if not isinstance(owner, list | tuple | dict):
            return Unknown(node.lineno, "an index")
        if isinstance(node.slice, ast.Slice):
            parts = [self.value(part) for part in (node.slice.lower, node.slice.upper, node.slice.step)]
            whole = all(part is None or isinstance(part, int) for part in parts)
            key: Any = slice(*parts) if whole and parts[2] != 0 else Unknown(node.lineno, "an index")
        else:
            key = self.value(node.slice)
        try:
            return owner[key]
        except (LookupError, TypeError):
            return Unknown(node.lineno, "an index")

    def _ListComp(self, node: ast.ListComp) -> Any:
        generator = node.generators[0]
        values = self.value(generator.iter)
        if len(node.generators) != 1 or not isinstance(values, list | tuple):
            return Unknown(node.lineno, "a list comprehension")
        inner, found = self.within(dict(self.names)), []
        for value in values:
            inner.assign(generator.target, value)
            tests = [inner.value(test) for test in generator.ifs]
            if any(isinstance(test, Unknown | Ref) for test in tests):
                return Unknown(node.lineno, "a list comprehension with a condition")
            if all(tests):
                found.append(inner.value(node.elt))
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
        elif isinstance(target, ast.Subscript):
            self._assign_item(target, value)

    def _assign_item(self, target: ast.Subscript, value: Any) -> None:
        owner, key = self.value(target.value), self.value(target.slice)
        known = (isinstance(owner, dict) and isinstance(key, str | int)) or (
            isinstance(owner, list) and isinstance(key, int) and -len(owner) <= key < len(owner)
        )
        if known:
            owner[key] = value

    def _Call(self, node: ast.Call) -> Any:
        args = self._items(node.args)
        kwargs: Names = {}
        for keyword in node.keywords:
            given = self.value(keyword.value)
            if keyword.arg is not None:
                kwargs[keyword.arg] = given
            elif isinstance(given, dict):
                kwargs.update({str(key): value for key, value in given.items()})
            else:
                kwargs["**"] = Unknown(node.lineno, "a ** argument")
        return self._call(self.value(node.func), args, kwargs, node.lineno)

    def _call(self, called: Any, args: list[Any], kwargs: Names, line: int) -> Any:
        match called:
            case Partial():
                return self._call(called.called, [*called.args, *args], {**called.kwargs, **kwargs}, line)
            case Ref():
                return calls.call_ref(called, args, kwargs, line)
            case Function():
                return self._call_function(called, args, kwargs, line)
            case Builtin():
                return builtins.call_builtin(called.name, args, kwargs, line)
            case Method():
                return calls.call_method(called, args, kwargs, line)
            case Class():
                return Unknown(line, f"an instance of the class {called.name}")
        return calls.call_value(called, args or list(kwargs.values())[:1], line)


def _stays_small(op: ast.AST, operands: tuple[Any, ...]) -> bool:
    """Whether an operation on these can be carried out without a result of any size worth a thought."""
    if not all(_small(value) for value in operands):
        return False
    if isinstance(op, ast.Pow):
        base, exponent = operands
        return isinstance(exponent, int | float) and abs(exponent) <= 64 and isinstance(base, int | float)
    if isinstance(op, ast.Mod):
        return all(isinstance(value, int | float) for value in operands)  # "%999999999d" % 1 is text of 1 GB
    if isinstance(op, ast.Mult):
        sizes = [len(value) for value in operands if isinstance(value, str | list | tuple)]
        counts = [value for value in operands if isinstance(value, int)]
        return not sizes or not counts or sizes[0] * max(counts) <= MAX_ITEMS
    return True


def _small(value: Any) -> bool:
    if isinstance(value, int | float):
        return abs(value) <= LARGEST
    return not isinstance(value, str | bytes | list | tuple) or len(value) <= MAX_ITEMS
