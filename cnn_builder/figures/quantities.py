"""Amounts in words, as short as they can be read at a glance."""


def bytes_text(count: int) -> str:
    """Bytes: "812 B", "3.2 kB", "640 MB", "1.5 GB" (1 GB = 10⁹ bytes)."""
    size = float(count)
    for unit in ("B", "kB", "MB"):
        if size < 999.5:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 99.5 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} GB"


def seconds_text(seconds: float) -> str:
    """A span that is only estimated: "0.4 s", "12 s", "3 min 20 s", "2 h 5 min"."""
    if seconds < 9.95:
        return f"{max(seconds, 0.1):.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
