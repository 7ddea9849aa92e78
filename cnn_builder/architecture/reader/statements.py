"""Walks pasted code statement by statement, following what builds a model and passing over the rest."""

from __future__ import annotations

import ast
import re
from typing import Any

from cnn_builder.architecture.reader.expressions import EVERY_LAYER, Expressions, Names
from cnn_builder.architecture.reader.scan import aliases, changes
from cnn_builder.architecture.reader.targets import assign, augment, delete
from cnn_builder.architecture.reader.values import (
    UNDERSTOOD,
    Budget,
    Class,
    CodeError,
    Function,
    Model,
    Part,
    Ref,
    Scope,
    Several,
    Unknown,
    has_gap,
    is_open,
    normal_path,
)

MAX_STEPS = 20_000
MAX_DEPTH = 20


class _Stop(Exception):
    """A statement that ends a block; ``unsure`` says why it is not known whether it is reached."""

    def __init__(self, line: int, value: Any = None, unsure: str = "") -> None:
        self.line, self.value, self.unsure = line, value, unsure


class _Return(_Stop):
    pass


class _Break(_Stop):
    pass


class _Continue(_Stop):
    pass


_STOPS: dict[type[ast.stmt], type[_Stop]] = {ast.Return: _Return, ast.Break: _Break, ast.Continue: _Continue}


