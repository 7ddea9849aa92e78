"""The settings in which two runs differ, as an HTML table."""

from collections.abc import Sequence
from html import escape
from typing import Any


def settings_table(differences: Sequence[tuple[str, str, str]], first: str, second: str) -> str:
    """A row for each setting that differs: its title, the first run's value in words, the second's."""
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in ("Setting", first, second))
    body = "".join(
        f'<tr class="changed"><th scope="row">{escape(name)}</th><td>{escape(value_text(before))}</td>'
        f"<td><b>{escape(value_text(after))}</b></td></tr>"
        for name, before, after in differences
    )
    return (
        '<div class="cnn-table cnn-diff cnn-settings" role="region" aria-label="Settings that differ" tabindex="0">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def value_text(value: Any) -> str:
    """A setting's value for people."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return ", ".join(value_text(item) for item in value) if isinstance(value, tuple | list) else str(value)
