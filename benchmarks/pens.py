"""Drawings of digits in many hands, pens and lights: MNIST's test digits as strokes, drawn again in other ways.

The strokes are found by thinning, so a digit can be drawn with any pen without being torn or filled.
"""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image
from scipy import ndimage

ENLARGED = 6
_BLOB = 1.7  # times the usual stroke
LENGTH = 200  # pixels of a stroke picture's longer side


def thinned(mask: np.ndarray) -> np.ndarray:
    """The middle line of a shape, one pixel wide and connected as the shape is, (height, width) bool.

    T. Y. Zhang and C. Y. Suen, "A fast parallel algorithm for thinning digital patterns", CACM 27 (1984).
    """
    kept = np.pad(mask, 1)
    while True:
        before = kept.sum()
        for first, second in (((0, 2, 4), (2, 4, 6)), ((0, 2, 6), (0, 4, 6))):
            around = [np.roll(kept, shift, (0, 1)) for shift in
                      ((1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1))]  # fmt: skip
            count = sum(part.astype(int) for part in around)
            turns = sum(~around[i] & around[(i + 1) % 8] for i in range(8))
            gone = (count >= 2) & (count <= 6) & (turns == 1)
            for group in (first, second):
                gone &= ~(around[group[0]] & around[group[1]] & around[group[2]])
            kept = kept & ~gone
        if kept.sum() == before:
            return kept[1:-1, 1:-1]


def is_drawn(digit: np.ndarray) -> bool:
    """Whether a digit, uint8 (28, 28, 1), is all strokes: a loop that ran full cannot be drawn again."""
    inside = ndimage.distance_transform_edt(_enlarged(digit))
    ridge = (inside == ndimage.maximum_filter(inside, 3)) & (inside > 0)
    return bool(inside.max() < _BLOB * np.median(inside[ridge]))


def _enlarged(digit: np.ndarray) -> np.ndarray:
    side = 28 * ENLARGED
    big = np.asarray(Image.fromarray(digit.squeeze()).resize((side, side), Image.Resampling.BICUBIC))
    return np.asarray(ndimage.gaussian_filter(big.astype(float), ENLARGED / 3) > 90)


