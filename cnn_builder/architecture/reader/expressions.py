"""The value of an expression, as far as it is understood; Unknown where it is not. No code is executed."""

from __future__ import annotations

import ast
from collections.abc import Iterable, MutableMapping
from typing import Any, Protocol

from cnn_builder.architecture.keras_arguments import ALIASES
from cnn_builder.architecture.layers import LAYER_TYPES
from cnn_builder.architecture.reader import builtins, calls
from cnn_builder.architecture.reader.arithmetic import apply, charged
from cnn_builder.architecture.reader.builtins import BUILTINS, MAX_ITEMS
from cnn_builder.architecture.reader.changes import check_call, read_off
from cnn_builder.architecture.reader.scan import changes
from cnn_builder.architecture.reader.targets import assign
from cnn_builder.architecture.reader.values import (
    MAX_VALUES,
    UNDERSTOOD,
    Budget,
    Builtin,
    Class,
    CodeError,
    Function,
    LayerValue,
    Method,
    Model,
    Part,
    Partial,
    Ref,
    Scope,
    Several,
    Tensor,
    Unknown,
    has_gap,
    is_key,
    is_open,
    normal_path,
)

Names = dict[str, Any]
EVERY_LAYER = "*"
"""Stands among the names after ``from keras.layers import *``."""

USUAL = {
    "keras": "keras", "tf": "tensorflow", "layers": "keras.layers", "models": "keras.models",
    "regularizers": "keras.regularizers", "initializers": "keras.initializers", "activations": "keras.activations",
    "Sequential": "keras.Sequential", "Model": "keras.Model", "Input": "keras.Input",
    "InputLayer": "keras.layers.InputLayer", "l2": "keras.regularizers.l2",
}  # fmt: skip
"""What these names mean where a pasted piece leaves its imports out."""


class Caller(Protocol):
    """Walks a function of the pasted code."""

    def __call__(self, function: Function, args: list[Any], kwargs: Names, line: int) -> Any: ...


