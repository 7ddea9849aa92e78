"""What people may call their runs: names, notes and tags, on their way into the store."""

from collections.abc import Sequence

from cnn_builder.architecture.names import hidden_character
from cnn_builder.limits import MAX_NAME, MAX_NOTES, MAX_TAG, MAX_TAGS
from cnn_builder.runs.errors import RunTextError

UNNAMED = "Unnamed network"
"""Name of the run of a network that has none."""


def checked_name(text: str) -> str:
    """A name in one line, without spaces around it. Raises RunTextError."""
    return _checked("name", text, MAX_NAME)


def checked_notes(text: str) -> str:
    """Notes, of several lines if they are; none is "". Raises RunTextError."""
    kept = text.replace("\r\n", "\n").strip()
    _refuse("notes", kept, MAX_NOTES, allowed="\n\t")
    return kept


def checked_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """Tags in their order, each once, without spaces around them or commas in them. Raises RunTextError."""
    kept = tuple(dict.fromkeys(_checked("tag", tag, MAX_TAG) for tag in tags if tag.strip()))
    if len(kept) > MAX_TAGS:
        raise RunTextError(f"A run can have at most {MAX_TAGS} tags, received {len(kept)}.")
    if any("," in tag for tag in kept):
        raise RunTextError("A tag cannot contain a comma: commas separate the tags.")
    return kept


def _checked(what: str, text: str, limit: int) -> str:
    kept = text.strip()
    if not kept:
        raise RunTextError(f"A {what} must have at least one character.")
    _refuse(what, kept, limit)
    return kept


def _refuse(what: str, text: str, limit: int, allowed: str = "") -> None:
    if len(text) > limit:
        raise RunTextError(f"The {what} can have at most {limit:,} characters, received {len(text):,}.")
    found = hidden_character(text, allowed)
    if found is not None:
        place, sign = found
        raise RunTextError(
            f"The {what} contains a control character (U+{ord(sign):04X}) at position {place}. Remove it."
        )
