"""An import from beginning to end: read, brought to one form, split, searched for duplicates, kept as a version."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from cnn_builder.data.drawings.fit import border_colour
from cnn_builder.data.errors import DatasetError
from cnn_builder.data.imports.collect import Collected, Form, collect
from cnn_builder.data.imports.duplicates import MOST_COMPARED, across, duplicates
from cnn_builder.data.imports.items import ImageSource
from cnn_builder.data.imports.opening import opened
from cnn_builder.data.imports.test_part import evenly, stratified
from cnn_builder.data.sets.info import DatasetInfo
from cnn_builder.data.sets.own.library import OwnDatasets
from cnn_builder.data.sets.own.names import checked_set_name
from cnn_builder.data.sets.own.version import DuplicatePair, Images, Version
from cnn_builder.limits import MAX_CLASSES, MAX_LISTED, MIN_CLASSES, ImportLimits

DEFAULT_TEST_SPLIT = 0.2
MOST_PAIRS = 5_000
"""Pairs of duplicates that are kept with a version; the rest is counted."""

Told = Callable[[str, int, int], None]
"""Told the step in words, and images done and in all; what it raises ends the import, and nothing of it is kept."""


@dataclass(frozen=True)
class ImportOptions:
    """How a data set is made.

    Args:
        form: size, colour and fit of the images.
        test_split: share of each class that tests; None for the source's own test images, or 0.2 where it has none.
        seed: of the split and of the order.
    """

    form: Form = field(default_factory=Form)
    test_split: float | None = None
    seed: int = 0


def import_data(
    path: Path,
    name: str,
    own: OwnDatasets,
    options: ImportOptions,
    limits: ImportLimits,
    told: Told | None = None,
    title: str | None = None,
) -> DatasetInfo:
    """Make a new data set of one's own from a file or folder. `title` is what the file is called, for people.

    Raises DatasetError: it cannot be read, is refused, or the name is taken; nothing is kept then.
    """
    own.check_new(name)
    with opened(path, limits, title) as source:
        version, images = new_version(source, options, limits, told)
    return own.save(checked_set_name(name), version, images, new=True)


def new_version(
    source: ImageSource, options: ImportOptions, limits: ImportLimits, told: Told | None = None
) -> tuple[Version, Images]:
    """The version a source becomes. Raises DatasetError."""
    split = options.test_split
    if split is not None and not 0 < split < 1:
        raise DatasetError(f"test split: expected a number above 0 and below 1, received {split:g}.")
    _check_classes(source.title, len(source.labels))
    collected = collect(source, options.form, limits, _step(told, "Reading"))
    images, classes = _split(source, collected, options)
    version = Version(
        classes=classes,
        input_shape=images.x_train.shape[1:],
        preparation="mnist" if options.form.drawn else options.form.fit,
        light_background=not options.form.drawn and is_on_light(images.x_train),
        train_counts=(),
        test_counts=(),
        seed=options.seed,
        test_split=DEFAULT_TEST_SPLIT if split is None else split,
        change=f"Imported from {source.title:.60}",
        notes=tuple(collected.notes),
        skipped=tuple(collected.skipped[:MAX_LISTED]),
        skipped_count=len(collected.skipped),
    )
    return with_duplicates(version, images, told), images


def with_duplicates(version: Version, images: Images, told: Told | None = None) -> Version:
    """The version with the duplicates among its images."""
    pairs = duplicates(images, _step(told, "Looking for duplicates"))
    counts = Counter(pair.kind for pair in pairs)
    counts["across"] = len(across(pairs, len(images.x_train)))
    counts["labels"] = _labelled_twice(pairs, images)
    notes = [note for note in version.notes if note != TOO_MANY]
    if len(images.x_train) + len(images.x_test) > MOST_COMPARED:
        notes.append(TOO_MANY)
    named = tuple((kind, counts[kind]) for kind in ("exact", "near", "across", "labels"))
    return replace(version, duplicates=tuple(pairs[:MOST_PAIRS]), duplicate_counts=named, notes=tuple(notes))


TOO_MANY = f"Near duplicates were not looked for, as there are more than {MOST_COMPARED:,} images."


def is_on_light(images: np.ndarray) -> bool:
    """Whether the images, uint8 (n, height, width, channels), are mostly on a light background, by their borders."""
    some = images[:: max(1, len(images) // 200)]
    return bool(np.median([border_colour(image).mean() for image in some]) > 127) if len(some) else False


def _split(source: ImageSource, collected: Collected, options: ImportOptions) -> tuple[Images, tuple[str, ...]]:
    labels = collected.labels
    if not len(labels):
        raise DatasetError(f"No image of {source.title} could be used.{_first_reason(collected)}")
    if options.test_split is None and source.has_parts:
        tests = np.array([part == "test" for part in collected.parts])
    else:
        tests = stratified(labels, options.test_split or DEFAULT_TEST_SPLIT, options.seed)
    trained = np.bincount(labels[~tests], minlength=len(source.labels))
    only_tested = set(np.unique(labels[tests]).tolist()) - set(np.flatnonzero(trained).tolist())
    if only_tested:
        name = source.labels[min(only_tested)]
        raise DatasetError(f"{source.title} has test images of {name!r}, but no training images of it. Add some.")
    kept = np.flatnonzero(trained)
    _check_classes(source.title, len(kept), _first_reason(collected))
    if not tests.any():
        raise DatasetError(f"{source.title} has one image in each class; expected two or more in at least one.")
    collected.notes.extend(_few(source, labels, kept))
    new = np.full(len(source.labels), -1)
    new[kept] = np.arange(len(kept))
    images = parted(collected.images, new[labels], tests, options.seed)
    return images, tuple(source.labels[place] for place in kept)


def parted(pictures: np.ndarray, labels: np.ndarray, tests: np.ndarray, seed: int) -> Images:
    """Images in their parts, each with its classes spread evenly; `tests` says which test, bool (n,)."""
    train, test = (places[evenly(labels[places], seed)] for places in map(np.flatnonzero, (~tests, tests)))
    return Images(pictures[train], labels[train], pictures[test], labels[test])


def _few(source: ImageSource, labels: np.ndarray, kept: np.ndarray) -> list[str]:
    """Classes with no image, and those with a single one, in words."""
    counts = np.bincount(labels, minlength=len(source.labels))
    missing = [source.labels[place] for place in np.flatnonzero(counts == 0)]
    single = [source.labels[place] for place in kept if counts[place] == 1]
    return [
        *([f"No usable image of {_listed(missing)}, which was left out."] if missing else []),
        *([f"Only one image of {_listed(single)}: it trains, and none tests."] if single else []),
    ]


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:4])
    return shown if len(names) <= 4 else f"{shown} and {len(names) - 4} more classes"


def _check_classes(title: str, count: int, why: str = "") -> None:
    if count < MIN_CLASSES:
        raise DatasetError(f"{title} has images of {count} class; expected at least {MIN_CLASSES}.{why}")
    if count > MAX_CLASSES:
        raise DatasetError(f"{title} has {count:,} classes; expected at most {MAX_CLASSES}.")


def _first_reason(collected: Collected) -> str:
    if not collected.skipped:
        return ""
    first = collected.skipped[0]
    return f" {len(collected.skipped):,} files were skipped; the first is {first.file:.60}: {first.reason:.120}."


def _labelled_twice(pairs: list[DuplicatePair], images: Images) -> int:
    """Pairs whose two images have different labels."""
    labels = images.y
    return sum(bool(labels[pair.first] != labels[pair.second]) for pair in pairs)


def _step(told: Told | None, words: str) -> Callable[[int, int], None] | None:
    return None if told is None else lambda done, total: told(words, done, total)
