"""What a reader gives: images with the names of their classes, one at a time, and the files it passed over."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cnn_builder.data.sets.own.version import Skipped

SplitPart = Literal["train", "test"]


@dataclass(frozen=True, eq=False)
class Item:
    """An image, uint8 (height, width) or (height, width, 3 or 4), and its class.

    `part` is the part it belongs to where the source says so.
    """

    file: str
    label: str
    image: np.ndarray
    part: SplitPart | None = None


@dataclass(frozen=True)
class ImageSource:
    """What is imported.

    Args:
        title: its name, for people.
        total: how many images it has at most.
        labels: the names of the classes that occur.
        items: gives the images, as often as it is called.
        side: pixels a side of its images, where all have the same size.
        has_parts: whether it says which images are for training and which for testing.
        notes: what is worth knowing about it.
    """

    title: str
    total: int
    labels: tuple[str, ...]
    items: Callable[[], Iterator[Item | Skipped]]
    side: int | None = None
    has_parts: bool = False
    notes: tuple[str, ...] = ()


def in_order(labels: Iterable[str]) -> tuple[str, ...]:
    """Each name once: numbers by their value, then words in the order of the alphabet."""
    return tuple(sorted(set(labels), key=_place))


def _place(label: str) -> tuple[bool, int, str, str]:
    number = label.isascii() and label.isdigit()
    return not number, int(label) if number else 0, label.casefold(), label
