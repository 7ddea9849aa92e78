"""Colours shared by pictures, tables and charts; each stands out 3:1 against the light and the dark background."""

CATEGORY_COLOURS: dict[str, str] = {
    "Convolution": "#6366f1",
    "Pooling": "#0d9488",
    "Shape": "#858d9b",
    "Dense": "#d97706",
    "Activation": "#f43f5e",
    "Regularization": "#64748b",
    "Augmentation": "#c026d3",
}
"""Category of a layer → its colour."""

INPUT_COLOUR = "#858d9b"
CHANNEL_COLOURS = ("#dc2626", "#16a34a", "#2563eb")
"""Of an image's three channels: red, green, blue."""
ACCENT = ("#4f46e5", "#a5b4fc")
"""The accent colour on light and on dark."""


def ink_on(red: int, green: int, blue: int) -> str:
    """Black or white, whichever stands out more on a colour: 4.5:1 or more. Each part is from 0 to 255.

    The luminance is WCAG's: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance. At 0.179 both stand out alike.
    """
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (red / 255, green / 255, blue / 255)
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000" if luminance > 0.179 else "#fff"
