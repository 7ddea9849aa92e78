"""Python's own functions that are safe on small literals. Their results stay small."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnn_builder.architecture.reader.arrays import length
from cnn_builder.architecture.reader.values import OPAQUE, Array, CodeError, Unknown, has_gap
from cnn_builder.limits import MAX_DIGITS, MAX_ROUNDS

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
        known = not args or (len(args) == 1 and isinstance(args[0], dict))
        return {**(args[0] if args else {}), **kwargs} if known else unfollowed
    if name == "len" and len(args) == 1 and isinstance(args[0], Array) and not kwargs:
        return length(args[0], line)
    if set(kwargs) - {"start"} or any(isinstance(arg, OPAQUE) or has_gap(arg) for arg in args):
        return unfollowed
    if name in ("sum", "min", "max", "sorted", "str") and not all(_numbers(arg) for arg in args):
        return unfollowed
    if name == "round" and any(not isinstance(arg, int) or abs(arg) > MAX_DIGITS for arg in args[1:]):
        return unfollowed  # round(5, -10**9) counts to 10 ** 10 ** 9
    try:
        result = _SAFE[name](*args, **kwargs)
        if name == "range" and len(result) > MAX_ROUNDS:
            raise CodeError(line, f"a loop of {len(result):,} rounds is too long: expected at most {MAX_ROUNDS:,}.")
    except (TypeError, ValueError, OverflowError):
        return unfollowed
    return list(result) if name in _ITERATORS else result


def _numbers(value: Any) -> bool:
    return isinstance(value, int | float) or (
        isinstance(value, list | tuple) and all(isinstance(part, int | float) for part in value)
    )
