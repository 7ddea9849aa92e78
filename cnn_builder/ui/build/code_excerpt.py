"""A line of somebody's code as it stands in an error: its number, the line, and a caret under the place."""

MOST_CHARACTERS = 72


def quoted(source: str, line: int, column: int | None = None) -> str:
    """Line ``line`` of ``source`` with the one before it, and a caret under ``column`` (both from 1).

    Without a column the caret stands under the line's first character. Long lines are cut around the caret.
    """
    lines = source.splitlines()
    if not 1 <= line <= len(lines):
        return ""
    text = _visible(lines[line - 1])
    at = (column or len(text) - len(text.lstrip()) + 1) - 1
    start = max(0, at - MOST_CHARACTERS // 2) if len(text) > MOST_CHARACTERS else 0
    width = len(str(line))
    before = _visible(lines[line - 2])[:MOST_CHARACTERS] if line > 1 and not start else ""
    shown = [f"{line - 1:>{width}} │ {before}"] if before.strip() else []
    shown.append(f"{line:>{width}} │ {'…' if start else ''}{text[start : start + MOST_CHARACTERS]}")
    shown.append(f"{'':>{width}} │ {' ' * (at - start + bool(start))}^")
    return "\n".join(shown)


def _visible(line: str) -> str:
    """Tabs as one space, so that columns stay, and control characters as a mark."""
    return "".join(char if char.isprintable() else " " if char == "\t" else "·" for char in line)
