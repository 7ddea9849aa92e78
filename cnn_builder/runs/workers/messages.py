"""Messages between the pages and the service process: a JSON header, then raw arrays. No pickle, no port.

A message is the header's length (4 bytes, big-endian), the header (JSON, UTF-8) and the arrays' bytes in C order,
as the header's "arrays" list of {"name", "dtype", "shape"} says.
"""

import json
import math
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np

from cnn_builder.limits import MAX_ARRAYS_BYTES, MAX_HEADER_BYTES

Header = dict[str, Any]
Arrays = dict[str, np.ndarray]
Answer = tuple[Header, Arrays]

_KINDS = "buif"  # booleans, integers and floats: never objects


class FramingError(ValueError):
    """The bytes are not a message: cut short, too long, or an array of a kind that is not allowed."""


def write_message(stream: BinaryIO, header: Mapping[str, Any], arrays: Mapping[str, np.ndarray] | None = None) -> None:
    """Write one message and flush. Raises FramingError for what cannot be read back, OSError for a closed pipe."""
    blocks = {name: np.ascontiguousarray(array) for name, array in (arrays or {}).items()}
    described = [{"name": name, "dtype": a.dtype.str, "shape": list(a.shape)} for name, a in blocks.items()]
    for array in blocks.values():
        if array.dtype.kind not in _KINDS:
            raise FramingError(f"arrays hold numbers; received dtype {array.dtype}")
    try:
        text = json.dumps({**header, "arrays": described}, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise FramingError(f"the header is not plain JSON: {error}") from error
    if len(text) > MAX_HEADER_BYTES or sum(a.nbytes for a in blocks.values()) > MAX_ARRAYS_BYTES:
        raise FramingError("the message is too long")
    stream.write(struct.pack(">I", len(text)) + text)
    for array in blocks.values():
        stream.write(array.tobytes())
    stream.flush()


def read_message(stream: BinaryIO) -> tuple[dict[str, Any], dict[str, np.ndarray]] | None:
    """Read one message; None where the stream has ended. Raises FramingError for anything else."""
    prefix = _read(stream, 4, may_end=True)
    if prefix is None:
        return None
    (length,) = struct.unpack(">I", prefix)
    if length > MAX_HEADER_BYTES:
        raise FramingError(f"a header has at most {MAX_HEADER_BYTES} bytes; received {length}")
    try:
        header = json.loads(_read(stream, length) or b"")
        described = header.pop("arrays", [])
        layouts = [(str(a["name"]), np.dtype(a["dtype"]), tuple(int(n) for n in a["shape"])) for a in described]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise FramingError(f"the header is not a message's: {error}") from error
    _check(layouts)
    arrays = {}
    for name, dtype, shape in layouts:
        raw = _read(stream, math.prod(shape) * dtype.itemsize) or b""
        arrays[name] = np.frombuffer(raw, dtype=dtype).reshape(shape).copy()
    return header, arrays


def _check(layouts: list[tuple[str, np.dtype, tuple[int, ...]]]) -> None:
    total = 0
    for name, dtype, shape in layouts:
        if dtype.kind not in _KINDS or dtype.shape:
            raise FramingError(f"array {name!r}: numbers expected, received dtype {dtype}")
        if any(n < 0 for n in shape) or len(shape) > 8:
            raise FramingError(f"array {name!r}: not a shape: {shape}")
        total += math.prod(shape) * dtype.itemsize
    if total > MAX_ARRAYS_BYTES:
        raise FramingError(f"arrays have at most {MAX_ARRAYS_BYTES} bytes together; received {total}")


def _read(stream: BinaryIO, count: int, may_end: bool = False) -> bytes | None:
    """Exactly `count` bytes: an unbuffered pipe may hand them out in pieces."""
    parts: list[bytes] = []
    left = count
    while left:
        part = stream.read(left)
        if not part:
            if may_end and left == count:
                return None
            raise FramingError(f"the stream ended {left} bytes early")
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
