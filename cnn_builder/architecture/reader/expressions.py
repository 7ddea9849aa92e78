"""The value of an expression, as far as it is understood; Unknown where it is not. No code is executed."""

from __future__ import annotations

import ast
from collections.abc import Iterable, MutableMapping
from typing import Any, Protocol, get_args

from cnn_builder.architecture.keras_arguments import ALIASES
from cnn_builder.architecture.layers import LAYER_TYPES
from cnn_builder.architecture.optimizers import Optimizer
from cnn_builder.architecture.reader import array_calls, arrays, builtins, calls, networks, objects
from cnn_builder.architecture.reader.arithmetic import apply, charged
from cnn_builder.architecture.reader.builtins import BUILTINS
from cnn_builder.architecture.reader.changes import check_call, read_off
from cnn_builder.architecture.reader.scan import handed_on, may_change
from cnn_builder.architecture.reader.signatures import Names
from cnn_builder.architecture.reader.targets import assign
from cnn_builder.architecture.reader.values import (
    UNDERSTOOD,
    Array,
    AttributeNames,
    Budget,
    Builtin,
    Class,
    CodeError,
    Function,
    Instance,
    LayerValue,
    Method,
    Model,
    Noted,
    Parser,
    Part,
    Partial,
    Ref,
    Scope,
    Several,
    Super,
    Tensor,
    Unknown,
    has_gap,
    is_key,
    is_open,
    normal_path,
)
from cnn_builder.limits import MAX_ITEMS, MAX_VALUES

SEEDS = ("keras.utils.set_random_seed", "tensorflow.random.set_seed", "tensorflow.set_random_seed")
EVERY_LAYER = "*"
"""Stands among the names after ``from keras.layers import *``."""

