"""A map as a grid of places: those marked, the zeros around it, and boxes laid over it.

Drawn with positioned HTML boxes: Streamlit lets no SVG through in HTML, and everything here is a rectangle.
"""

from collections.abc import Collection
from dataclasses import dataclass
from html import escape

LARGEST_CELL, SMALLEST_CELL = 18.0, 4.0
SHOWN_WHOLE = 40
"""Places along an axis up to which a map is shown whole; of a larger one, a cutout is shown."""
CUTOUT = 33


@dataclass(frozen=True)
class Span:
    """Places along an axis from ``start`` to ``stop``, not included; below 0 and from the size on are zeros."""

    start: int
    stop: int

    def __len__(self) -> int:
        return max(self.stop - self.start, 0)

    def cut(self, middle: int) -> "Span":
        """This span, or, when it is long, the part of it around ``middle``."""
        if len(self) <= SHOWN_WHOLE:
            return self
        start = max(self.start, min(middle - CUTOUT // 2, self.stop - CUTOUT))
        return Span(start, start + CUTOUT)

    def within(self, other: "Span") -> "Span":
        """The part of this span that lies in the other."""
        return Span(max(self.start, other.start), min(self.stop, other.stop))


@dataclass(frozen=True)
class Area:
    """A rectangle of places: rows by columns."""

    rows: Span
    columns: Span

    def within(self, other: "Area") -> "Area":
        """The part of this area that lies in the other."""
        return Area(self.rows.within(other.rows), self.columns.within(other.columns))


@dataclass(frozen=True)
class Mark:
    """A rectangle laid over the grid; ``style`` is its class in the style sheet."""

    area: Area
    style: str


def cell_size(area: Area, width: float) -> float:
    """The side of a place in pixels, so that the area is at most about ``width`` pixels wide and high."""
    places = max(len(area.rows), len(area.columns), 1)
    return round(max(SMALLEST_CELL, min(LARGEST_CELL, width / places)), 2)


def grid_html(shown: Area, size: tuple[int, int], cell: float, marks: Collection[Mark], description: str) -> str:
    """The ``shown`` part of a map of ``size`` (height, width), with the marks on it.

    Args:
        cell: side of a place in pixels.
        description: what the picture says, for those who cannot see it.
    """
    inside = Area(Span(0, size[0]), Span(0, size[1])).within(shown)
    parts = [_rectangle(shown, shown, cell, "zeros")] if inside != shown else []
    parts.append(_rectangle(inside, shown, cell, "map"))
    parts.append(_rectangle(shown, shown, cell, "lines", f"background-size:{cell:g}px {cell:g}px"))
    parts += [_rectangle(mark.area.within(shown), shown, cell, mark.style) for mark in marks]
    parts.append(_rectangle(inside, shown, cell, "edge"))
    return box_picture("".join(parts), len(shown.columns) * cell, len(shown.rows) * cell, description)


def box_picture(content: str, width: float, height: float, description: str) -> str:
    """A picture made of boxes, in pixels; ``description`` is what it says in words."""
    size = f"width:{width:g}px;height:{height:g}px"
    return f'<div class="cnn-grid" role="img" aria-label="{escape(description)}" style="{size}">{content}</div>'


def box(style: str, left: float, top: float, width: float, height: float, more: str = "") -> str:
    """A box of a picture, in pixels from its corner; ``style`` is its class, ``more`` further CSS."""
    place = f"left:{left:g}px;top:{top:g}px;width:{width:g}px;height:{height:g}px"
    return f'<i class="{style}" style="{place}{";" if more else ""}{more}"></i>'


def _rectangle(area: Area, shown: Area, cell: float, style: str, more: str = "") -> str:
    if not len(area.rows) or not len(area.columns):
        return ""
    left, top = (area.columns.start - shown.columns.start) * cell, (area.rows.start - shown.rows.start) * cell
    return box(style, left, top, len(area.columns) * cell, len(area.rows) * cell, more)
