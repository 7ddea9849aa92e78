"""Looks through code that is not walked, such as a branch on data, for whatever may change a network."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from cnn_builder.architecture.keras_arguments import ALIASES
from cnn_builder.architecture.layers import LAYER_TYPES
from cnn_builder.architecture.reader.changes import (
    MODEL_CHANGES,
    SETTERS,
    changing,
    follows,
    forget,
    is_set,
    read_off,
    storing,
)
from cnn_builder.architecture.reader.objects import find
from cnn_builder.architecture.reader.values import (
    Array,
    AttributeNames,
    Budget,
    Class,
    Function,
    Instance,
    LayerValue,
    Method,
    Model,
    Parser,
    Part,
    Partial,
    Ref,
    Scope,
    Several,
    Unknown,
    normal_path,
)


def may_change(nodes: Iterable[ast.AST], names: Scope, budget: Budget, kept: AttributeNames) -> bool:
    """Whether running ``nodes`` may change a model, layer, list or dictionary that is followed."""
    scan = _Scan(names.new_child(), budget, kept)
    return any(scan.changes(node) for node in nodes)


def aliases(node: ast.AST, names: Scope) -> bool:
    """Whether an expression may be, or hold, something that is followed. What a call gives is taken for new."""
    if isinstance(node, ast.Name):
        return follows(names.get(node.id))
    if isinstance(node, ast.Call | ast.Lambda | ast.Attribute | ast.Compare):
        return False
    return any(aliases(inner, names) for inner in ast.iter_child_nodes(node))


class _Scan:
    """Follows in the order of the code which names still stand for followed values."""

    def __init__(self, names: Scope, budget: Budget, kept: AttributeNames, inside: tuple[Function, ...] = ()) -> None:
        self._names, self._budget, self._kept, self._inside = names, budget, kept, inside

    def _within(self, names: Scope, *entered: Function) -> _Scan:
        """The same over other names."""
        return _Scan(names, self._budget, self._kept, (*self._inside, *entered))

    def changes(self, node: ast.AST) -> bool:
        """Whether this node may change a followed value."""
        self._budget.spend(getattr(node, "lineno", 1))
        method = getattr(self, f"_{type(node).__name__}", None)
        return method(node) if method else any(self._field(value) for _, value in ast.iter_fields(node))

    def _field(self, value: Any) -> bool:
        if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
            return self._block(value)
        nodes = value if isinstance(value, list) else [value]
        return self._any(node for node in nodes if isinstance(node, ast.AST))

    def _block(self, body: list[ast.stmt]) -> bool:
        """A body that may not run: what a name may still stand for, or may have come to stand for, stays."""
        inner = self._within(self._names.new_child())
        found = inner._any(body)
        for name, value in inner._names.maps[0].items():
            if value is not None or self._names.get(name) is None:
                self._names[name] = value
        return found

    def _any(self, nodes: Iterable[ast.AST | None]) -> bool:
        return any(self.changes(node) for node in nodes if node is not None)

    def _Assign(self, node: ast.Assign) -> bool:
        found = self.changes(node.value)
        value = self._constant_or(node.value)
        return any(self._stores(target, value) for target in node.targets) or found

    def _AnnAssign(self, node: ast.AnnAssign) -> bool:
        if node.value is None:
            return False
        return self.changes(node.value) | self._stores(node.target, self._constant_or(node.value))

    def _NamedExpr(self, node: ast.NamedExpr) -> bool:
        return self.changes(node.value) | self._stores(node.target, self._value(node.value))

    def _AugAssign(self, node: ast.AugAssign) -> bool:
        named = isinstance(node.target, ast.Name | ast.Attribute)
        grows = named and isinstance(self._value(node.target), list | dict)
        return self.changes(node.value) | self._stores(node.target, None) | grows

    def _For(self, node: ast.For | ast.AsyncFor) -> bool:
        found = self.changes(node.iter) | self._stores(node.target, self._inner(self._value(node.iter)))
        return self._block([*node.body, *node.orelse]) or found

    _AsyncFor = _For

    def _comprehension(self, node: ast.comprehension) -> bool:
        found = self.changes(node.iter) | self._stores(node.target, self._inner(self._value(node.iter)))
        return self._any(node.ifs) or found

    def _ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> bool:
        inner = self._within(self._names.new_child())
        return inner._any([*node.generators, node.elt])

    _SetComp = _GeneratorExp = _ListComp

    def _DictComp(self, node: ast.DictComp) -> bool:
        inner = self._within(self._names.new_child())
        return inner._any([*node.generators, node.key, node.value])

    def _withitem(self, node: ast.withitem) -> bool:
        found = self.changes(node.context_expr)
        return (node.optional_vars is not None and self._stores(node.optional_vars, None)) or found

    def _Delete(self, node: ast.Delete) -> bool:
        return any(self._stores(target, None) for target in node.targets)

    def _FunctionDef(self, node: ast.FunctionDef) -> bool:
        self._names[node.name] = Function(node, self._names)
        return False

    def _ClassDef(self, node: ast.ClassDef) -> bool:
        return self._any(part for part in node.body if not isinstance(part, ast.FunctionDef))

    def _Lambda(self, node: ast.Lambda) -> bool:
        arguments = node.args
        names = [arg.arg for arg in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
        inner = self._within(self._names.new_child(dict.fromkeys(names)))
        return inner.changes(node.body)

    def _Call(self, node: ast.Call) -> bool:
        found = self._any([node.func, *node.args, *(keyword.value for keyword in node.keywords)])
        return self._call_changes(node) or found

    def _call_changes(self, node: ast.Call) -> bool:
        called = self._value(node.func)
        while isinstance(called, Partial):
            called = called.called
        if isinstance(called, Method) and isinstance(called.owner, list) and _of_object(node.func):
            # The list of an object, such as a trainer's losses: its items are not known any more.
            called.owner[:] = [Several(node.lineno, f"a list that .{called.name} changes here")]
            return False
        given = [self._value(arg) for arg in (*node.args, *(keyword.value for keyword in node.keywords))]
        if any(isinstance(value, Method) and changing(value.owner, value.name) for value in (called, *given)):
            return True
        if isinstance(node.func, ast.Name) and node.func.id in SETTERS and any(map(is_set, given[:1])):
            return True
        if isinstance(node.func, ast.Attribute) and node.func.attr == "add" and any(map(self._is_layer, node.args)):
            return True
        if isinstance(called, Part) and called.member:
            return True
        if isinstance(called, Class | Instance):
            name = "__init__" if isinstance(called, Class) else "call"
            called = find(called, name) or find(called, "__call__")
        return isinstance(called, Function) and self._body_changes(called, node)

    def _body_changes(self, function: Function, call: ast.Call) -> bool:
        """Whether a function of the code changes what it is given, or what it sees around it."""
        if any(function.node is outer.node for outer in self._inside):
            return False
        arguments = function.node.args
        names = [arg.arg for arg in (*arguments.posonlyargs, *arguments.args)][function.in_class :]
        others = [arg.arg for arg in (arguments.vararg, arguments.kwarg, *arguments.kwonlyargs) if arg]
        given: dict[str, Any] = dict.fromkeys((*names, *others))
        given.update(zip(names, map(self._value, call.args), strict=False))
        if function.owner is not None:
            given[next(arg.arg for arg in (*arguments.posonlyargs, *arguments.args))] = function.owner
        given.update({keyword.arg: self._value(keyword.value) for keyword in call.keywords if keyword.arg})
        # Which names around it the function gives other values is not followed here.
        if any(isinstance(node, ast.Global | ast.Nonlocal) for node in ast.walk(function.node)):
            return True
        inner = self._within(function.names.new_child(given), function)
        return inner._any(function.node.body)

    def _stores(self, target: ast.expr, value: Any) -> bool:
        """Whether a store changes a followed value; a name stands for ``value`` from here on."""
        match target:
            case ast.Name():
                self._names[target.id] = value
            case ast.Starred():
                return self._stores(target.value, self._inner(value))
            case ast.Tuple() | ast.List():
                return any(self._stores(part, self._inner(value)) for part in target.elts)
            case ast.Attribute():
                owner = self._value(target.value)
                if storing(owner, target.attr, value):
                    return True
                forget(self._kept, target.attr, value, target.lineno, self._budget)
            case ast.Subscript():
                return follows(self._value(target.value))
        return False

    def _is_layer(self, node: ast.expr) -> bool:
        called = node.func if isinstance(node, ast.Call) else node
        made = self._value(called)
        if isinstance(called, ast.Name) and called.id not in self._names and isinstance(node, ast.Call):
            return called.id in LAYER_TYPES or called.id in ALIASES
        return isinstance(made, LayerValue) or (isinstance(made, Ref) and made.path.startswith("keras.layers."))

    def _constant_or(self, node: ast.expr) -> Any:
        return node.value if isinstance(node, ast.Constant) else self._value(node)

    def _value(self, node: ast.expr) -> Any:
        """What is followed of an expression; None for everything else."""
        match node:
            case ast.Name():
                return self._names.get(node.id)
            case ast.Attribute():
                owner = self._value(node.value)
                inside = owner is None and node.attr in self._kept.names
                return Part(node.lineno, f".{node.attr}") if inside else _attribute(owner, node)
            case ast.Subscript():
                return self._inner(self._value(node.value))
            case ast.Starred() | ast.NamedExpr():
                return self._value(node.value)
            case ast.Call(func=ast.Attribute(attr="get_layer")):
                return Part(node.lineno, "a layer")
            case ast.Call(func=ast.Name(id="enumerate" | "zip" | "reversed" | "list" | "tuple"), args=args):
                return next((value for value in map(self._value, args) if value is not None), None)
            case ast.IfExp():
                return next((one for one in map(self._value, (node.body, node.orelse)) if one is not None), None)
        return None

    def _inner(self, value: Any) -> Any:
        """Any one item: the first that is followed stands for all."""
        if isinstance(value, Part):
            return Part(value.line, value.what)
        if not isinstance(value, list | tuple | dict):
            return None
        self._budget.spend(1, len(value))
        items = value.values() if isinstance(value, dict) else value
        return next((part for part in items if follows(part) or isinstance(part, tuple)), None)


def _of_object(node: ast.expr) -> bool:
    """Whether this is ``object.list.append``, not ``list.append``."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute)


def handed_on(function: Function, budget: Budget, kept: AttributeNames) -> bool:
    """Whether a function that something else calls may change what is followed; its stores are not known any more."""
    call = ast.parse("handed()", mode="eval").body
    return may_change([call], function.names.new_child({"handed": function}), budget, kept)


def _attribute(owner: Any, node: ast.Attribute) -> Any:
    if isinstance(owner, Ref):
        return Ref(normal_path(f"{owner.path}.{node.attr}"))
    if isinstance(owner, Class | Instance):
        return find(owner, node.attr)
    if isinstance(owner, Array | Parser | list | dict) or (isinstance(owner, Model) and node.attr in MODEL_CHANGES):
        return Method(owner, node.attr)
    if isinstance(owner, LayerValue | Part | Model):
        found: Unknown = read_off(owner, node.attr, node.lineno)
        return found if isinstance(found, Part) else None
    return None
