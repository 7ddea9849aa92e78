"""What a network may be called, and a run: one rule, so that a run takes its network's name over as it is."""

import unicodedata

# They reverse what is written around them: a name that shows as another.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def hidden_character(text: str, allowed: str = "") -> tuple[int, str] | None:
    """The first character that no name may have, with its position from 1; None where all can be shown as they are.

    Those are control characters (Cc, with NUL and line breaks), halves of characters (Cs), which no database takes,
    and those that turn the direction of writing; `allowed` names exceptions.
    """
    for place, sign in enumerate(text, 1):
        if (unicodedata.category(sign) in ("Cc", "Cs") or sign in _TURNING) and sign not in allowed:
            return place, sign
    return None
