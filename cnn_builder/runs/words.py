"""What people may call their runs: names, notes and tags, on their way into the store."""

import unicodedata
from collections.abc import Sequence

from cnn_builder.runs.errors import RunTextError

NAME_LIMIT, NOTES_LIMIT, TAG_LIMIT, MOST_TAGS = 120, 5_000, 40, 20
# They reverse or hide what is written around them: a name that shows as another.
_TURNING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def checked_name(text: str) -> str:
    """A name in one line, without blanks around it. Raises RunTextError."""
    return _checked("name", text, NAME_LIMIT)


def checked_notes(text: str) -> str:
    """Notes, of several lines if they are; none is "". Raises RunTextError."""
    kept = text.replace("\r\n", "\n").strip()
    _refuse("notes", kept, NOTES_LIMIT, allowed="\n\t")
    return kept


def checked_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """Tags in their order, each once, without blanks around them or commas in them. Raises RunTextError."""
    kept = tuple(dict.fromkeys(_checked("tag", tag, TAG_LIMIT) for tag in tags if tag.strip()))
    if len(kept) > MOST_TAGS:
        raise RunTextError(f"A run has at most {MOST_TAGS} tags, received {len(kept)}.")
    if any("," in tag for tag in kept):
        raise RunTextError("A tag has no comma: commas part the tags.")
    return kept


def _checked(what: str, text: str, limit: int) -> str:
    kept = text.strip()
    if not kept:
        raise RunTextError(f"A {what} has at least one character.")
    _refuse(what, kept, limit)
    return kept


def _refuse(what: str, text: str, limit: int, allowed: str = "") -> None:
    if len(text) > limit:
        raise RunTextError(f"The {what} may have at most {limit:,} characters, received {len(text):,}.")
    for place, sign in enumerate(text, 1):
        # Cc: control characters, NUL among them; Cs: halves of characters, which no database takes.
        wrong = unicodedata.category(sign) in ("Cc", "Cs") or sign in _TURNING
        if wrong and sign not in allowed:
            raise RunTextError(f"The {what} has a control character (U+{ord(sign):04X}) at place {place}. Remove it.")