class Walker:
    """Collects the models that the code builds in ``models``, and in ``missed`` what would have been one."""

    def __init__(self) -> None:
        self.models: list[Model] = []
        self.missed: list[CodeError] = []
        self._functions: list[Function] = []
        self._called: set[int] = set()
        self._steps = Budget(MAX_STEPS, "steps")
        self._depth = 0
        self._expressions = Expressions(Scope({"__name__": "__main__"}), self._call_function)
        self._top = self._expressions.names

    def walk(self, body: list[ast.stmt]) -> None:
        """Walk the whole code: a function's body without its def ends with its return. Raises CodeError."""
        try:
            self._run(body)
        except _Return:
            return
        except _Stop as stop:
            raise _stray(stop) from None

    def _run(self, body: list[ast.stmt]) -> None:
        for place, node in enumerate(body):
            self._steps.spend(node.lineno)
            method = getattr(self, f"_{type(node).__name__}", None)
            try:
                if method:
                    method(node)
                else:
                    self._pass_over(node, f"a statement with {_keyword(node)}")
            except _Stop as stop:
                if stop.unsure:
                    self._refuse_changes(body[place + 1 :], stop.line, stop.unsure)
                raise

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
            assign(self._expressions, target, value)

    def _AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            assign(self._expressions, node.target, self._value(node.value))

    def _AugAssign(self, node: ast.AugAssign) -> None:
        augment(self._expressions, node)

    def _Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            delete(self._expressions, target)

    def _Global(self, node: ast.Global) -> None:
        for name in node.names:
            self._expressions.homes[name] = self._top

    def _Nonlocal(self, node: ast.Nonlocal) -> None:
        around = self._expressions.names.maps[1:]
        for name in node.names:
            self._expressions.homes[name] = next((names for names in around if name in names), self._top)

    def _Expr(self, node: ast.Expr) -> None:
        self._value(node.value)

    def _Return(self, node: ast.Return) -> None:
        raise _Return(node.lineno, self._value(node.value))

    def _Break(self, node: ast.Break) -> None:
        raise _Break(node.lineno)

    def _Continue(self, node: ast.Continue) -> None:
        raise _Continue(node.lineno)

    def _FunctionDef(self, node: ast.FunctionDef) -> None:
        function = Function(node, self._expressions.names)
        self._expressions.bind(node.name, function)
        if self._depth == 0:
            self._functions.append(function)

    def _ClassDef(self, node: ast.ClassDef) -> None:
        functions = {
            inner.name: Function(inner, self._expressions.names, in_class=not _is_static(inner))
            for inner in node.body
            if isinstance(inner, ast.FunctionDef)
        }
        self._refuse_changes(
            [inner for inner in node.body if not isinstance(inner, ast.FunctionDef)], node.lineno, "a class"
        )
        self._expressions.bind(node.name, Class(node.name, node.lineno, functions))
        if any(isinstance(base, ast.Name | ast.Attribute) and "Model" in ast.unparse(base) for base in node.bases):
            what = f"the class {node.name} cannot be read. What is understood: {UNDERSTOOD}."
            self.missed.append(CodeError(node.lineno, what))

    def _With(self, node: ast.With) -> None:
        for item in node.items:
            value = self._value(item.context_expr)
            if item.optional_vars is not None:
                unknown = value if isinstance(value, Unknown) else Unknown(node.lineno, "a context")
                assign(self._expressions, item.optional_vars, unknown)
        self._run(node.body)

    def _Try(self, node: ast.Try) -> None:
        self._run([*node.body, *node.orelse, *node.finalbody])

    def _For(self, node: ast.For) -> None:
        values = self._value(node.iter)
        values = list(values) if isinstance(values, dict) else values
        if not isinstance(values, list | tuple) or has_gap(values):
            self._pass_over(node, "a loop over what is not a literal or range")
            return
        for value in list(values):
            self._steps.spend(node.lineno)
            assign(self._expressions, node.target, value)
            try:
                self._run(node.body)
            except _Return as stop:
                if stop.unsure:
                    self._refuse_changes([node], stop.line, stop.unsure)
                raise
            except _Stop as stop:
                if stop.unsure:
                    self._pass_over(node, stop.unsure)
                if stop.unsure or isinstance(stop, _Break):
                    return
        self._run(node.orelse)

    def _If(self, node: ast.If) -> None:
        test = self._value(node.test)
        if is_open(test):
            self._pass_over(node, "a branch whose condition is not a constant")
        else:
            self._run(node.body if test else node.orelse)

    def _While(self, node: ast.While) -> None:
        self._pass_over(node, "a while loop")

    def _pass_over(self, node: ast.stmt, what: str) -> None:
        """Leave a statement out; an error when it may change a network. The names it gives are not known."""
        self._refuse_changes([node], node.lineno, what)
        self._forget_given(node, what)
        stops = _stops(node)
        if stops:
            raise _STOPS[type(stops[0])](stops[0].lineno, Unknown(stops[0].lineno, what), what)

    def _forget_given(self, node: ast.stmt, what: str) -> None:
        """The names that a statement gives are not known after it; what may be something followed is not to change."""
        kept = [target for inner in ast.walk(node) for target in self._kept(inner)]
        parts = {id(inner) for target in kept for inner in ast.walk(target)}
        for inner in ast.walk(node):
            self._steps.spend(node.lineno)
            stored = isinstance(getattr(inner, "ctx", None), ast.Store)
            name = inner.id if isinstance(inner, ast.Name) and stored else _named(inner)
            line = getattr(inner, "lineno", node.lineno)
            if name is not None:
                self._expressions.bind(name, Part(line, what) if id(inner) in parts else Unknown(line, what))
            elif isinstance(inner, ast.Attribute) and stored and id(inner) in parts:
                self._expressions.kept.add(inner.attr)

    def _kept(self, node: ast.AST) -> list[ast.expr]:
        """Where a node puts what is followed."""
        match node:
            case ast.For(target=target, iter=value) | ast.NamedExpr(target=target, value=value):
                targets = [target]
            case ast.Assign(targets=targets, value=value):
                pass
            case _:
                return []
        return targets if aliases(value, self._expressions.names) else []

    def _refuse_changes(self, nodes: list[ast.stmt], line: int, what: str) -> None:
        """Raise CodeError where code that is left out may change a network."""
        around = self._expressions
        if changes(nodes, around.names, around.budget, around.kept):
            raise CodeError(line, f"{what} cannot be read. What is understood: {UNDERSTOOD}.")

    def _call_function(self, function: Function, args: list[Any], kwargs: Names, line: int) -> Any:
        node = function.node
        self._called.add(id(node))
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._depth -= 1
            raise CodeError(line, f"functions call each other more than {MAX_DEPTH} deep.")
        outer = self._expressions
        arguments = self._arguments(function, args, kwargs)
        self._expressions = outer.within(function.names.new_child(arguments))
        result: Any = None
        try:
            self._run(node.body)
        except _Return as returned:
            result = returned.value
        except _Stop as stop:
            raise _stray(stop) from None
        finally:
            self._expressions = outer
            self._depth -= 1
        return result

    def _arguments(self, function: Function, args: list[Any], kwargs: Names) -> Names:
        node = function.node
        names = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args)]
        names = names[1:] if function.in_class else names
        found: Names = {name: Unknown(node.lineno, f"the argument {name!r}") for name in names}
        # An argument that stands for several may give any of them.
        unsure = has_gap(args) or "**" in kwargs
        defaults = [] if unsure else node.args.defaults
        if defaults:
            given = (self._value(value) for value in defaults)
            found.update(zip(names[-len(defaults) :], given, strict=False))
        for arg, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
            found[arg.arg] = (
                self._value(default) if default and not unsure else Unknown(node.lineno, f"the argument {arg.arg!r}")
            )
        if node.args.vararg:
            found[node.args.vararg.arg] = tuple(args[len(names) :])
        if node.args.kwarg:
            found[node.args.kwarg.arg] = {key: value for key, value in kwargs.items() if key not in found}
        sure = next((place for place, arg in enumerate(args) if isinstance(arg, Several)), len(args))
        found.update(zip(names, args[:sure], strict=False))
        found.update(kwargs)
        return found


def _is_static(node: ast.FunctionDef) -> bool:
    return any(isinstance(mark, ast.Name) and mark.id == "staticmethod" for mark in node.decorator_list)


def _stray(stop: _Stop) -> CodeError:
    word = type(stop).__name__.strip("_").lower()
    return CodeError(stop.line, f"this {word} is outside a loop. Remove it, or paste the loop too.")


def _keyword(node: ast.stmt) -> str:
    """``async with`` for AsyncWith."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__).lower()


def _named(node: ast.AST) -> str | None:
    """The name that a definition, an except or a case gives."""
    given = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.ExceptHandler | ast.MatchAs)
    return getattr(node, "name", None) if given or isinstance(node, ast.MatchStar) else None


def _stops(node: ast.AST, in_loop: bool = False) -> list[ast.stmt]:
    """The statements inside that leave ``node``, a return before a break."""
    if isinstance(node, ast.Return) or (isinstance(node, ast.Break | ast.Continue) and not in_loop):
        return [node]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return []
    in_loop = in_loop or isinstance(node, ast.For | ast.AsyncFor | ast.While)
    found = [stop for inner in ast.iter_child_nodes(node) for stop in _stops(inner, in_loop)]
    return sorted(found, key=lambda stop: not isinstance(stop, ast.Return))
