"""Walks pasted code statement by statement, following what builds a model and passing over the rest."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from cnn_builder.architecture.reader.blocks import (
    Break,
    Continue,
    Return,
    Stop,
    endless,
    given_name,
    keyword,
    left_out,
    stray,
)
from cnn_builder.architecture.reader.expressions import EVERY_LAYER, Expressions
from cnn_builder.architecture.reader.networks import is_alone, whole_network
from cnn_builder.architecture.reader.objects import fields_of, find, is_followed, make, uncalled_methods
from cnn_builder.architecture.reader.scan import aliases, may_change
from cnn_builder.architecture.reader.signatures import Names, given_arguments
from cnn_builder.architecture.reader.targets import assign, augment, delete
from cnn_builder.architecture.reader.values import (
    UNDERSTOOD,
    Budget,
    Class,
    CodeError,
    Function,
    Instance,
    Model,
    Noted,
    Part,
    Ref,
    Scope,
    Unknown,
    has_gap,
    is_open,
    normal_path,
)
from cnn_builder.limits import MAX_DEPTH, MAX_ROUNDS, MAX_STEPS


class Walker:
    """Collects the models that the code builds in ``models``, and in ``missed`` what would have been one."""

    def __init__(self) -> None:
        self.models: list[Model] = []
        self.missed: list[CodeError] = []
        self._functions: list[Function] = []
        self._classes: list[Class] = []
        self._called: set[int] = set()
        self._steps = Budget(MAX_STEPS, "steps")
        self._depth = 0
        self._expressions = Expressions(Scope({"__name__": "__main__"}), self._call_function)
        self._top = self._expressions.names

    @property
    def noted(self) -> list[Noted]:
        """The data sets that the code loads, and the seeds it sets."""
        return self._expressions.kept.noted

    def walk(self, body: list[ast.stmt]) -> None:
        """Walk the whole code: a function's body without its def ends with its return. Raises CodeError."""
        try:
            self._run(body)
        except Return:
            return
        except Stop as stop:
            raise stray(stop) from None

    def _run(self, body: list[ast.stmt]) -> None:
        for place, node in enumerate(body):
            self._steps.spend(node.lineno)
            method = getattr(self, f"_{type(node).__name__}", None)
            try:
                if method:
                    method(node)
                else:
                    self._pass_over(node, f"a statement with {keyword(node)}")
            except Stop as stop:
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

        for cls in self._classes:
            self._use(cls)

    def _use(self, cls: Class) -> None:
        """Make an object of a class, if none is, and call the methods that nothing has called."""
        before, kept = len(self.models), self._expressions.kept
        try:
            made = next((one for one in kept.objects if isinstance(one, Instance) and one.cls is cls), None)
            made = made or make(cls, [], {}, cls.line, self._call_function, kept)
            for function in uncalled_methods(cls) if isinstance(made, Instance) and not is_alone(made) else ():
                if id(function.node) not in self._called:
                    self._call_function(find(made, function.node.name), [], {}, function.node.lineno)
        except CodeError as error:
            self.missed.append(error)
            del self.models[before:]

    def add_networks(self, inside: bool = False) -> None:
        """The models that objects of classes made on keras.Model are; ``inside`` another one too."""
        for made in list(self._expressions.kept.objects):
            if not isinstance(made, Instance) or not is_alone(made) or made.inside > inside:
                continue
            try:
                if find(made, "call") is None:
                    raise CodeError(made.cls.line, f"the class {made.cls.name} has no method call(self, x) to be read.")
                self.models.append(whole_network(made, self._call_function, self._expressions.kept))
            except CodeError as error:
                self.missed.append(error)

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
        raise Return(node.lineno, self._value(node.value))

    def _Break(self, node: ast.Break) -> None:
        raise Break(node.lineno)

    def _Continue(self, node: ast.Continue) -> None:
        raise Continue(node.lineno)

    def _FunctionDef(self, node: ast.FunctionDef) -> None:
        function = Function(node, self._expressions.names)
        self._expressions.bind(node.name, function)
        if self._depth == 0:
            self._functions.append(function)

    def _ClassDef(self, node: ast.ClassDef) -> None:
        around = self._expressions
        made = Class(node.name, node.lineno, {}, tuple(around.value(base) for base in node.bases))
        marks = [around.value(mark.func if isinstance(mark, ast.Call) else mark) for mark in node.decorator_list]
        self._expressions = around.within(around.names.new_child())
        try:
            for inner in node.body:
                self._in_class(inner, made, around.names)
        finally:
            made.attributes.update(self._expressions.names.maps[0])
            self._expressions = around
        made.fields = fields_of(node, made, Ref("dataclasses.dataclass") in marks)
        known = ("keras.", "dataclasses.")
        own = [mark for mark in marks if not isinstance(mark, Ref) or not mark.path.startswith(known)]
        made.followed = not own and is_followed(node, made)
        around.kept.objects.append(made)
        around.bind(node.name, made)
        if self._depth == 0 and made.followed:
            self._classes.append(made)
        if not made.followed and any("Model" in ast.unparse(base) for base in node.bases):
            what = f"the class {node.name} cannot be read. What is understood: {UNDERSTOOD}."
            self.missed.append(CodeError(node.lineno, what))

    def _in_class(self, node: ast.stmt, made: Class, names: Scope) -> None:
        """A statement of a class: a method, or a name with its value."""
        if isinstance(node, ast.FunctionDef):
            made.functions[node.name] = Function(node, names, in_class=not _is_static(node), home=made)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and self._is_field(node.value):
            self._expressions.names.update(self._default(node.target.id, node.value))
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            self._run([node])
        else:
            self._refuse_changes([node], node.lineno, "a class")

    def _is_field(self, node: ast.expr | None) -> bool:
        return isinstance(node, ast.Call) and self._value(node.func) == Ref("dataclasses.field")

    def _default(self, name: str, node: Any) -> Names:
        """The value that ``field(default=…)`` gives a name of a dataclass, if any."""
        for given in node.keywords:
            if given.arg == "default":
                return {name: self._value(given.value)}
            if given.arg == "default_factory" and isinstance(given.value, ast.Lambda):
                return {name: self._value(given.value.body)}
            if given.arg == "default_factory":
                made = ast.copy_location(ast.Call(given.value, [], []), given.value)
                return {name: self._value(made)}
        return {}

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
            assign(self._expressions, node.target, value)
            if not self._round(node):
                return
        self._run(node.orelse)

    def _While(self, node: ast.While) -> None:
        if endless(node):
            self._pass_over(node, "a while loop without an end")
            return
        for _ in range(MAX_ROUNDS):
            test = self._value(node.test)
            if is_open(test):
                self._pass_over(node, "a while loop whose condition is not a constant")
                return
            if not test:
                self._run(node.orelse)
                return
            if not self._round(node):
                return
        self._pass_over(node, f"a while loop that does not end within {MAX_ROUNDS:,} rounds")

    def _round(self, node: ast.For | ast.While) -> bool:
        """Walk a loop's body once; whether there is another round."""
        self._steps.spend(node.lineno)
        try:
            self._run(node.body)
        except Return as stop:
            if stop.unsure:
                self._refuse_changes([node], stop.line, stop.unsure)
            raise
        except Stop as stop:
            if stop.unsure:
                self._pass_over(node, stop.unsure)
            return not stop.unsure and not isinstance(stop, Break)
        return True

    def _If(self, node: ast.If) -> None:
        test = self._value(node.test)
        if is_open(test):
            self._pass_over(node, "a branch whose condition is not a constant")
        else:
            self._run(node.body if test else node.orelse)

    def _pass_over(self, node: ast.stmt, what: str) -> None:
        """Leave a statement out; an error when it may change a network. The names it gives are not known."""
        self._refuse_changes([node], node.lineno, what)
        self._forget_given(node, what)
        stop = left_out(node, what)
        if stop is not None:
            raise stop

    def _forget_given(self, node: ast.stmt, what: str) -> None:
        """The names that a statement gives are not known after it; what may be something followed is not to change."""
        kept = [target for inner in ast.walk(node) for target in self._kept(inner)]
        parts = {id(inner) for target in kept for inner in ast.walk(target)}
        for inner in ast.walk(node):
            self._steps.spend(node.lineno)
            stored = isinstance(getattr(inner, "ctx", None), ast.Store)
            name = inner.id if isinstance(inner, ast.Name) and stored else given_name(inner)
            line = getattr(inner, "lineno", node.lineno)
            if name is not None:
                self._expressions.bind(name, Part(line, what) if id(inner) in parts else Unknown(line, what))
            elif isinstance(inner, ast.Attribute) and stored and id(inner) in parts:
                self._expressions.kept.names.add(inner.attr)

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
        if may_change(nodes, around.names, around.budget, around.kept):
            raise CodeError(line, f"{what} cannot be read. What is understood: {UNDERSTOOD}.")

    def _call_function(self, function: Function, args: list[Any], kwargs: Names, line: int) -> Any:
        node = function.node
        self._called.add(id(node))
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._depth -= 1
            raise CodeError(line, f"functions call each other more than {MAX_DEPTH} deep.")
        outer = self._expressions
        if function.in_class and function.owner is None and args and isinstance(args[0], Instance):
            function, args = replace(function, owner=args[0]), args[1:]
        arguments = given_arguments(function, args, kwargs, self._value)
        if function.owner is not None:
            arguments.update({"__self__": function.owner, "__class__": function.home})
        self._expressions = outer.within(function.names.new_child(arguments))
        result: Any = None
        try:
            self._run(node.body)
        except Return as returned:
            result = returned.value
        except Stop as stop:
            raise stray(stop) from None
        finally:
            self._expressions = outer
            self._depth -= 1
        return result


def _is_static(node: ast.FunctionDef) -> bool:
    return any(isinstance(mark, ast.Name) and mark.id == "staticmethod" for mark in node.decorator_list)
