"""What ends a block of statements, and what a statement that is not walked leaves behind."""

from __future__ import annotations

import ast
import re
from typing import Any

from cnn_builder.architecture.reader.values import CodeError, Unknown


class Stop(Exception):
    """A statement that ends a block; ``unsure`` says why it is not known whether it is reached."""

    def __init__(self, line: int, value: Any = None, unsure: str = "") -> None:
        self.line, self.value, self.unsure = line, value, unsure


class Return(Stop):
    pass


class Break(Stop):
    pass


class Continue(Stop):
    pass


_STOPS: dict[type[ast.stmt], type[Stop]] = {ast.Return: Return, ast.Break: Break, ast.Continue: Continue}


def stray(stop: Stop) -> CodeError:
    """The error for a break or continue that no loop is around."""
    word = type(stop).__name__.lower()
    return CodeError(stop.line, f"this {word} is outside a loop. Remove it, or paste the loop too.")


def keyword(node: ast.stmt) -> str:
    """``async with`` for AsyncWith."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__).lower()


def given_name(node: ast.AST) -> str | None:
    """The name that a definition, an except or a case gives."""
    given = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.ExceptHandler | ast.MatchAs)
    return getattr(node, "name", None) if given or isinstance(node, ast.MatchStar) else None


def stops(node: ast.AST, in_loop: bool = False) -> list[ast.stmt]:
    """The statements inside that leave ``node``, a return before a break."""
    if isinstance(node, ast.Return) or (isinstance(node, ast.Break | ast.Continue) and not in_loop):
        return [node]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return []
    in_loop = in_loop or isinstance(node, ast.For | ast.AsyncFor | ast.While)
    found = [stop for inner in ast.iter_child_nodes(node) for stop in stops(inner, in_loop)]
    return sorted(found, key=lambda stop: not isinstance(stop, ast.Return))


def left_out(node: ast.stmt, what: str) -> Stop | None:
    """The end of the block that a statement may bring, where it is not known whether it does."""
    found = stops(node)
    return _STOPS[type(found[0])](found[0].lineno, Unknown(found[0].lineno, what), what) if found else None


def endless(node: ast.While) -> bool:
    """Whether a loop says of itself that it does not end: ``while True`` without a break or return."""
    always = isinstance(node.test, ast.Constant) and bool(node.test.value)
    return always and all(isinstance(stop, ast.Continue) for inner in node.body for stop in stops(inner))
