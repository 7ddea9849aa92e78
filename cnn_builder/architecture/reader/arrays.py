"""The shapes of data in pasted code: where arrays come from, and what indexing, methods and arithmetic make of them.

No data is ever loaded. A shape is known from the code alone, or the value is not followed.
"""

from __future__ import annotations

import ast
from math import prod
from typing import Any

from cnn_builder.architecture.reader.values import Array, Axes, Ref, Unknown, has_gap
from cnn_builder.limits import MAX_AXES, MAX_NUMBER

METHODS = (
    "reshape", "astype", "copy", "squeeze", "transpose", "repeat", "max", "min", "mean", "std", "sum", "flatten",
    "ravel", "numpy", "clip", "round",
)  # fmt: skip
"""Methods of an array whose result's shape is followed."""
_SAME = ("astype", "copy", "numpy", "clip", "round")
_BY_NAME = {
    "reshape": {"newshape", "shape", "order", "copy"}, "astype": {"dtype", "copy", "order", "casting"},
    "squeeze": {"axis"}, "transpose": {"perm", "axes"}, "repeat": {"repeats", "axis"}, "clip": {"min", "max"},
}  # fmt: skip
_NUMBERS = ("max", "min", "mean", "std", "sum")
_ELEMENTWISE = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)


def array_attribute(owner: Array, name: str, line: int) -> Any:
    """``owner.shape`` and the like, Unknown for what is not followed."""
    if name == "shape":
        return tuple(Unknown(line, "an axis of unknown length") if size is None else size for size in owner.shape)
    if name == "ndim":
        return len(owner.shape)
    if name == "size" and (total := _total(owner.shape)) is not None:
        return total
    return Array(owner.shape[::-1]) if name == "T" else Unknown(line, f".{name}")


def length(owner: Array, line: int) -> Any:
    """``len(owner)``."""
    return Unknown(line, "the length of data") if not owner.shape or owner.shape[0] is None else owner.shape[0]


def item(owner: Array, keys: list[Any], line: int) -> Any:
    """``owner[keys]`` for numbers, slices, ``…`` and new axes; Unknown for everything else."""
    unknown = Unknown(line, "an index of data")
    axes = len([key for key in keys if not _is_new(key) and key is not Ellipsis])
    if axes > len(owner.shape) or len([key for key in keys if key is Ellipsis]) > 1:
        return unknown
    rest = [slice(None)] * (len(owner.shape) - axes)
    place = next((place for place, key in enumerate(keys) if key is Ellipsis), len(keys))
    sizes, found = iter(owner.shape), list[int | None]()
    for key in [*keys[:place], *rest, *keys[place + 1 :]]:
        size = None if _is_new(key) else next(sizes)
        if _is_new(key):
            found.append(1)
        elif isinstance(key, slice):
            if key.step == 0:
                return unknown
            found.append(_sliced(key, size))
        elif type(key) is not int or (size is not None and not -size <= key < size):
            return unknown
    return _array(tuple(found), line, owner.classes if tuple(found) == owner.shape else None)


def _is_new(key: Any) -> bool:
    return key is None or (isinstance(key, Ref) and key.last == "newaxis")


def _sliced(key: slice, size: int | None) -> int | None:
    numbers = all(part is None or type(part) is int for part in (key.start, key.stop, key.step))
    return None if size is None or not numbers else len(range(*key.indices(size)))


def combine(op: ast.AST, operands: tuple[Any, ...], line: int) -> Any:
    """The shape of an operator's result: sizes of 1 are stretched, as NumPy does."""
    if isinstance(op, ast.USub | ast.UAdd):
        return Array(operands[0].shape)
    if not isinstance(op, _ELEMENTWISE) or not all(isinstance(one, Array | int | float) for one in operands):
        return Unknown(line, "arithmetic with data")
    one, other = (value.shape if isinstance(value, Array) else () for value in operands)
    longest = max(len(one), len(other))
    found = list[int | None]()
    for a, b in zip((1,) * (longest - len(one)) + one, (1,) * (longest - len(other)) + other, strict=True):
        if None not in (a, b) and a != b and 1 not in (a, b):
            return Unknown(line, "arithmetic with data of shapes that do not fit")
        found.append(b if a == 1 or (a is None and b != 1) else a)
    return _array(tuple(found), line)


def call_array_method(owner: Array | Unknown, name: str, args: list[Any], kwargs: dict[str, Any], line: int) -> Any:
    """``owner.reshape(…)`` and the like; what is not known becomes known by a reshape to literal sizes."""
    unknown = Unknown(line, f"the result of .{name}")
    if has_gap(args) or kwargs.keys() - _BY_NAME.get(name, set()):
        return unknown
    if name == "reshape":
        target = kwargs.get("newshape", kwargs.get("shape", args[0] if len(args) == 1 else tuple(args)))
        return _reshape(owner, target, line)
    if not isinstance(owner, Array):
        return unknown
    if name in _SAME:
        return owner
    if name in _NUMBERS and not args:
        whole = name == "max" and owner.classes is not None
        return owner.classes - 1 if whole and owner.classes is not None else Array(())
    if name in ("flatten", "ravel"):
        return Array((_total(owner.shape),))
    axis = kwargs.get("axis", args[-1] if args else None)
    if name == "squeeze":
        return _squeeze(owner, axis, line)
    if name == "transpose":
        return _transpose(
            owner, args[0] if len(args) == 1 else kwargs.get("perm", kwargs.get("axes", tuple(args))), line
        )
    if name == "repeat" and type(axis) is int and len(args) + len(kwargs) == 2:
        return _repeat(owner, kwargs.get("repeats", args[0] if args else None), axis, line)
    return unknown


