"""Lines over epochs as an inline SVG that needs nothing else: for a report that is read without the app."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 520, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 508, 30, 222
_X_TICKS, _Y_TICKS = 8, 5
EPOCH = "epoch"


@dataclass(frozen=True)
class Line:
    """A line by its name and CSS class; `points` are (epoch, value), what has no value left out."""

    name: str
    css: str
    points: Sequence[tuple[float, float]]


def line_chart(
    title: str, lines: Sequence[Line], best: float | None = None, events: Sequence[float] = (), axis: str = EPOCH
) -> str:
    """The lines with axes and a legend; `axis` says what they are over. "" where there is nothing.

    A dotted upright stands at the epoch `best`, a dashed one at each of `events`, in epochs, where something happened.
    """
    lines = [line for line in lines if line.points]
    if not lines:
        return ""
    values = [value for line in lines for _, value in line.points]
    last = max(max(epoch for epoch, _ in line.points) for line in lines)
    first = min(min(epoch for epoch, _ in line.points) for line in lines)
    ticks = nice_ticks(min(values), max(values), _Y_TICKS)
    low, high = min(ticks[0], *values), max(ticks[-1], *values)

    def x(epoch: float) -> float:
        return _LEFT + (epoch - first) / ((last - first) or 1) * (_RIGHT - _LEFT)

    def y(value: float) -> float:
        return _BOTTOM - (value - low) / ((high - low) or 1) * (_BOTTOM - _TOP)

    grid = "".join(
        f'<path class="grid" d="M{_LEFT} {y(tick):.1f}H{_RIGHT}"/>'
        f'<text x="{_LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>'
        for tick in ticks
    )
    marks = "".join(
        f'<text x="{x(tick):.1f}" y="{_BOTTOM + 18}" text-anchor="middle">{tick:g}</text>'
        for tick in nice_ticks(first, last, _X_TICKS, whole=axis == EPOCH)
        if first <= tick <= last
    )
    uprights = [("best", best)] if best is not None else []
    uprights += [("event", at) for at in events if first <= at <= last]
    upright = "".join(f'<path class="{css}" d="M{x(at):.1f} {_TOP}V{_BOTTOM}"/>' for css, at in uprights)
    drawn = "".join(_line(line, [(x(epoch), y(value)) for epoch, value in line.points]) for line in lines)
    label = f"{title} by {axis}: " + ", ".join(f"{line.name} ends at {line.points[-1][1]:.4g}" for line in lines)
    named = f'<text x="{(_LEFT + _RIGHT) / 2}" y="{_BOTTOM + 34}" text-anchor="middle">{escape(axis)}</text>'
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(label)}">{grid}{marks}{named}'
        f"{upright}{drawn}{_legend(title, lines)}</svg>"
    )


def nice_ticks(low: float, high: float, most: int, whole: bool = False) -> list[float]:
    """Round numbers from at or below `low` to at or above `high`, about `most` of them; whole ones on request."""
    span = (high - low) or abs(high) or 1.0
    size = 10.0 ** math.floor(math.log10(span / most))
    step = next(size * factor for factor in (1, 2, 5, 10, 20) if span / (size * factor) <= most)
    if whole:
        step = max(1.0, math.ceil(step))
    start, end = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(place * step, 12) for place in range(start, end + 1)]


def _line(line: Line, points: Sequence[tuple[float, float]]) -> str:
    if len(points) == 1:
        return f'<circle class="{line.css}" cx="{points[0][0]:.1f}" cy="{points[0][1]:.1f}" r="3"/>'
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return f'<path class="line {line.css}" d="M{path}"/>'


def _legend(title: str, lines: Sequence[Line]) -> str:
    parts = [f'<text class="title" x="{_LEFT}" y="14">{escape(title)}</text>']
    right = _RIGHT
    for line in reversed(lines):
        right -= 8 + round(6.4 * len(line.name))
        parts.append(f'<text x="{right}" y="14">{escape(line.name)}</text>')
        right -= 22
        parts.append(f'<path class="line {line.css}" d="M{right} 10h16"/>')
        right -= 8
    return "".join(parts)