class Expressions:
    """Evaluates expressions over ``names``; ``call_function`` walks the code's own functions."""

    def __init__(self, names: Scope, call_function: Caller, around: Expressions | None = None) -> None:
        self.names, self._call_function = names, call_function
        self.homes: dict[str, MutableMapping[str, Any]] = {}
        """Where names live that ``global`` or ``nonlocal`` puts elsewhere."""
        self.budget: Budget = around.budget if around else Budget(MAX_VALUES, "values")
        self.kept: set[str] = around.kept if around else set()
        """Attributes of values that are not followed, under which something followed was put away."""
        self._outer: Expressions | None = None

    def within(self, names: Scope) -> Expressions:
        """The same over other names."""
        return Expressions(names, self._call_function, self)

    def _comprehended(self) -> Expressions:
        """The same inside a comprehension."""
        inner = self.within(self.names.new_child())
        inner.homes, inner._outer = self.homes, self
        return inner

    def bind(self, name: str, value: Any) -> None:
        """``name = value``."""
        self.homes.get(name, self.names)[name] = value

    def forget(self, name: str) -> None:
        """``del name``."""
        home = self.homes.get(name, self.names.maps[0])
        if name in home:
            del home[name]

    def value(self, node: ast.expr | None) -> Any:
        """The value of ``node``, or Unknown. Raises CodeError where a layer is made of what is not understood."""
        if node is None:
            return None
        self.budget.spend(node.lineno)
        method = getattr(self, f"_{type(node).__name__}", None)
        return method(node) if method else self._unread([node], node.lineno, f"a {type(node).__name__}")

    def _unread(self, nodes: Iterable[ast.AST], line: int, what: str) -> Unknown:
        """For what is not evaluated: an error where that would leave a change of a network out."""
        if changes(nodes, self.names, self.budget, self.kept):
            raise CodeError(line, f"{what} cannot be read. What is understood: {UNDERSTOOD}.")
        return Unknown(line, what)

    def _Constant(self, node: ast.Constant) -> Any:
        return node.value

    def _Name(self, node: ast.Name) -> Any:
        names = self.homes.get(node.id, self.names)
        if node.id in names:
            return names[node.id]
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
            return calls.model_attribute(owner, node.attr, node.lineno)
        if isinstance(owner, LayerValue | Part):
            return read_off(owner, node.attr, node.lineno)
        if isinstance(owner, Class) and node.attr in owner.functions:
            return owner.functions[node.attr]
        if isinstance(owner, list | dict | str):
            return Method(owner, node.attr)
        if node.attr in self.kept and isinstance(owner, Unknown | Class):
            return Part(node.lineno, f".{node.attr}")
        return Unknown(node.lineno, f".{node.attr}")

    def _items(self, nodes: list[ast.expr]) -> list[Any]:
        found: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                inner = self.value(node.value)
                known = isinstance(inner, list | tuple)
                found.extend(charged(inner, node.lineno, self.budget) if known else [_several(inner, node)])
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
        made: dict[Any, Any] = {}
        pairs = [
            (key is None, self.value(key), self.value(value)) for key, value in zip(node.keys, node.values, strict=True)
        ]
        for merged, key, value in pairs:
            if merged and isinstance(value, dict):
                made.update(charged(value, node.lineno, self.budget))
            elif not merged and is_key(key):
                made[key] = value
            else:
                return Unknown(node.lineno, "a dictionary")
        return made

    def _JoinedStr(self, node: ast.JoinedStr) -> Any:
        text = ""
        values = [self.value(part.value if isinstance(part, ast.FormattedValue) else part) for part in node.values]
        for part, value in zip(node.values, values, strict=True):
            formatted = isinstance(part, ast.FormattedValue)
            plain = isinstance(value, str | int | float) and len(text) < MAX_ITEMS
            if not plain or (isinstance(part, ast.FormattedValue) and (part.format_spec or part.conversion != -1)):
                return Unknown(node.lineno, "an f-string")
            text += str(value) if formatted else value
        return charged(text, node.lineno, self.budget)

    def _BinOp(self, node: ast.BinOp) -> Any:
        return apply(node.op, node.lineno, (self.value(node.left), self.value(node.right)), self.budget)

    def _UnaryOp(self, node: ast.UnaryOp) -> Any:
        operand = self.value(node.operand)
        if isinstance(node.op, ast.Not) and is_open(operand):
            return operand if isinstance(operand, Unknown) else Unknown(node.lineno, "a condition")
        return apply(node.op, node.lineno, (operand,), self.budget)

    def _Compare(self, node: ast.Compare) -> Any:
        if len(node.ops) != 1:
            return self._unread([node], node.lineno, "a comparison")
        operands = self.value(node.left), self.value(node.comparators[0])
        return apply(node.ops[0], node.lineno, operands, self.budget)

    def _BoolOp(self, node: ast.BoolOp) -> Any:
        stops_at = isinstance(node.op, ast.Or)
        result: Any = None
        for place, part in enumerate(node.values):
            result = self.value(part)
            if is_open(result):
                return self._unread(node.values[place + 1 :], node.lineno, "a condition")
            if bool(result) == stops_at:
                break
        return result

    def _IfExp(self, node: ast.IfExp) -> Any:
        test = self.value(node.test)
        if is_open(test):
            return self._unread([node.body, node.orelse], node.lineno, "a condition")
        return self.value(node.body if test else node.orelse)

    def _Subscript(self, node: ast.Subscript) -> Any:
        owner = self.value(node.value)
        if isinstance(owner, Part):
            return Part(node.lineno, owner.what)
        if not isinstance(owner, list | tuple | dict) or has_gap(owner):
            return self._unread([node.slice], node.lineno, "an index")
        if isinstance(node.slice, ast.Slice):
            parts = [self.value(part) for part in (node.slice.lower, node.slice.upper, node.slice.step)]
            whole = all(part is None or isinstance(part, int) for part in parts)
            key: Any = slice(*parts) if whole and parts[2] != 0 else Unknown(node.lineno, "an index")
        else:
            key = self.value(node.slice)
        if isinstance(owner, dict) and not is_key(key):
            return Unknown(node.lineno, "an index")
        try:
            found = owner[key]
        except (LookupError, TypeError, ValueError):
            return Unknown(node.lineno, "an index")
        return charged(found, node.lineno, self.budget) if isinstance(key, slice) else found

    def _ListComp(self, node: ast.ListComp | ast.GeneratorExp) -> Any:
        generator = node.generators[0]
        values = self.value(generator.iter)
        if len(node.generators) != 1 or not isinstance(values, list | tuple) or has_gap(values):
            return self._unread([node], node.lineno, "a list comprehension")
        inner, found = self._comprehended(), []
        for value in list(values):
            assign(inner, generator.target, value)
            tests = [inner.value(test) for test in generator.ifs]
            if any(map(is_open, tests)):
                return self._unread([node], node.lineno, "a list comprehension with a condition")
            if all(tests):
                found.append(inner.value(node.elt))
        return found

    _GeneratorExp = _ListComp

    def _NamedExpr(self, node: ast.NamedExpr) -> Any:
        value, home = self.value(node.value), self
        while home._outer is not None:
            home = home._outer
        home.bind(node.target.id, value)
        return value

    def _Call(self, node: ast.Call) -> Any:
        args = self._items(node.args)
        kwargs: Names = {}
        for keyword in node.keywords:
            given = self.value(keyword.value)
            if keyword.arg is not None:
                kwargs[keyword.arg] = given
            elif isinstance(given, dict):
                kwargs.update({str(key): value for key, value in charged(given, node.lineno, self.budget).items()})
            else:
                kwargs["**"] = Unknown(node.lineno, "a ** argument")
        called = self.value(node.func)
        result = self._call(called, args, kwargs, node.lineno)
        if isinstance(result, Unknown) and not isinstance(called, Function | Method):
            check_call(node, called, [*args, *kwargs.values()])
        return self._counted(result, node.lineno)

    def _counted(self, result: Any, line: int) -> Any:
        """A call's result, with the layers it holds taken from the budget."""
        if isinstance(result, Tensor | Model):
            self.budget.spend(line, len(result.layers))
        return result

    def _call(self, called: Any, args: list[Any], kwargs: Names, line: int) -> Any:
        match called:
            case Partial():
                return self._call(called.called, [*called.args, *args], {**called.kwargs, **kwargs}, line)
            case Ref():
                return calls.call_ref(called, args, kwargs, line)
            case Function():
                return self._call_function(called, args, kwargs, line)
            case Builtin():
                return charged(builtins.call_builtin(called.name, args, kwargs, line), line, self.budget)
            case Method():
                return calls.call_method(called, args, kwargs, line, self.budget)
            case Class():
                return Unknown(line, f"an instance of the class {called.name}")
        return calls.call_value(called, args or list(kwargs.values())[:1], line)


def _several(value: Any, node: ast.Starred) -> Several:
    return Several(node.lineno, "a * argument", value.error if isinstance(value, Unknown) else None)
