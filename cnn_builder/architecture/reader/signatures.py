"""The arguments of a call of a function of the pasted code, by the names that the function gives them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from cnn_builder.architecture.reader.values import Function, Several, Unknown, has_gap

Names = dict[str, Any]


def given_arguments(function: Function, args: list[Any], kwargs: Names, value: Callable[[ast.expr], Any]) -> Names:
    """The names that a function's body sees: the arguments of a call, and the defaults."""
    node = function.node
    names = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args)]
    itself = names[:1] if function.in_class else []
    names = names[len(itself) :]
    found: Names = {name: Unknown(node.lineno, f"the argument {name!r}") for name in names}
    # An argument that stands for several may give any of them.
    unsure = has_gap(args) or "**" in kwargs
    defaults = [] if unsure else node.args.defaults
    if defaults:
        given = (value(default) for default in defaults)
        found.update(zip(names[-len(defaults) :], given, strict=False))
    for arg, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        found[arg.arg] = value(default) if default and not unsure else Unknown(node.lineno, f"the argument {arg.arg!r}")
    if node.args.vararg:
        found[node.args.vararg.arg] = tuple(args[len(names) :])
    if node.args.kwarg:
        found[node.args.kwarg.arg] = {key: value for key, value in kwargs.items() if key not in found}
    sure = next((place for place, arg in enumerate(args) if isinstance(arg, Several)), len(args))
    found.update(zip(names, args[:sure], strict=False))
    found.update(kwargs)
    if itself and function.owner is not None:
        found[itself[0]] = function.owner
    return found