def _total(shape: Axes) -> int | None:
    return None if None in shape else prod(size for size in shape if size is not None)


def _array(shape: Axes, line: int, classes: int | None = None) -> Any:
    small = len(shape) <= MAX_AXES and all(size is None or 0 <= size <= MAX_NUMBER for size in shape)
    return Array(shape, classes) if small else Unknown(line, "data of a shape that is not followed")


def _is_size(value: Any) -> bool:
    return type(value) is int and abs(value) <= MAX_NUMBER


def axes(value: Any) -> Axes | None:
    """The sizes that code gives for a shape: a number or several, each None where it is not known. None if no shape."""
    sizes = (value,) if type(value) is int else value
    if not isinstance(sizes, list | tuple) or has_gap(sizes):
        return None
    if len(sizes) > MAX_AXES or not all(isinstance(size, Unknown) or _is_size(size) for size in sizes):
        return None
    return tuple(None if isinstance(size, Unknown) else size for size in sizes)


def _reshape(owner: Array | Unknown, target: Any, line: int) -> Any:
    sizes = axes(target)
    if sizes is None or sizes.count(-1) > 1 or any(size is not None and size < -1 for size in sizes):
        return Unknown(line, "the result of .reshape")
    total = _total(owner.shape) if isinstance(owner, Array) else None
    known = _total(tuple(size for size in sizes if size != -1))
    rest = None
    if total is not None and known is not None:
        fits = total == known if -1 not in sizes else known > 0 and total % known == 0
        if not fits:
            return Unknown(line, "a reshape to sizes that do not fit")
        rest = total // known if known else None
    return _array(tuple(rest if size == -1 else size for size in sizes), line)


def _squeeze(owner: Array, axis: Any, line: int) -> Any:
    if axis is None and None not in owner.shape:
        return Array(tuple(size for size in owner.shape if size != 1))
    rank = len(owner.shape)
    if type(axis) is not int or not -rank <= axis < rank or owner.shape[axis] not in (1, None):
        return Unknown(line, "the result of squeeze")
    place = axis % rank
    return Array(owner.shape[:place] + owner.shape[place + 1 :])


def _transpose(owner: Array, order: Any, line: int) -> Any:
    order = tuple(range(len(owner.shape)))[::-1] if order in ((), None) else order
    places = axes(order)
    if places is None or sorted(place for place in places if place is not None) != list(range(len(owner.shape))):
        return Unknown(line, "the result of transpose")
    return Array(tuple(owner.shape[place] for place in places if place is not None))


def _repeat(owner: Array, count: Any, axis: int, line: int) -> Any:
    rank = len(owner.shape)
    if type(count) is not int or count < 0 or not -rank <= axis < rank:
        return Unknown(line, "the result of repeat")
    sizes = list(owner.shape)
    size = sizes[axis]
    sizes[axis] = None if size is None else size * count
    return _array(tuple(sizes), line)


def expand(owner: Array, axis: Any, line: int) -> Any:
    """``expand_dims(owner, axis)``."""
    places = axes(axis)
    rank = len(owner.shape) + len(places or ())
    if not places or any(place is None or not -rank <= place < rank for place in places):
        return Unknown(line, "the result of expand_dims")
    new = {place % rank for place in places if place is not None}
    sizes = iter(owner.shape)
    return _array(tuple(1 if place in new else next(sizes, 1) for place in range(rank)), line)


def filled(shape: Axes, line: int) -> Any:
    """An array of this shape."""
    return _array(shape, line)


def concatenate(parts: list[Array], axis: int, line: int) -> Any:
    """The arrays one after the other along an axis."""
    rank = len(parts[0].shape)
    unknown = Unknown(line, "the result of concatenate")
    if any(len(part.shape) != rank for part in parts) or not -rank <= axis < rank:
        return unknown
    found = list[int | None]()
    for place, sizes in enumerate(zip(*(part.shape for part in parts), strict=True)):
        known = [size for size in sizes if size is not None]
        if place == axis % rank:
            found.append(sum(known) if len(known) == len(sizes) else None)
        elif len(set(known)) > 1:
            return unknown
        else:
            found.append(known[0] if known else None)
    return _array(tuple(found), line)


def pad(owner: Array, widths: Any, line: int) -> Any:
    """The array with rows put before and behind each axis."""
    given = [(widths, widths)] * len(owner.shape) if type(widths) is int else widths
    pairs = [axes(pair) for pair in given] if isinstance(given, list | tuple) and not has_gap(given) else []
    if len(pairs) != len(owner.shape) or any(pair is None or len(pair) != 2 or None in pair for pair in pairs):
        return Unknown(line, "the result of pad")
    added = [sum(size or 0 for size in pair or ()) for pair in pairs]
    return _array(
        tuple(None if size is None else size + more for size, more in zip(owner.shape, added, strict=True)), line
    )


def resized(owner: Array, size: Any, line: int) -> Any:
    """Images of another height and width."""
    sizes = axes(size)
    if sizes is None or len(sizes) != 2 or len(owner.shape) not in (3, 4):
        return Unknown(line, "the result of resize")
    return _array((*owner.shape[:-3], *sizes, owner.shape[-1]), line)
