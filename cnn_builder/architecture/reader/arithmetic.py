"""Operators on small literals: what is too large, not a plain value, or not known is left alone."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from itertools import islice
from typing import Any

from cnn_builder.architecture.reader.arrays import combine
from cnn_builder.architecture.reader.values import OPAQUE, Array, Budget, Unknown, parts
from cnn_builder.limits import MAX_ITEMS, MAX_NUMBER

_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.USub: operator.neg, ast.UAdd: operator.pos,
    ast.Not: operator.not_, ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Pow: operator.pow, ast.Is: operator.is_, ast.IsNot: operator.is_not,
    ast.In: lambda one, many: one in many, ast.NotIn: lambda one, many: one not in many,
}  # fmt: skip


def apply(op: ast.AST, line: int, operands: tuple[Any, ...], budget: Budget) -> Any:
    """The result, or Unknown. Raises CodeError where the results so far fill the memory."""
    if any(isinstance(value, Array) for value in operands) and not isinstance(op, ast.cmpop | ast.Not):
        return combine(op, operands, line)
    function = _OPERATORS.get(type(op))
    if isinstance(op, ast.Is | ast.IsNot) and None in operands and not isinstance(operands[0], Unknown):
        return operands[0] is operands[1] if isinstance(op, ast.Is) else operands[0] is not operands[1]
    if function is None or any(isinstance(value, OPAQUE) for value in operands):
        return next((value for value in operands if isinstance(value, Unknown)), Unknown(line, "arithmetic"))
    if not _stays_small(op, operands):
        return Unknown(line, "arithmetic on very large values")
    if isinstance(op, ast.cmpop) and not _comparable(operands, line, budget):
        return Unknown(line, "a comparison")
    try:
        result = function(*operands)
    except (TypeError, ValueError, ArithmeticError):
        return Unknown(line, "arithmetic")
    return charged(result, line, budget)


def charged(value: Any, line: int, budget: Budget) -> Any:
    """``value``, with the items that were made for it taken from the budget."""
    if isinstance(value, list | tuple | dict | str | bytes):
        budget.spend(line, len(value))
    return value


def _comparable(operands: tuple[Any, ...], line: int, budget: Budget) -> bool:
    """Whether all within lists is known. A list of lists of the same list has very many items to compare."""
    for operand in operands:
        for part in islice(parts(operand), 1, None):
            budget.spend(line)
            if isinstance(part, OPAQUE):
                return False
    return True


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
        sizes = [len(value) for value in operands if isinstance(value, str | bytes | list | tuple)]
        counts = [value for value in operands if isinstance(value, int)]
        return not sizes or not counts or sizes[0] * max(counts) <= MAX_ITEMS
    return True


def _small(value: Any) -> bool:
    if isinstance(value, int | float):
        return abs(value) <= MAX_NUMBER
    return not isinstance(value, str | bytes | list | tuple) or len(value) <= MAX_ITEMS
