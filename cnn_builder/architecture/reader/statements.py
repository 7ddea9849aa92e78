"""Walks pasted code statement by statement, following what builds a model and passing over the rest."""

from __future__ import annotations

import ast
from typing import Any

from cnn_builder.architecture.reader.expressions import EVERY_LAYER, Budget, Expressions, Names
from cnn_builder.architecture.reader.values import (
    UNDERSTOOD,
    Class,
    CodeError,
    Function,
    Model,
    Ref,
    Unknown,
    normal_path,
)

MAX_STEPS = 20_000
MAX_DEPTH = 20


class _Return(Exception):
    def __init__(self, value: Any) -> None:
        self.value = value


class _Break(Exception):
    pass


class _Continue(Exception):
    pass


class Walker:
    """Collects the models that the code builds in ``models``, and in ``missed`` what would have been one."""

    def __init__(self) -> None:
        self.models: list[Model] = []
        self.missed: list[CodeError] = []
        self._functions: list[Function] = []
        self._called: set[int] = set()
        self._steps = Budget(MAX_STEPS, "steps")
        self._depth = 0
        self._expressions = Expressions({"__name__": "__main__"}, self._call_function)

    def run(self, body: list[ast.stmt]) -> None:
        """Walk a list of statements. Raises CodeError."""
        for node in body:
            self._steps.spend(node.lineno)
            method = getattr(self, f"_{type(node).__name__}", None)
            if method:
                method(node)

    def call_the_uncalled(self) -> None:
        """Walk the functions that nothing has called: a pasted ``def build_model(): …`` alone is a model too."""
        for function in self._functions:
            if id(function.node) in self._called:
                continue
            before = len(self.models)
            try:
                self._call_function(function, [], {}, function.node.lineno)
            except CodeError as error:
                self.missed.append(error)
                del self.models[before:]

    def _value(self, node: ast.expr | None) -> Any:
        value = self._expressions.value(node)
        if isinstance(value, Model) and not any(value is known for known in self.models):
            self.models.append(value)
        if isinstance(value, Unknown) and value.error is not None:
            self.missed.append(value.error)
        return value

    def _Import(self, node: ast.Import) -> None:
        for alias in node.names:
            path = normal_path(alias.name)
            name = alias.asname or alias.name.split(".")[0]
            self._expressions.names[name] = Ref(path if alias.asname else normal_path(alias.name.split(".")[0]))

    def _ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name == "*":
                self._import_all(normal_path(node.module or ""))
            else:
                self._expressions.names[alias.asname or alias.name] = Ref(normal_path(f"{node.module}.{alias.name}"))

    def _import_all(self, module: str) -> None:
        names = self._expressions.names
        if module == "keras.layers":
            names[EVERY_LAYER] = True
            names.update({name: Ref(f"keras.layers.{name}") for name in ("Input", "InputLayer")})
        elif module in ("keras", "keras.models"):
            names.update({name: Ref(f"keras.{name}") for name in ("Sequential", "Model", "Input")})

    def _Assign(self, node: ast.Assign) -> None:
        value = self._value(node.value)
        for target in node.targets:
            self._expressions.assign(target, value)

    def _AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._expressions.assign(node.target, self._value(node.value))

    def _AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            load = ast.copy_location(ast.Name(node.target.id, ast.Load()), node)
            joined = ast.copy_location(ast.BinOp(load, node.op, node.value), node)
            self._expressions.assign(node.target, self._value(joined))

    def _Expr(self, node: ast.Expr) -> None:
        self._value(node.value)

    def _Return(self, node: ast.Return) -> None:
        raise _Return(self._value(node.value))

    def _Break(self, node: ast.Break) -> None:
        raise _Break

    def _Continue(self, node: ast.Continue) -> None:
        raise _Continue

    def _FunctionDef(self, node: ast.FunctionDef) -> None:
        function = Function(node, self._expressions.names)
        self._expressions.names[node.name] = function
        if self._depth == 0:
            self._functions.append(function)

    def _ClassDef(self, node: ast.ClassDef) -> None:
        functions = {
            inner.name: Function(inner, self._expressions.names, in_class=not _is_static(inner))
            for inner in node.body
            if isinstance(inner, ast.FunctionDef)
        }
        self._expressions.names[node.name] = Class(node.name, node.lineno, functions)
        if any(isinstance(base, ast.Name | ast.Attribute) and "Model" in ast.unparse(base) for base in node.bases):
            what = f"the class {node.name} cannot be read. What is understood: {UNDERSTOOD}."
            self.missed.append(CodeError(node.lineno, what))

    def _With(self, node: ast.With) -> None:
        self.run(node.body)

    def _Try(self, node: ast.Try) -> None:
        self.run([*node.body, *node.orelse, *node.finalbody])

    def _For(self, node: ast.For) -> None:
        values = self._value(node.iter)
        values = list(values) if isinstance(values, dict) else values
        if not isinstance(values, list | tuple):
            self._pass_over(node, "a loop over what is not a literal or range")
            return
        for value in list(values):
            self._steps.spend(node.lineno)
            self._expressions.assign(node.target, value)
            try:
                self.run(node.body)
            except _Break:
                return
            except _Continue:
                continue
        self.run(node.orelse)

    def _If(self, node: ast.If) -> None:
        test = self._value(node.test)
        if isinstance(test, Unknown | Ref):
            self._pass_over(node, "a branch whose condition is not a constant")
        else:
            self.run(node.body if test else node.orelse)

    def _While(self, node: ast.While) -> None:
        self._pass_over(node, "a while loop")

    def _pass_over(self, node: ast.stmt, what: str) -> None:
        """Leave a statement out; an error when it would change a model that is being built."""
        names = self._expressions.names
        for inner in ast.walk(node):
            self._steps.spend(node.lineno)
            if _changes_a_model(inner, names):
                raise CodeError(node.lineno, f"{what} cannot be read. What is understood: {UNDERSTOOD}.")
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                names[inner.id] = Unknown(inner.lineno, what)
            elif isinstance(inner, ast.Return):
                raise _Return(Unknown(inner.lineno, what))

    def _call_function(self, function: Function, args: list[Any], kwargs: Names, line: int) -> Any:
        node = function.node
        self._called.add(id(node))
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._depth -= 1
            raise CodeError(line, f"functions call each other more than {MAX_DEPTH} deep.")
        outer = self._expressions
        arguments = self._arguments(function, args, kwargs)
        self._expressions = outer.within({**function.names, **arguments})
        result: Any = None
        try:
            self.run(node.body)
        except _Return as returned:
            result = returned.value
        finally:
            self._expressions = outer
            self._depth -= 1
        return result

    def _arguments(self, function: Function, args: list[Any], kwargs: Names) -> Names:
        node = function.node
        names = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args)]
        names = names[1:] if function.in_class else names
        found: Names = {name: Unknown(node.lineno, f"the argument {name!r}") for name in names}
        defaults = node.args.defaults
        if defaults:
            given = (self._value(value) for value in defaults)
            found.update(zip(names[-len(defaults) :], given, strict=False))
        for arg, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
            found[arg.arg] = self._value(default) if default else Unknown(node.lineno, f"the argument {arg.arg!r}")
        if node.args.vararg:
            found[node.args.vararg.arg] = tuple(args[len(names) :])
        if node.args.kwarg:
            found[node.args.kwarg.arg] = {key: value for key, value in kwargs.items() if key not in found}
        found.update(zip(names, args, strict=False))
        found.update(kwargs)
        return found


def _is_static(node: ast.FunctionDef) -> bool:
    return any(isinstance(mark, ast.Name) and mark.id == "staticmethod" for mark in node.decorator_list)


def _changes_a_model(node: ast.AST, names: Names) -> bool:
    """``model.add`` and ``blocks.append``, and ``x = layer(x)`` of the functional style, inside what is left out."""
    if not isinstance(node, ast.Attribute) or node.attr not in ("add", "pop", "append", "extend"):
        return False
    return isinstance(node.value, ast.Name) and isinstance(names.get(node.value.id), Model | list)
