"""Inputs that are nearly right, for everything that reads a file or a text from outside: how they are changed.

What is read, and with what it begins, is in `fuzz_targets`. Whatever a reader raises besides our own errors is a
finding.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from cnn_builder.architecture.errors import CnnBuilderError

NASTY: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 10**30, 1e308, -0.0, "", "x" * 300, "\x00", "\ud800", [], {}, [[]], [None],
    [1, 2], [None, 28, 28, 1], {"class_name": "Lambda"}, {"class_name": "Conv2D", "config": []},
    {"class_name": "Sequential", "config": {"layers": []}}, "Conv2D", "Functional", float("nan"), float("inf"),
)  # fmt: skip
FRAGMENTS = (
    b"\x00",
    b"\xff\xff\xff\xff",
    b"{",
    b"]",
    b'"',
    b"(",
    b"for i in range(9):\n",
    b"import os\n",
    b"\n",
    b"-1",
    b"PK\x03\x04",
    b"1e999",
)


@dataclass(frozen=True)
class Target:
    """One reader: what it begins with, and how it is asked.

    Args:
        seeds: inputs that are right.
        read: reads one as the app does.
        document: the input with the JSON in it changed, and everything around it right.
        inside: the input with the bytes of a part changed, its checksums and compression right again.
        made: inputs made from values that are seldom met, in a form that is right.
        own_process: whether it is only read in a process of its own, which changed bytes may crash.
    """

    seeds: Callable[[], list[bytes]]
    read: Callable[[bytes], object]
    document: Callable[[bytes, Callable[[Any], Any]], bytes] | None = None
    inside: Callable[[bytes, Callable[[bytes], bytes]], bytes] | None = None
    made: st.SearchStrategy[bytes] | None = None
    own_process: bool = False

    def ways(self, safe: bool = False) -> "dict[str, st.SearchStrategy[bytes]]":
        """The strategies of changed inputs, by name; `safe`: those that no library has crashed at."""
        found: dict[str, st.SearchStrategy[bytes]] = {}
        if not (safe and self.own_process):
            found["bytes"] = changed_bytes(self)
            if self.inside is not None:
                found["bytes inside"] = changed_inside(self)
        if self.document is not None:
            found["values"] = changed_document(self)
        if self.made is not None:
            found["made"] = self.made
        return found


def check(target: Target, content: bytes) -> str:
    """Read it once; "" or the error that people are told. Raises whatever must not come out."""
    try:
        target.read(content)
    except CnnBuilderError as error:
        message = str(error)
        assert message and "Traceback" not in message, message
        return message
    return ""


@st.composite
def changed_bytes(draw: st.DrawFn, target: Target) -> bytes:
    """A seed with some of its bytes replaced, removed, repeated or cut off."""
    return _changed(draw, draw(st.sampled_from(target.seeds())))


@st.composite
def changed_inside(draw: st.DrawFn, target: Target) -> bytes:
    """A seed with bytes of some of its parts changed and what is around them made right again."""
    assert target.inside is not None
    content = draw(st.sampled_from(target.seeds()))
    return target.inside(content, lambda part: _changed(draw, part) if draw(st.booleans()) else part)


def _changed(draw: st.DrawFn, before: bytes) -> bytes:
    content = bytearray(before)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(len(content) - 1, 0)))
        match draw(st.sampled_from(("flip", "insert", "remove", "repeat", "cut"))):
            case "flip":
                content[at : at + 1] = bytes([draw(st.integers(0, 255))])
            case "insert":
                content[at:at] = draw(st.sampled_from(FRAGMENTS))
            case "remove":
                del content[at : at + draw(st.integers(1, 64))]
            case "repeat":
                content[at:at] = content[at : at + draw(st.integers(1, 200))]
            case "cut":
                del content[at + 1 :]
    return bytes(content)


@st.composite
def changed_document(draw: st.DrawFn, target: Target) -> bytes:
    """A seed whose JSON has some of its values replaced by others that are likely to be wrong."""
    assert target.document is not None
    content = draw(st.sampled_from(target.seeds()))

    def change(data: Any) -> Any:
        for _ in range(draw(st.integers(1, 4))):
            data = _replaced(draw, data)
        return data

    return target.document(content, change)


def _replaced(draw: st.DrawFn, data: Any) -> Any:
    """The data with one value in it replaced or taken away, chosen on the way down."""
    if not isinstance(data, dict | list) or not data or draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from(NASTY))
    key = draw(st.sampled_from(list(data) if isinstance(data, dict) else range(len(data))))
    if draw(st.integers(0, 19)) == 0:
        kept = dict(data) if isinstance(data, dict) else list(data)
        del kept[key]
        return kept
    changed = _replaced(draw, data[key])
    if isinstance(data, dict):
        return {**data, key: changed}
    return [*data[:key], changed, *data[key + 1 :]]
