"""Text for people: what comes from files and people made safe to show, and spans of time in words."""

import re

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&^=@])")


def plain(text: str) -> str:
    """``text`` as Markdown that shows exactly its characters, on one line."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def duration(seconds: float) -> str:
    """``95`` as ``1 min 35 s``."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def ago(then: float, now: float) -> str:
    """How long before ``now`` (unix seconds) ``then`` was, in words."""
    seconds = max(0.0, now - then)
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit} ago"
    return "just now"
