"""Pasted text → Python's syntax tree, without what notebooks and web pages put between the code."""

from __future__ import annotations

import ast
import re
import warnings

from cnn_builder.architecture.errors import ArchitectureFileError
from cnn_builder.architecture.reader.values import CodeError
from cnn_builder.limits import MAX_TOKENS

_MAGIC = re.compile(r"(\s*)(?:[%!?]|\w+\s*=\s*[%!]|[\w.]+\?{1,2}\s*$)")
_CELL_MAGIC = re.compile(r"%%(\w+)")
_PYTHON_CELLS = ("time", "timeit", "capture", "prun", "python", "python3")
_TOKEN = re.compile(r"\w+|[^\w\s]")
_PROMPT = re.compile(r"\s*(?:>>>|\.\.\.) ?")


def syntax_tree(source: str) -> ast.Module:
    """The tree of ``source``. Lines keep their numbers. Raises CodeError with line and column."""
    return _parse(tidy(source))


def tidy(source: str) -> str:
    """``source`` itself where it is Python, else without what may stand between the code; as many lines."""
    try:
        _parse(source)
    except CodeError:
        return _clean(source)
    return source


def _parse(source: str) -> ast.Module:
    tokens = sum(1 for _ in _TOKEN.finditer(source)) if len(source) > MAX_TOKENS else 0
    if tokens > MAX_TOKENS:
        raise ArchitectureFileError(
            f"The code is too long: expected at most {MAX_TOKENS:,} words and signs, received {tokens:,}. "
            "Keep only what builds the model."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            return ast.parse(source)
    except SyntaxError as error:
        raise CodeError(error.lineno or 1, f"this is not Python: {error.msg}.", error.offset or None) from None
    except (ValueError, MemoryError, RecursionError):  # NUL bytes, absurd nesting
        raise ArchitectureFileError(
            "This is not Python code: it has characters or nesting that Python refuses."
        ) from None


def _clean(source: str) -> str:
    """``source`` with magics, shell lines, prompts, fences and a common indentation taken out."""
    cell = _CELL_MAGIC.match(source.lstrip())
    if cell and cell[1] not in _PYTHON_CELLS:
        return "\n" * source.count("\n")
    lines = source.replace("\xa0", " ").replace("\ufeff", "").splitlines()
    if any(line.lstrip().startswith(">>>") for line in lines):
        lines = [_PROMPT.sub("", line, count=1) if _PROMPT.match(line) else "" for line in lines]
    lines = ["" if line.lstrip().startswith("```") else line for line in lines]
    lines = [f"{magic[1]}pass" if (magic := _MAGIC.match(line)) else line for line in lines]
    filled = [line for line in lines if line.strip()]
    margin = min((len(line) - len(line.lstrip(" ")) for line in filled), default=0)
    return "\n".join(line[margin:] for line in lines)
