"""Amounts in words, as short as they can be read at a glance."""

from cnn_builder.figures.locale_text import plain_decimals


def seconds_text(seconds: float) -> str:
    """A span that is only estimated: "0.4 s", "12 s", "3 min 20 s", "2 h 5 min"."""
    if seconds < 9.95:
        return f"{plain_decimals(f'{max(seconds, 0.1):.1f}')} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
