"""Run ids: they sort by time, and are safe as a folder's name and in an address."""

import re
import secrets

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_TIME_LENGTH = 9  # base 36: milliseconds until the year 5188
_TAIL_LENGTH = 5
RUN_ID = re.compile(r"[a-z0-9-]{8,26}")


def new_id(seconds: float, after: str | None = None) -> str:
    """A new id for a run made at `seconds` (unix time), greater than `after` even where the clock was set back."""
    ticks = max(0, int(seconds * 1000))
    if after is not None:
        ticks = max(ticks, _ticks(after) + 1)
    tail = "".join(secrets.choice(_ALPHABET) for _ in range(_TAIL_LENGTH))
    return f"{_encode(ticks)}-{tail}"


def _encode(ticks: int) -> str:
    digits = []
    for _ in range(_TIME_LENGTH):
        ticks, digit = divmod(ticks, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))


def _ticks(run_id: str) -> int:
    """The time part of an id of ours; 0 for one made elsewhere."""
    head = run_id.split("-", 1)[0]
    return int(head, 36) if len(head) == _TIME_LENGTH else 0
