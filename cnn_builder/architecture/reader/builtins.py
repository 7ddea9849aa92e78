"""Python's own functions and methods that are safe on small literals. Their results stay small."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnn_builder.architecture.reader.values import OPAQUE, CodeError, Unknown

MAX_RANGE = 1_000
MAX_ITEMS = 10_000
"""Longest list or text that is followed."""

_SAFE: dict[str, Callable[..., Any]] = {
   "range": range, "int": int, "float": float, "len": len, "min": min, "max": max, "tuple": tuple, "list": list,
   "sum": sum, "abs": abs, "round": round, "enumerate": enumerate, "zip": zip, "reversed": reversed, "str": str,
   "bool": bool, "sorted": sorted}  # fmt: skip
BUILTINS = (*_SAFE, "dict")
_ITERATORS = ("range", "enumerate", "zip", "reversed")


def call_builtin(name: str, args: list[Any], kwargs: dict[str, Any], line: int) -> Any:
    """The result, or Unknown where it is not followed. Raises CodeError for a range too long to walk."""
    unfollowed = Unknown(line, f"the call of {name}")
    if name == "dict":
        return {**(args[0] if args and isinstance(args[0], dict) else {}), **kwargs} if len(args) < 2 else unfollowed
    if set(kwargs) - {"start"} or any(isinstance(arg, OPAQUE) for arg in args):
        return unfollowed
    if name in ("sum", "min", "max", "sorted", "str") and not all(_numbers(arg) for arg in args):
        return unfollowed
    try:
        result = _SAFE[name](*args, **kwargs)
        if name == "range" and len(result) > MAX_RANGE:
            raise CodeError(line, f"a loop of {len(result):,} rounds is too long: expected at most {MAX_RANGE:,}.")
    except (TypeError, ValueError, OverflowError):
        return unfollowed
    return list(result) if name in _ITERATORS else result


def _numbers(value: Any) -> bool:
    return isinstance(value, int | float) or (
        isinstance(value, list | tuple) and all(isinstance(part, int | float) for part in value)
    )


def call_method(owner: Any, name: str, args: list[Any], line: int) -> Any:
    """``list.append``, ``dict.items`` and a few more on literals; Unknown for every other."""
    if isinstance(owner, list) and name in ("append", "extend") and len(args) == 1:
        grown = [args[0]] if name == "append" else args[0]
        if isinstance(grown, Unknown):
            grown = [grown]
        if not isinstance(grown, list | tuple):
            return Unknown(line, f"the result of .{name}")
        if len(owner) + len(grown) > MAX_ITEMS:
            raise CodeError(line, f"a list grows beyond {MAX_ITEMS:,} items.")
        owner.extend(grown)
        return None
    if isinstance(owner, dict) and not args and name in ("items", "keys", "values"):
        return list(getattr(owner, name)())
    if isinstance(owner, dict) and name == "get" and 1 <= len(args) <= 2 and isinstance(args[0], str | int):
        return owner.get(*args)
    if isinstance(owner, str) and not args and name in ("lower", "upper", "strip"):
        return getattr(owner, name)()
    return Unknown(line, f"the result of .{name}")
