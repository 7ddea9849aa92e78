"""The images of a source, brought to one size and colour, one by one: only what is kept is in memory."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from cnn_builder.data.drawings.fit import CROP, fitted
from cnn_builder.data.drawings.prepared import Refused
from cnn_builder.data.errors import DatasetError
from cnn_builder.data.imports.items import ImageSource, Item, SplitPart
from cnn_builder.data.sets.own.version import Skipped
from cnn_builder.limits import MAX_SIDE, MIN_SIDE, ImportLimits, size_text

DRAWING_SIDE = 28
_TELL_EVERY = 50

ImportProgress = Callable[[int, int], None]
"""Told images done and in all; what it raises ends the import, and nothing of it is kept."""


@dataclass(frozen=True)
class Form:
    """What the images become.

    Args:
        size: pixels a side; None for that of the source's images, or 28 for pictures of any size.
        colour: whether they have three channels; None for as the source is.
        fit: "crop" or "pad", as `fitted` has it.
        drawn: whether each is a drawing, to be cropped to its strokes as a drawing on the Draw page is.
    """

    size: int | None = None
    colour: bool | None = None
    fit: str = CROP
    drawn: bool = False


@dataclass
class Collected:
    """`images` uint8 (n, side, side, channels); `labels` int64 (n,), places in the source's `labels`."""

    images: np.ndarray
    labels: np.ndarray
    parts: list[SplitPart | None]
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def collect(source: ImageSource, form: Form, limits: ImportLimits, progress: ImportProgress | None = None) -> Collected:
    """Read every image. Raises DatasetError: more than the limits allow, or a size that is refused."""
    side = _side(source, form)
    kept = _Kept(source.total, side, form, limits)
    places = {label: place for place, label in enumerate(source.labels)}
    labels: list[int] = []
    parts: list[SplitPart | None] = []
    skipped: list[Skipped] = []
    for item in _told(source, progress):
        if isinstance(item, Skipped):
            skipped.append(item)
        elif (refusal := kept.add(item)) is not None:
            skipped.append(Skipped(item.file, refusal))
        else:
            labels.append(places[item.label])
            parts.append(item.part)
    notes = [*source.notes, *kept.notes()]
    return Collected(kept.images(), np.array(labels, np.int64), parts, skipped, notes)


def _side(source: ImageSource, form: Form) -> int:
    if form.drawn:
        if form.size not in (None, DRAWING_SIDE) or form.colour:
            raise DatasetError(f"Drawings become {DRAWING_SIDE}×{DRAWING_SIDE} grey. Leave out size and colour.")
        return DRAWING_SIDE
    if form.size is None:
        return min(max(source.side or DRAWING_SIDE, MIN_SIDE), MAX_SIDE)
    if not MIN_SIDE <= form.size <= MAX_SIDE:
        raise DatasetError(f"size: expected {MIN_SIDE} to {MAX_SIDE} pixels, received {form.size}.")
    return form.size


def _told(source: ImageSource, progress: ImportProgress | None) -> Iterator[Item | Skipped]:
    for number, item in enumerate(source.items()):
        if progress is not None and number % _TELL_EVERY == 0:
            progress(min(number, source.total), source.total)
        yield item
    if progress is not None:
        progress(source.total, source.total)


