"""The methods of lists, dictionaries and text. What changes one is carried out in place, or is an error."""

from __future__ import annotations

import ast
from typing import Any

from cnn_builder.architecture.reader.arithmetic import apply, charged
from cnn_builder.architecture.reader.changes import changing, unfollowed
from cnn_builder.architecture.reader.values import (
    Budget,
    CodeError,
    LayerValue,
    Model,
    Several,
    Tensor,
    Unknown,
    has_gap,
    is_key,
)
from cnn_builder.limits import MAX_ITEMS

_ABSENT = object()


def call_container_method(
    owner: Any, name: str, args: list[Any], kwargs: dict[str, Any], line: int, budget: Budget
) -> Any:
    """The result of ``owner.name(…)``; Unknown where it is not followed and changes nothing. Raises CodeError."""
    result: Any = _ABSENT
    if isinstance(owner, list) and not kwargs:
        result = _of_list(owner, name, args, line, budget)
    elif isinstance(owner, dict) and (not kwargs or name == "update"):
        result = _of_dict(owner, name, args, kwargs, line, budget)
    elif isinstance(owner, str) and not args and name in ("lower", "upper", "strip"):
        result = charged(getattr(owner, name)(), line, budget)
    if result is not _ABSENT:
        return result
    if changing(owner, name):
        raise unfollowed(owner, f".{name}", line)
    return Unknown(line, f"the result of .{name}")


def in_place(op: ast.operator, owner: list[Any] | dict[Any, Any], value: Any, line: int, budget: Budget) -> Any:
    """``owner += value`` and the like: every other name of the list sees it. Raises CodeError."""
    if isinstance(owner, list) and isinstance(op, ast.Add) and isinstance(value, list | tuple | Unknown):
        extend(owner, value, line, budget)
    elif isinstance(owner, list) and isinstance(op, ast.Mult) and isinstance(value, int):
        result = apply(op, line, (owner, value), budget)
        if not isinstance(result, list):
            raise unfollowed(owner, "this operator", line)
        owner[:] = result
    elif isinstance(owner, dict) and isinstance(op, ast.BitOr) and isinstance(value, dict):
        owner.update(charged(value, line, budget))
    else:
        raise unfollowed(owner, "this operator", line)
    return owner


def extend(owner: list[Any], value: Any, line: int, budget: Budget) -> None:
    """Put the items of ``value`` at the end. Raises CodeError for too many."""
    grown = [Several(value.line, value.what, value.error)] if isinstance(value, Unknown) else list(value)
    _make_room(owner, len(grown), line, budget)
    owner.extend(grown)


def _make_room(owner: list[Any], count: int, line: int, budget: Budget) -> None:
    if len(owner) + count > MAX_ITEMS:
        raise CodeError(line, f"a list grows beyond {MAX_ITEMS:,} items.")
    budget.spend(line, count)


def _of_list(owner: list[Any], name: str, args: list[Any], line: int, budget: Budget) -> Any:
    match name, args:
        case "append", [value]:
            extend(owner, [value], line, budget)
        case "extend", [list() | tuple() | Unknown() as values]:
            extend(owner, values, line, budget)
        case "insert", [int() as place, value] if not has_gap(owner):
            _make_room(owner, 1, line, budget)
            owner.insert(place, value)
        case "pop", [] if owner and not isinstance(owner[-1], Several):
            return owner.pop()
        case "pop", [int() as place] if not has_gap(owner) and -len(owner) <= place < len(owner):
            return owner.pop(place)
        case "remove", [value] if (found := _place(owner, value)) is not None:
            del owner[found]
        case "clear", []:
            owner.clear()
        case "reverse", []:
            owner.reverse()
        case "sort", [] if all(isinstance(part, int | float) for part in owner):
            owner.sort()
        case "copy", []:
            return charged(list(owner), line, budget)
        case _:
            return _ABSENT
    return None


def _place(owner: list[Any], value: Any) -> int | None:
    """Where remove finds ``value``; None where that is not known."""
    plain = str | int | float | None
    for place, part in enumerate(owner):
        if part is value or (isinstance(part, plain) and isinstance(value, plain) and part == value):
            return place
        if not isinstance(part, plain | LayerValue | Model | Tensor):  # it may be equal without being the same
            return None
    return None


def _of_dict(
    owner: dict[Any, Any], name: str, args: list[Any], kwargs: dict[str, Any], line: int, budget: Budget
) -> Any:
    match name, args:
        case "items" | "keys" | "values", []:
            return charged(list(getattr(owner, name)()), line, budget)
        case "get", [key] | [key, _] if is_key(key):
            return owner.get(*args)
        case "copy", []:
            return charged(dict(owner), line, budget)
        case "clear", []:
            owner.clear()
        case "update", [] | [dict()] if "**" not in kwargs:
            owner.update(charged({**(args[0] if args else {}), **kwargs}, line, budget))
        case "pop", [key] if is_key(key) and key in owner:
            return owner.pop(key)
        case "pop", [key, absent] if is_key(key):
            return owner.pop(key, absent)
        case "setdefault", [key] | [key, _] if is_key(key):
            budget.spend(line)
            return owner.setdefault(*args)
        case _:
            return _ABSENT
    return None