class Hand:
    """One digit's strokes, and the ways they are drawn. `digit` is uint8 (28, 28, 1), bright on black."""

    def __init__(self, digit: np.ndarray, random: np.random.Generator) -> None:
        self._line = thinned(_enlarged(digit))
        self.random = random

    def drawn(self, width: float, length: int = LENGTH, turn: float = 0.0) -> np.ndarray:
        """Coverage from 0 to 1, cropped; `width` is the pen's share of the longer side, `turn` in degrees."""
        line = ndimage.binary_dilation(self._line)
        if turn:
            line = ndimage.rotate(line.astype(float), turn, order=1) > 0.3
        rows, columns = np.flatnonzero(line.any(1)), np.flatnonzero(line.any(0))
        line = line[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        reach = width * max(line.shape) / 2
        padded = np.pad(line, int(reach) + 2)
        ink = ndimage.distance_transform_edt(~padded) <= reach
        rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
        ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        factor = length / max(ink.shape)
        size = (max(1, round(ink.shape[1] * factor)), max(1, round(ink.shape[0] * factor)))
        how = Image.Resampling.BICUBIC
        soft = np.asarray(Image.fromarray((ink * 255).astype(np.uint8)).resize(size, how), np.float32) / 255
        return np.clip(ndimage.gaussian_filter(soft, 0.7), 0, 1)

    def placed(self, ink: np.ndarray, height: int, width: int, off: float = 0.0) -> np.ndarray:
        """The ink on a page of that size, up to `off` of the free room away from the middle."""
        page = np.zeros((height, width), np.float32)
        room = height - ink.shape[0], width - ink.shape[1]
        top, left = (int(free * (0.5 + 0.5 * off * self.random.uniform(-1, 1))) for free in room)
        page[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
        return page

    def photo(self, width: float | None = None) -> np.ndarray:
        """Grey paper in light from one side, with a camera's noise, (600, 500) float."""
        pen = self.random.uniform(0.05, 0.13) if width is None else width
        ink = self.placed(self.drawn(pen, int(self.random.uniform(180, 320)), self._turn(10)), 600, 500, 0.7)
        down, across = np.mgrid[-1:1:600j, -1:1:500j]
        way, slope = self.random.uniform(0, 2 * np.pi), self.random.uniform(10, 60)
        light = 150 + slope * (np.cos(way) * across + np.sin(way) * down)
        darkness = self.random.uniform(0.4, 0.8)
        noise = self.random.normal(0, 8, ink.shape)
        return np.asarray(light * (1 - darkness * ndimage.gaussian_filter(ink, 1.2)) + noise)

    def _turn(self, most: float) -> float:
        return float(self.random.uniform(-most, most))


def canvas(hand: Hand) -> np.ndarray:
    return _bytes(255 * hand.placed(hand.drawn(0.1, 80), 112, 112, 0.3))


def small(hand: Hand) -> np.ndarray:
    return _bytes(255 * hand.placed(hand.drawn(0.12, 60), 280, 280, 0.95))


def thick(hand: Hand) -> np.ndarray:
    return _bytes(255 * hand.placed(hand.drawn(0.2), 280, 280))


def thin(hand: Hand) -> np.ndarray:
    return _bytes(255 - 255 * hand.placed(hand.drawn(0.02), 280, 280, 0.5))


def tilted(hand: Hand) -> np.ndarray:
    return _bytes(255 * hand.placed(hand.drawn(0.09, turn=float(hand.random.choice([-12, 12]))), 280, 280))


def touching(hand: Hand) -> np.ndarray:
    return _bytes(255 * hand.placed(hand.drawn(0.12, 280), 280, 280))


def scan(hand: Hand) -> np.ndarray:
    page = hand.placed(hand.drawn(hand.random.uniform(0.05, 0.12)), 400, 300, 0.6)
    return _bytes(245 - hand.random.uniform(90, 220) * page + hand.random.normal(0, 6, page.shape))


def jpeg(hand: Hand) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(scan(hand)).save(file, "JPEG", quality=20)
    return np.asarray(Image.open(file))


def pencil(hand: Hand) -> np.ndarray:
    page = hand.placed(hand.drawn(0.045, 260), 500, 500, 0.4)
    grain = np.clip(0.65 + 0.5 * ndimage.gaussian_filter(hand.random.normal(0, 1, page.shape), 1), 0, 1)
    return _bytes(232 - 90 * page * grain + hand.random.normal(0, 7, page.shape))


def colours(hand: Hand) -> np.ndarray:
    page = hand.placed(hand.drawn(0.08, 240), 400, 400, 0.6)[..., np.newaxis]
    paper, ink = np.array([250, 238, 170]), hand.random.uniform([0, 0, 90], [150, 110, 230])
    return _bytes(paper * (1 - page) + ink * page + hand.random.normal(0, 5, (400, 400, 3)))


def chalk(hand: Hand) -> np.ndarray:
    page = hand.placed(hand.drawn(0.09, 250), 450, 450, 0.5)
    board = 45 + 25 * np.mgrid[-1:1:450j, -1:1:450j][0]
    grain = np.clip(0.8 + 0.5 * ndimage.gaussian_filter(hand.random.normal(0, 1, page.shape), 1), 0, 1)
    return _bytes(board + 160 * page * grain + hand.random.normal(0, 6, page.shape))


def photo(hand: Hand) -> np.ndarray:
    light = hand.photo()[..., np.newaxis]
    return _bytes(light * np.array([1.03, 1.0, 0.92]))


def corners(hand: Hand) -> np.ndarray:
    down, across = np.mgrid[-1:1:600j, -1:1:500j]
    return _bytes(hand.photo() * (1 - 0.3 * (down**2 + across**2)))


def shadow(hand: Hand) -> np.ndarray:
    down, across = np.mgrid[-1:1:600j, -1:1:500j]
    way, edge = hand.random.uniform(0, 2 * np.pi), hand.random.uniform(-0.4, 0.4)
    dark = 1 / (1 + np.exp(-(np.cos(way) * across + np.sin(way) * down - edge) / 0.01))
    return _bytes(hand.photo() * (1 - 0.35 * dark))


def ruled(hand: Hand) -> np.ndarray:
    return _bytes(hand.photo() * _lines(hand, squares=False))


def squared(hand: Hand) -> np.ndarray:
    return _bytes(hand.photo(0.1) * _lines(hand, squares=True))


def table(hand: Hand) -> np.ndarray:
    """A white sheet on a dark table, which fills one side of the photo."""
    page = hand.photo()
    page[:, : int(hand.random.uniform(20, 70))] = 45 + hand.random.normal(0, 8)
    return _bytes(page)


def tiny_file(hand: Hand) -> np.ndarray:
    page = hand.placed(hand.drawn(0.13, 200), 280, 280, 0.3)
    return np.asarray(Image.fromarray(_bytes(255 - 255 * page)).resize((28, 28), Image.Resampling.BOX))


Way = Callable[[Hand], np.ndarray]
WAYS: tuple[Way, ...] = (
    canvas, small, thick, thin, tilted, touching, tiny_file, scan, jpeg, pencil, colours, chalk,
    photo, corners, shadow, ruled, squared, table,
)  # fmt: skip


def _lines(hand: Hand, squares: bool) -> np.ndarray:
    """What printed lines leave of the light, (600, 500): the page lies a little crooked."""
    down, across = np.mgrid[:600, :500].astype(float)
    turn = np.radians(hand.random.uniform(-2, 2))
    down, across = down + across * np.tan(turn), across - down * np.tan(turn)
    every, shift = hand.random.uniform(45, 75), hand.random.uniform(0, 45)
    dark = np.mod(down + shift, every) < 2.5
    if squares:
        dark |= np.mod(across + shift, every) < 2.5
    return np.asarray(1 - hand.random.uniform(0.12, 0.35) * ndimage.gaussian_filter(dark.astype(float), 0.6))


def _bytes(values: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
