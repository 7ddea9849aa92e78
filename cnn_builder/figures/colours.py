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
ACCENT = ("#4f46e5", "#a5b4fc")
"""The accent colour on light and on dark."""