USUAL = {
    "keras": "keras", "tf": "tensorflow", "layers": "keras.layers", "models": "keras.models",
    "regularizers": "keras.regularizers", "initializers": "keras.initializers", "activations": "keras.activations",
    "Sequential": "keras.Sequential", "Model": "keras.Model", "Input": "keras.Input",
    "InputLayer": "keras.layers.InputLayer", "l2": "keras.regularizers.l2",
    "np": "numpy", "datasets": "keras.datasets", "mnist": "keras.datasets.mnist",
    "fashion_mnist": "keras.datasets.fashion_mnist", "cifar10": "keras.datasets.cifar10",
    "cifar100": "keras.datasets.cifar100", "to_categorical": "keras.utils.to_categorical",
    "dataclass": "dataclasses.dataclass", "field": "dataclasses.field", "NamedTuple": "typing.NamedTuple",
    "namedtuple": "collections.namedtuple", "SimpleNamespace": "types.SimpleNamespace", "argparse": "argparse",
    "ABC": "abc.ABC", "object": "object", "vars": "vars",
    "train_test_split": "sklearn.model_selection.train_test_split",
    "optimizers": "keras.optimizers", "losses": "keras.losses", "callbacks": "keras.callbacks",
    "EarlyStopping": "keras.callbacks.EarlyStopping", "ReduceLROnPlateau": "keras.callbacks.ReduceLROnPlateau",
    **{name: f"keras.optimizers.{name}" for name in get_args(Optimizer)},
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
        self.kept: AttributeNames = around.kept if around else AttributeNames()
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
        if may_change(nodes, self.names, self.budget, self.kept):
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
        if isinstance(owner, Array) and node.attr not in (*arrays.METHODS, "resize"):
            return arrays.array_attribute(owner, node.attr, node.lineno)
        if isinstance(owner, Model):
            return calls.model_attribute(owner, node.attr, node.lineno)
        if isinstance(owner, LayerValue | Part):
            return read_off(owner, node.attr, node.lineno)
        if isinstance(owner, Class | Instance | Super):
            return objects.object_attribute(owner, node.attr, node.lineno, self._call_function, self.kept)
        if isinstance(owner, Array | Parser | list | dict | str) or (node.attr == "reshape" and _is_data(owner)):
            return Method(owner, node.attr)
        if node.attr in self.kept.names and isinstance(owner, Unknown):
            return Part(node.lineno, f".{node.attr}")
        told = isinstance(owner, Unknown) and node.attr == "shape"
        return Unknown(node.lineno, owner.what if told else f".{node.attr}")

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
        if isinstance(owner, Array):
            keys = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            return arrays.item(owner, [self._key(key) for key in keys], node.lineno)
        if not isinstance(owner, list | tuple | dict) or has_gap(owner):
            what = owner.what if type(owner) is Unknown else "an index"
            return self._unread([node.slice], node.lineno, what)
        if isinstance(node.slice, ast.Slice):
            key = self._key(node.slice)
            whole = all(part is None or isinstance(part, int) for part in (key.start, key.stop, key.step))
            key = key if whole and key.step != 0 else Unknown(node.lineno, "an index")
        else:
            key = self.value(node.slice)
        if isinstance(owner, dict) and not is_key(key):
            return Unknown(node.lineno, "an index")
        try:
            found = owner[key]
        except (LookupError, TypeError, ValueError):
            return Unknown(node.lineno, "an index")
        return charged(found, node.lineno, self.budget) if isinstance(key, slice) else found

    def _key(self, node: ast.expr) -> Any:
        if not isinstance(node, ast.Slice):
            return self.value(node)
        return slice(*(self.value(part) for part in (node.lower, node.upper, node.step)))

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
        called = self._super(node.func) or self.value(node.func)
        result = self._call(called, args, kwargs, node.lineno)
        on_data = isinstance(called, Method) and isinstance(called.owner, Array | Unknown)
        if isinstance(result, Unknown) and (on_data or not isinstance(called, Function | Method)):
            check_call(node, called, [*args, *kwargs.values()])
            self._check_handed([*args, *kwargs.values()], node.lineno)
        return self._counted(result, node.lineno)

    def _check_handed(self, values: list[Any], line: int) -> None:
        """Raise CodeError where a method is given away that may change what is followed when it is called."""
        for value in values:
            if isinstance(value, Function) and handed_on(value, self.budget, self.kept) and value.owner is not None:
                raise CodeError(
                    line, f"{value.node.name}, called by something else, makes changes that are not followed."
                )

    def _super(self, node: ast.expr) -> Any:
        """For ``super``: something that is called to give the bases of the class around; None for everything else."""
        if not isinstance(node, ast.Name) or node.id != "super" or not self.names.get("__class__"):
            return None
        return Partial(Builtin("super"), [Super(self.names["__self__"], self.names["__class__"])], {})

    def _counted(self, result: Any, line: int) -> Any:
        """A call's result, with the layers it holds taken from the budget, and known as an object if it is one."""
        if isinstance(result, Instance) and not any(result is known for known in self.kept.objects[-1:]):
            self.kept.objects.append(result)
        if isinstance(result, Tensor | Model):
            self.budget.spend(line, len(result.layers))
        return result

    def _call(self, called: Any, args: list[Any], kwargs: Names, line: int) -> Any:
        match called:
            case Partial():
                return self._call(called.called, [*called.args, *args], {**called.kwargs, **kwargs}, line)
            case Ref():
                if array_calls.loaded(called.path) or called.path in SEEDS:
                    self.kept.noted.append(Noted(called.path, args, kwargs, line))
                return calls.call_ref(called, *self._as_parts(called, args, kwargs, line), line)
            case Function():
                return self._call_function(called, args, kwargs, line)
            case Builtin(name="super"):
                return args[0]
            case Builtin():
                return charged(builtins.call_builtin(called.name, args, kwargs, line), line, self.budget)
            case Method():
                return calls.call_model_method(called, *self._as_parts(called, args, kwargs, line), line, self.budget)
            case Class():
                return objects.make(called, args, kwargs, line, self._call_function, self.kept)
            case Instance() if objects.is_network(called):
                return networks.call_network(
                    called, args or [*kwargs.values()][:1], line, self._call_function, self.kept
                )
            case Instance() if isinstance(found := objects.find(called, "__call__"), Function):
                return self._call_function(found, args, kwargs, line)
        given = args or list(kwargs.values())[:1]
        result = calls.call_value(called, given, line)
        if isinstance(result, Tensor) and self.kept.training is not None:
            self.kept.applied.extend(result.layers[len(given[0].layers) :])
        return result

    def _as_parts(self, called: Ref | Method, args: list[Any], kwargs: Names, line: int) -> tuple[list[Any], Names]:
        """The arguments of what takes layers, with the objects of the code's own classes of layers as their layers."""
        if calls.takes_layers(called):
            args = [self._as_part(value, line) for value in args]
            kwargs = {key: self._as_part(value, line) for key, value in kwargs.items()}
        return args, kwargs

    def _as_part(self, value: Any, line: int) -> Any:
        if isinstance(value, list | tuple) and any(map(objects.is_network, value)):
            return [self._as_part(part, line) if objects.is_network(part) else part for part in value]
        return networks.as_part(value, line, self._call_function, self.kept) if objects.is_network(value) else value


def _is_data(value: Any) -> bool:
    """Whether a value that is not followed may be data: no part of a model, and no layer that is refused."""
    return type(value) is Unknown and value.error is None


def _several(value: Any, node: ast.Starred) -> Several:
    return Several(node.lineno, "a * argument", value.error if isinstance(value, Unknown) else None)
