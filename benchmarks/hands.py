"""Digits, letters and scribbles as strokes, in the ways people make them, drawn with the canvas's own pen path.

A hand is one way to write one digit: its strokes through points in percent of a box, "!" before a corner. Nothing here
comes from a data set's images. Networks and limits may be tuned on `TUNED` hands; `HELD_OUT` ones are only for the
numbers that are reported.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw

SIDE = 112  # of the picture that the canvas sends
UNIT = 1000.0  # the canvas's own length of a side
MIN_STEP = 4.0  # as in pad.js: nearer points are not taken
_SHARP = 4  # pixels drawn for each pixel of the result, along each side

Strokes = list[np.ndarray]


@dataclass(frozen=True)
class Hand:
    """One way to write `label`, which is empty for what is no digit."""

    label: str
    name: str
    strokes: tuple[str, ...]


def _hands(label: str, **ways: str) -> list[Hand]:
    return [Hand(label, name.replace("_", " "), tuple(text.split("|"))) for name, text in ways.items()]


TUNED: tuple[Hand, ...] = (
    *_hands(
        "0",
        oval="50,0 22,10 8,35 8,65 22,92 48,100 72,90 84,60 80,28 66,8 50,0",
        wide="50,8 20,14 0,42 6,76 35,94 65,94 96,76 100,42 80,14 50,8",
        open_top="62,4 35,2 12,30 8,68 30,97 62,95 82,65 78,28 58,8 40,14",
        slashed="50,0 22,10 8,35 8,65 22,92 48,100 72,90 84,60 80,28 66,8 50,0|78,14 16,88",
    ),
    *_hands(
        "1",
        bar="50,0 50,100",
        leaning="66,0 38,100",
        flag="32,22 !55,0 55,100",
        long_upstroke="8,52 !56,0 54,100",
        foot="30,20 !52,0 52,100|24,100 80,99",
    ),
    *_hands(
        "2",
        round="12,25 25,5 55,0 78,15 76,38 55,62 30,82 !10,100 45,97 88,98",
        looped="14,22 35,2 70,8 78,32 55,65 25,92 10,92 14,80 32,82 60,98 90,92",
        z_like="12,4 !85,5 !10,98 88,97",
        swan="15,30 30,3 65,3 75,28 52,62 !12,98 88,96",
    ),
    *_hands(
        "3",
        round="14,12 40,0 72,8 74,32 !42,46 76,58 82,82 50,100 12,88",
        flat_top="15,4 !78,4 !42,42 75,52 82,78 55,100 14,90",
        looped="15,15 45,0 72,15 60,40 38,48 36,42 55,46 80,65 68,95 35,100 10,86",
    ),
    *_hands(
        "4",
        open="28,0 !14,60 90,58|62,26 60,100",
        closed="66,100 !66,0 !8,68 92,68",
        cup="18,5 20,50 50,58 78,50|78,0 76,100",
    ),
    *_hands(
        "5",
        two_strokes="25,4 !20,45 50,38 80,58 74,88 45,100 12,90|25,4 80,3",
        one_stroke="80,2 !26,4 !20,46 52,38 82,60 72,92 40,100 12,88",
        like_an_s="78,6 45,2 22,20 32,42 65,55 78,78 55,99 18,94",
    ),
    *_hands(
        "6",
        tall="65,2 35,25 14,62 24,94 55,100 78,80 66,58 38,58 18,76",
        wide_round="72,6 30,14 4,52 16,92 58,100 94,80 86,52 50,42 12,62",
        curl="78,12 60,0 30,14 10,55 22,95 60,99 80,75 62,54 30,60 14,76",
    ),
    *_hands(
        "7",
        plain="10,5 !85,5 40,100",
        crossed="10,5 !85,5 40,100|28,52 76,50",
        serif="12,20 !12,4 !86,4 45,100",
        curved="10,8 50,3 !88,6 60,45 45,100",
    ),
    *_hands(
        "8",
        figure="70,12 45,0 20,16 38,42 70,62 72,90 45,100 18,86 28,58 62,38 74,16 62,4",
        two_circles="50,48 22,38 24,8 50,0 76,10 76,38 50,48|50,48 14,60 14,92 50,100 86,92 86,60 50,48",
        wide_round="50,50 8,38 12,10 50,4 90,10 92,38 50,50|50,50 0,62 2,90 50,97 98,90 100,62 50,50",
    ),
    *_hands(
        "9",
        straight="72,22 50,2 20,12 16,40 44,52 70,36 !74,12 72,60 68,100",
        curved_tail="76,25 50,0 18,14 18,42 48,52 74,34 !78,14 78,66 56,98 20,92",
        circle_and_line="70,25 45,0 15,22 40,50 68,30|74,4 70,100",
    ),
)

HELD_OUT: tuple[Hand, ...] = (
    *_hands(
        "0",
        clockwise="40,4 70,6 86,35 82,70 58,98 28,94 10,62 16,24 44,2 62,6",
        upright="46,0 20,20 16,55 24,88 50,100 72,84 78,50 70,16 46,0",
        slashed_through="50,4 16,14 4,45 12,82 46,97 78,88 92,55 84,18 50,4|98,0 2,100",
    ),
    *_hands(
        "1",
        upstroke_and_foot="10,48 !54,0 54,100|22,99 86,100",
        foot_only="50,0 49,100|26,99 74,100",
        curved_upstroke="6,58 34,34 !60,0 54,48 52,100",
        short_flag="40,14 !52,0 50,100",
    ),
    *_hands(
        "2",
        hooked="16,32 18,10 48,0 74,12 74,34 44,66 !14,96 50,100 84,92",
        z_soft="10,10 40,2 !84,8 48,52 !8,96 46,92 90,97",
        small_loop="20,18 48,0 76,18 64,48 34,78 16,96 16,84 28,86 52,96 84,98",
    ),
    *_hands(
        "3",
        small_head="22,10 48,0 66,14 !44,38 78,54 80,86 46,100 10,86",
        angular="14,3 !82,3 !40,40 !80,66 68,96 14,97",
    ),
    *_hands(
        "4",
        lightning="60,0 !5,65 92,64|64,2 62,100",
        steep="40,0 !10,66 86,62|60,38 56,100",
        sharp_cup="20,0 !16,52 84,50|84,4 80,100",
    ),
    *_hands(
        "5",
        big_belly="74,4 !28,2 !22,36 60,28 92,58 78,94 40,100 8,84",
        late_hat="30,8 !24,44 56,42 74,66 62,94 24,98|28,8 52,4 86,6",
    ),
    *_hands(
        "6",
        straight_back="46,0 18,58 22,92 50,100 74,84 66,60 40,58 18,74",
        fat="60,0 24,20 4,60 22,96 62,98 90,78 78,52 44,48 10,66",
    ),
    *_hands(
        "7",
        serif_crossed="8,18 !10,4 !88,4 46,100|26,54 80,46",
        steep="18,6 !80,2 !58,100",
        low_cross="12,6 50,2 !86,6 58,50 50,100|34,64 80,60",
    ),
    *_hands(
        "8",
        from_the_middle="48,46 24,30 36,4 66,4 74,28 48,46 18,66 22,94 54,100 80,88 76,64 48,46",
        fat="78,18 50,2 10,14 22,40 72,58 94,82 52,98 4,86 14,60 66,40 86,20 74,8",
    ),
    *_hands(
        "9",
        round_head="84,26 58,4 22,8 8,34 30,54 66,48 !84,22 80,62 74,100",
        hooked="70,18 44,2 20,20 28,44 56,46 !72,16 74,72 60,96 36,100 22,88",
    ),
)

NO_DIGITS: tuple[Hand, ...] = tuple(
    Hand("", name, tuple(text.split("|")))
    for name, text in {
        "A": "5,100 !50,0 !95,100|24,62 78,62",
        "C": "88,18 55,0 15,22 6,60 30,96 68,98 92,80",
        "E": "85,2 !12,2 !12,98 86,98|12,50 70,50",
        "F": "85,2 !12,2 12,100|12,48 70,48",
        "H": "12,0 12,100|88,0 88,100|12,50 88,50",
        "K": "14,0 14,100|86,0 !16,54 88,100",
        "M": "5,100 !14,0 !50,60 !86,0 95,100",
        "N": "10,100 !12,0 !86,100 88,0",
        "R": "14,100 !14,0 60,2 84,24 60,50 !16,52 88,100",
        "T": "2,2 98,2|50,2 50,100",
        "V": "5,0 !50,100 95,0",
        "W": "2,0 !26,100 !50,30 !74,100 98,0",
        "X": "8,0 92,100|92,0 8,100",
        "Y": "6,0 !50,50|94,0 50,50 50,100",
        "a": "80,30 50,10 14,34 18,80 52,92 80,60|82,12 80,80 94,98",
        "e": "10,52 88,48 76,14 44,4 10,34 16,82 56,98 90,80",
        "h": "18,0 18,100|18,58 44,36 74,44 78,100",
        "k": "16,0 16,100|72,34 !18,66 76,100",
        "m": "6,100 !8,20 !10,40 32,20 46,38 !48,98 !50,40 72,18 90,36 92,100",
        "n": "14,100 !14,10 !16,36 52,8 82,30 84,100",
        "w": "2,20 24,96 !50,40 76,96 98,18",
        "star": "50,0 !80,98 !2,36 !98,36 !20,98 !50,0",
        "heart": "50,98 4,44 16,6 44,10 !50,30 58,8 88,8 96,44 50,98",
        "plus": "50,5 50,95|5,50 95,50",
        "spiral": "50,50 60,42 66,56 50,66 34,54 40,30 66,26 84,50 72,82 38,88 12,62 16,24 48,4",
        "zigzag": "2,20 !18,84 !34,16 !50,86 !66,14 !82,84 98,18",
        "waves": "2,30 20,8 40,34 60,10 80,34 98,12|2,62 20,42 40,66 60,42 80,66 98,46",
        "hash": "30,2 26,98|72,2 68,98|2,34 98,32|2,70 98,68",
        "smiley": "50,2 10,16 2,56 28,94 72,94 98,56 88,16 50,2|34,34 34,40|66,34 66,40|28,62 50,80 72,62",
        "house": "10,100 !10,44 !50,2 !90,44 !90,100 !10,100|10,44 90,44",
    }.items()
)
"""Letters and drawings that look like no digit: O, l, Z, S, b, g and the like are left out."""


def scribble(random: np.random.Generator) -> Hand:
    """A line that wanders over the box."""
    points = random.uniform(0, 100, (int(random.integers(9, 18)), 2))
    return Hand("", "scribble", (" ".join(f"{x:.0f},{y:.0f}" for x, y in points),))


@dataclass(frozen=True)
class Style:
    """How a person draws on one occasion: lengths in the canvas's unit of 1,000 a side.

    `jitter` is how far each point strays, in percent of the box; `cut` how much of the box lies beyond an edge.
    """

    pen: float = 80.0
    height: float = 620.0
    aspect: float = 0.72
    slant: float = 0.0
    turn: float = 0.0
    jitter: float = 3.0
    away: tuple[float, float] = (0.0, 0.0)
    cut: float = 0.0


def some_style(random: np.random.Generator) -> Style:
    """A style as people's are spread: mostly the canvas's own pen, sometimes thinner or thicker."""
    pen = float(random.choice([80, 80, 80, 50, 110]))
    return Style(
        pen, float(random.uniform(380, 800)), float(random.uniform(0.55, 0.95)), float(random.normal(0, 0.12)),
        float(random.normal(0, 5)), float(random.uniform(1.5, 4.0)), tuple(random.uniform(-90, 90, 2)),
    )  # fmt: skip


def written(hand: Hand, style: Style, random: np.random.Generator) -> Strokes:
    """The points a pointer would report for each stroke, (n, 2) as x and y in the canvas's unit."""
    turn = np.radians(style.turn)
    rotated = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    wide, high = style.height * style.aspect, style.height
    strokes = []
    for text in hand.strokes:
        line = _through(*_jittered(text, style.jitter, random)) / 100 - 0.5
        line = line * (wide, high)
        line[:, 0] -= style.slant * line[:, 1]
        line = line @ rotated.T + UNIT / 2 + style.away
        strokes.append(line)
    if style.cut:
        side = int(random.integers(4))
        low, top = np.concatenate(strokes).min(axis=0), np.concatenate(strokes).max(axis=0)
        axis, beyond = side % 2, style.cut * (top - low)[side % 2]
        move = np.zeros(2)
        move[axis] = -low[axis] - beyond if side < 2 else UNIT - top[axis] + beyond
        strokes = [line + move for line in strokes]
    return [_reported(line, random) for line in strokes]