class _Kept:
    """The images kept so far, grey until the first one in colour."""

    def __init__(self, total: int, side: int, form: Form, limits: ImportLimits) -> None:
        self._total, self._side, self._form, self._limits = total, side, form, limits
        self._array = self._room(3 if form.colour else 1)
        self._count = 0
        self._told: Counter[str] = Counter()
        self._least, self._most = (0, 0), (0, 0)
        self._squares = 0.0  # sum over the images that are not square: the shorter side over the longer

    def add(self, item: Item) -> str | None:
        """Keep an image; why not, where it is refused."""
        image = item.image
        in_colour = image.ndim == 3 and _has_colour(image)
        if self._form.drawn:
            drawn = _drawing(image)
            if isinstance(drawn, str):
                return drawn
            self._array[self._count] = drawn
        else:
            if in_colour and self._form.colour is None and self._array.shape[3] == 1:
                self._to_colour()
            self._array[self._count] = fitted(_flat(image), self._array.shape[1:], self._form.fit)
        self._count += 1
        self._tell(image.shape[0], image.shape[1], in_colour)
        return None

    def images(self) -> np.ndarray:
        return self._array[: self._count]

    def notes(self) -> Iterator[str]:
        """What was done to the images, for people."""
        told, size = self._told, f"{self._side}×{self._side}"
        small, large = (f"{width:,}×{height:,}" for height, width in (self._least, self._most))
        if self._form.drawn:
            yield f"Each drawing was cropped to its strokes and centred in {size} pixels."
        elif told["resized"]:
            span = f"from {small}" if small == large else f"from {small} to {large}"
            yield f"{_of(told['resized'], self._count)} resized to {size} ({span}).{self._blurred()}"
        if told["uneven"] and not self._form.drawn:
            share = self._squares / told["uneven"]
            cropped = f"cropped to their middle square, which holds {100 * share:.0f} % of such an image on average"
            padded = f"padded to a square; the margins take {100 * (1 - share):.0f} % of it on average"
            yield f"{_of(told['uneven'], self._count)} {cropped if self._form.fit == CROP else padded}."
        if told["colour"] and self._array.shape[3] == 1:
            yield f"{_of(told['colour'], self._count)} turned from colour to grey."
        elif self._array.shape[3] == 3 and told["colour"] < self._count:
            yield f"{_of(self._count - told['colour'], self._count)} grey: the three channels are equal."

    def _blurred(self) -> str:
        enlarged = self._told["enlarged"]
        if not enlarged:
            return ""
        return f" {enlarged:,} of them {'was smaller and is' if enlarged == 1 else 'were smaller and are'} blurred."

    def _tell(self, height: int, width: int, in_colour: bool) -> None:
        self._told["colour"] += in_colour
        self._told["uneven"] += height != width
        self._squares += min(height, width) / max(height, width) if height != width else 0.0
        self._told["enlarged"] += (min if self._form.fit == CROP else max)(height, width) < self._side
        if (height, width) != (self._side, self._side):
            self._told["resized"] += 1
            first = self._told["resized"] == 1
            self._least = (height, width) if first else min(self._least, (height, width), key=_area)
            self._most = (height, width) if first else max(self._most, (height, width), key=_area)

    def _to_colour(self) -> None:
        grey = self._array[: self._count]
        self._array = self._room(3)
        self._array[: self._count] = grey  # one channel into each of three

    def _room(self, channels: int) -> np.ndarray:
        size = self._total * self._side**2 * channels
        if size > self._limits.unpacked:
            raise DatasetError(
                f"{self._total:,} images of {self._side}×{self._side}×{channels} take {size_text(size)}; expected at "
                f"most {size_text(self._limits.unpacked)}. Choose a smaller size or fewer images."
            )
        return np.empty((self._total, self._side, self._side, channels), np.uint8)


def _area(size: tuple[int, int]) -> int:
    return size[0] * size[1]


def _of(count: int, total: int) -> str:
    verb = "was" if count == 1 else "were"
    return f"{count:,} of {total:,} images {verb}" if count < total else f"All {total:,} images were"


def _has_colour(image: np.ndarray) -> bool:
    """Whether its channels differ: a grey JPEG often has three that are equal."""
    first = image[..., 0]
    return bool((first != image[..., 1]).any() or (first != image[..., 2]).any())


def _flat(image: np.ndarray) -> np.ndarray:
    """With what is clear made white."""
    if image.ndim == 2 or image.shape[2] == 3:
        return image
    from cnn_builder.data.drawings.ink import on_white  # here, not above: SciPy takes long to import

    return on_white(image)


def _drawing(image: np.ndarray) -> np.ndarray | str:
    """A drawing as the Draw page prepares it, or why it is none."""
    from cnn_builder.data.drawings import figure  # here, not above: SciPy takes long to import

    try:
        prepared = figure.figure(_flat(image), "mnist", None).image
    except Refused as refused:
        return str(refused).partition(". ")[0].rstrip(".")
    return "nothing to see in it" if prepared is None else prepared
