"""Images that are alike: exactly, or nearly (compressed again, lighter, with noise, shifted by a pixel).

Near duplicates are found in two steps. A signature, 12×12 greys of each image without its brightness and contrast,
names the likeliest partners of each; then those are compared at their own size, shifted by up to a pixel.
`benchmarks/near_duplicates.py` measures how many are found, and how many are called so that are none.
"""

import hashlib
from collections.abc import Iterator

import numpy as np
from PIL import Image

from cnn_builder.data.imports.collect import ImportProgress
from cnn_builder.data.sets.own.version import DuplicatePair, Images

SIGNATURE_SIDE = 12
COMPARED = 4
LIKELY = 0.85
"""Correlation of two signatures from which on the images are compared."""
ALIKE = 0.975
"""Correlation of two images, shifted by up to a pixel, from which on they are near duplicates."""
MOST_COMPARED = 60_000
"""Images; among more, only exact duplicates are looked for."""
_BLOCK = 512


def duplicates(images: Images, progress: ImportProgress | None = None) -> list[DuplicatePair]:
    """Each image with the earlier one it is most alike, where there is one: at most one pair for each image.

    A test image is paired with a training image where one is alike, as that is what spoils a test.
    """
    pairs = {pair.second: pair for pair in _exact(images)}
    if len(images) <= MOST_COMPARED:
        for pair in _near(images, progress):
            pairs.setdefault(pair.second, pair)
    return [pairs[place] for place in sorted(pairs)]


def across(pairs: list[DuplicatePair], trained: int) -> list[DuplicatePair]:
    """The pairs of a training image and a test image."""
    return [pair for pair in pairs if pair.first < trained <= pair.second]


def to_remove(pairs: list[DuplicatePair], trained: int) -> list[int]:
    """Training images to leave out, so that none is twice in training or also in the test: places, from 0."""
    gone = {pair.first for pair in across(pairs, trained)}
    for pair in pairs:
        if pair.second < trained and pair.first not in gone:
            gone.add(pair.second)
    return sorted(gone)


def _exact(images: Images) -> Iterator[DuplicatePair]:
    seen: dict[bytes, int] = {}
    for place in range(len(images)):
        first = seen.setdefault(hashlib.sha256(images.image(place).tobytes()).digest(), place)
        if first != place:
            yield DuplicatePair(first, place, "exact")


def _near(images: Images, progress: ImportProgress | None) -> Iterator[DuplicatePair]:
    signatures = _signatures(images)
    count = len(images)
    for start in range(0, count, _BLOCK):
        if progress is not None:
            progress(start, count)
        stop = min(start + _BLOCK, count)
        likeness = signatures[start:stop] @ signatures[:stop].T
        for row, place in enumerate(range(start, stop)):
            first = _partner(images, likeness[row], place)
            if first is not None:
                yield DuplicatePair(first, place, "near")


def _partner(images: Images, likeness: np.ndarray, place: int) -> int | None:
    """The earlier image this one is a near duplicate of, for a test image a training image if there is one, or None."""
    for end in (min(place, len(images.x_train)), place):
        for first in _likeliest(likeness[:end]):
            if alike(images.image(first), images.image(place)) >= ALIKE:
                return first
    return None


def _likeliest(likeness: np.ndarray) -> list[int]:
    """Places of the few most alike by their signatures, the likeliest first."""
    if not len(likeness) or likeness.max() < LIKELY:
        return []
    few = np.argpartition(likeness, -COMPARED)[-COMPARED:] if len(likeness) > COMPARED else np.arange(len(likeness))
    likely = few[likeness[few] >= LIKELY]
    return [int(place) for place in likely[np.argsort(-likeness[likely])]]


def _signatures(images: Images) -> np.ndarray:
    """(n, 144) float32: greys of a small copy, of mean 0 and length 1; all 0 for an image of one colour."""
    size = (SIGNATURE_SIDE, SIGNATURE_SIDE)
    small = np.empty((len(images), SIGNATURE_SIDE**2), np.float32)
    for place in range(len(images)):
        picture = images.image(place)
        grey = Image.fromarray(picture.squeeze(-1) if picture.shape[2] == 1 else picture).convert("L")
        small[place] = np.asarray(grey.resize(size, Image.Resampling.BOX), np.float32).ravel()
    return _unit(small)


def _unit(rows: np.ndarray) -> np.ndarray:
    rows = rows - rows.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.where(lengths > 1, rows / np.maximum(lengths, 1), 0).astype(np.float32)


def alike(one: np.ndarray, other: np.ndarray) -> float:
    """The highest correlation of two images, (height, width, channels), one shifted by up to a pixel each way."""
    inner = _unit(_flat(one[1:-1, 1:-1]))[0]
    height, width = one.shape[:2]
    shifted = [
        _flat(other[down : height - 2 + down, right : width - 2 + right]) for down in range(3) for right in range(3)
    ]
    return float((_unit(np.concatenate(shifted)) @ inner).max())


def _flat(image: np.ndarray) -> np.ndarray:
    return image.reshape(1, -1).astype(np.float32)