def _jittered(text: str, jitter: float, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The points of a stroke, moved a little, and which of them are corners."""
    words = text.split()
    corners = np.array([word.startswith("!") for word in words])
    points = np.array([[float(number) for number in word.lstrip("!").split(",")] for word in words])
    return points + random.normal(0, jitter, points.shape), corners


def _through(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """A smooth line through the points, with an edge at each corner: Catmull-Rom splines, 24 places a piece."""
    ends = [0, *np.flatnonzero(corners), len(points) - 1]
    pieces = []
    for first, last in pairwise(ends):
        part = points[first : last + 1]
        if len(part) < 2:
            continue
        padded = np.concatenate([2 * part[:1] - part[1:2], part, 2 * part[-1:] - part[-2:-1]])
        t = np.linspace(0, 1, 24, endpoint=False)[:, np.newaxis]
        for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
            spline = (-a + 3 * b - 3 * c + d) * t**3 + (2 * a - 5 * b + 4 * c - d) * t**2 + (c - a) * t + 2 * b
            pieces.append(spline / 2)
        pieces.append(part[-1:])
    return np.concatenate(pieces)


def _reported(line: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The line as a pointer reports it: every 8 to 40 units, in whole units, with a trembling hand."""
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    count = max(2, int(lengths[-1] / random.uniform(max(8.0, MIN_STEP), 40)))
    places = np.linspace(0, lengths[-1], count)
    points = np.column_stack([np.interp(places, lengths, line[:, axis]) for axis in (0, 1)])
    return np.asarray(np.rint(points + random.normal(0, 1.5, points.shape)))


def paint(strokes: Strokes, pen: float) -> np.ndarray:
    """What the canvas sends, uint8 (112, 112), ink bright: quadratic curves through the midpoints, as in ink.js."""
    scale = SIDE * _SHARP / UNIT
    page = Image.new("L", (SIDE * _SHARP, SIDE * _SHARP))
    draw = ImageDraw.Draw(page)
    reach = max(pen * scale, 0.5 * _SHARP) / 2 - 0.5  # Pillow draws the edge too
    for points in strokes:
        curve = _curve(points) * scale
        draw.line([tuple(point) for point in curve], fill=255, width=max(1, round(2 * reach)))
        for x, y in curve:
            draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)
    return np.asarray(page.resize((SIDE, SIDE), Image.Resampling.BOX))


def _curve(points: np.ndarray) -> np.ndarray:
    middles = (points[:-1] + points[1:]) / 2
    starts = np.concatenate([points[:1], middles[1:-1]]) if len(points) > 2 else points[:1]
    ends = middles[1:] if len(points) > 2 else middles[:0]
    t = np.linspace(0, 1, 8)[:, np.newaxis]
    pieces = [points[:1]]
    for start, control, end in zip(starts, points[1:-1], ends, strict=False):
        pieces.append((1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end)
    return np.concatenate([*pieces, points[-1:]])
