"""Brackets that pasted code opens and never closes, and where they may have been meant to be closed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

_CLOSER = {"(": ")", "[": "]", "{": "}"}
_MOST_OPEN = 20
"""Most brackets that are closed; more of them are no slip."""
_MOST_PLACES = 40
"""Most statements before which it is tried."""
# Strings and comments are looked over as a whole: a bracket in them is none.
_TOKEN = re.compile(
    r"(?P<skip>#[^\n]*|(\"{3}|'{3})(?:\\.|.)*?\2|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*')|(?P<sign>[][(){}])", re.S
)


@dataclass(frozen=True)
class Closed:
    """Code whose brackets are closed.

    Args:
        source: the whole code.
        added: the brackets that were added, such as "])".
        line: after which line of the code as it was, from 1.
    """

    source: str
    added: str
    line: int


@dataclass(frozen=True)
class _Open:
    sign: str
    at: int


def completions(source: str) -> Iterator[Closed]:
    """The ways to close what is open, the likeliest first; none where nothing is. They need not be Python.

    A bracket that another one closes is closed before that one; else at the end, or before a statement at the margin of
    the line that opened it.
    """
    opened: list[_Open] = []
    for match in _TOKEN.finditer(source):
        sign = match["sign"]
        if sign in _CLOSER:
            opened.append(_Open(sign, match.start()))
        elif sign and opened and _CLOSER[opened[-1].sign] == sign:
            opened.pop()
        elif sign:
            yield from _before_closer(source, opened, sign, match.start())
            return
    if not opened or len(opened) > _MOST_OPEN:
        return
    yield _put(source, len(source.rstrip()), _closers(opened))
    yield from _before_statements(source, opened[0])


def _before_closer(source: str, opened: list[_Open], sign: str, at: int) -> Iterator[Closed]:
    """Close what stands between a closing bracket and the one it was meant for."""
    place = next((place for place in reversed(range(len(opened))) if _CLOSER[opened[place].sign] == sign), None)
    if place is not None:
        yield _put(source, len(source[:at].rstrip()), _closers(opened[place + 1 :]))


def _before_statements(source: str, first: _Open) -> Iterator[Closed]:
    """Close before a statement; the last first, since what can still be read as an item of the list is one."""
    start = source.rfind("\n", 0, first.at) + 1
    margin = len(source[start : first.at]) - len(source[start : first.at].lstrip())
    statement = re.compile(rf"\n[ \t]{{0,{margin}}}(?=[^\s\])}}#])")
    starts = [match.start() for match in islice(statement.finditer(source, first.at), _MOST_PLACES)]
    for at in reversed(starts):
        before = source[:at]
        opened: list[_Open] = []
        for match in _TOKEN.finditer(before, first.at):
            if match["sign"] in _CLOSER:
                opened.append(_Open(match["sign"], match.start()))
            elif match["sign"] and opened:
                opened.pop()
        yield _put(source, len(before.rstrip()), _closers(opened))


def _closers(opened: list[_Open]) -> str:
    return "".join(_CLOSER[one.sign] for one in reversed(opened))


def _put(source: str, at: int, closers: str) -> Closed:
    """The brackets on a line of their own, behind whatever comment ends the one before it."""
    rest = source[at:]
    gap = "" if rest.startswith("\n") or not rest else "\n"
    return Closed(f"{source[:at]}\n{closers}{gap}{rest}", closers, source.count("\n", 0, at) + 1)
