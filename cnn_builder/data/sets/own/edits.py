"""Edits of a data set of one's own. Each makes a new version of the old one's description and images.

The test images stay as they are where an edit does not touch them, so that runs on both versions can be compared.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cnn_builder.data.errors import DatasetError
from cnn_builder.data.imports.duplicates import duplicates, to_remove
from cnn_builder.data.imports.importing import is_on_light, parted, with_duplicates
from cnn_builder.data.imports.test_part import stratified
from cnn_builder.data.sets.own.names import checked_class_name
from cnn_builder.data.sets.own.version import Images, Version
from cnn_builder.limits import MAX_CLASSES, MIN_CLASSES

Edited = tuple[Version, Images]


def rename_class(version: Version, images: Images, old: str, new: str) -> Edited:
    """Raises DatasetError for a name that is refused or taken: merging is another edit."""
    new, place = checked_class_name(new), _place(version, old)
    if new in version.classes and new != old:
        raise DatasetError(f"There is a class {new!r} already. Merge the two instead.")
    classes = (*version.classes[:place], new, *version.classes[place + 1 :])
    return replace(version, classes=classes, change=f"Renamed {old} to {new}"), images


def merge_classes(version: Version, images: Images, names: Sequence[str], into: str) -> Edited:
    """Make one class, called `into`, of several. Raises DatasetError where fewer than two classes would be left."""
    into, places = checked_class_name(into), sorted({_place(version, name) for name in names})
    others = [name for place, name in enumerate(version.classes) if place not in places]
    if len(places) < 2:
        raise DatasetError("Choose two or more classes to merge.")
    if into in others:
        raise DatasetError(f"There is a class {into!r} already. Merge it too, or choose another name.")
    if len(others) + 1 < MIN_CLASSES:
        raise DatasetError(f"A data set needs at least {MIN_CLASSES} classes: leave one that is not merged.")
    first = places[0]
    new = np.empty(len(version.classes), np.int64)
    kept = [place for place in range(len(version.classes)) if place == first or place not in places]
    for place in range(len(version.classes)):
        new[place] = kept.index(first if place in places else place)
    classes = tuple(into if place == first else version.classes[place] for place in kept)
    relabelled = Images(images.x_train, new[images.y_train], images.x_test, new[images.y_test])
    return _searched(replace(version, classes=classes, change=f"Merged {' and '.join(names)} as {into}"), relabelled)


def drop_classes(version: Version, images: Images, names: Sequence[str]) -> Edited:
    """Leave out classes with their images. Raises DatasetError where fewer than two would be left, or none tests."""
    gone = {_place(version, name) for name in names}
    kept = [place for place in range(len(version.classes)) if place not in gone]
    if len(kept) < MIN_CLASSES:
        raise DatasetError(f"A data set needs at least {MIN_CLASSES} classes.")
    new = np.full(len(version.classes), -1, np.int64)
    new[kept] = np.arange(len(kept))
    train, test = (np.isin(labels, kept) for labels in (images.y_train, images.y_test))
    if not test.any():
        raise DatasetError("No test image would be left. Keep a class that has one.")
    left = Images(images.x_train[train], new[images.y_train[train]], images.x_test[test], new[images.y_test[test]])
    classes = tuple(version.classes[place] for place in kept)
    return _searched(replace(version, classes=classes, change=f"Dropped {', '.join(names)}"), left)


def remove_duplicates(version: Version, images: Images) -> Edited:
    """Leave out of training what is twice in it, and what is in the test too; the test images stay.

    Raises DatasetError where there is none, or a class would have no training image left.
    """
    gone = to_remove(duplicates(images), len(images.x_train))
    if not gone:
        raise DatasetError("There are no duplicates in the training images.")
    left = np.delete(images.y_train, gone)
    missing = sorted(set(images.y_train.tolist()) - set(left.tolist()))
    if missing:
        name = version.classes[missing[0]]
        raise DatasetError(f"All training images of {name!r} are duplicates: add others first.")
    change = f"Removed {len(gone):,} duplicates from training"
    return _searched(
        replace(version, change=change),
        Images(np.delete(images.x_train, gone, axis=0), left, images.x_test, images.y_test),
    )


def add_images(version: Version, images: Images, pictures: np.ndarray, names: Sequence[str]) -> Edited:
    """Add images, uint8 (n, height, width, channels) as the version's are, with the names of their classes.

    Their own share of each class tests. Raises DatasetError: another shape, or too many classes.
    """
    if pictures.shape[1:] != version.input_shape:
        raise DatasetError(f"The images should be {version.input_shape}, but are {pictures.shape[1:]}.")
    classes = tuple(dict.fromkeys([*version.classes, *map(checked_class_name, names)]))
    if len(classes) > MAX_CLASSES:
        raise DatasetError(f"That makes {len(classes):,} classes; expected at most {MAX_CLASSES}.")
    labels = np.array([classes.index(checked_class_name(name)) for name in names], np.int64)
    tests = stratified(labels, version.test_split, version.seed)
    new = parted(pictures, labels, tests, version.seed)
    old = np.concatenate([images.x_train, new.x_train]), np.concatenate([images.y_train, new.y_train])
    order = parted(*old, np.zeros(len(old[1]), bool), version.seed)
    grown = Images(
        order.x_train,
        order.y_train,
        np.concatenate([images.x_test, new.x_test]),
        np.concatenate([images.y_test, new.y_test]),
    )
    light = version.preparation != "mnist" and is_on_light(grown.x_train)
    return _searched(
        replace(version, classes=classes, change=f"Added {len(labels):,} images", light_background=light), grown
    )


def _searched(version: Version, images: Images) -> Edited:
    return with_duplicates(version, images), images


def _place(version: Version, name: str) -> int:
    if name not in version.classes:
        raise DatasetError(f"There is no class {name!r:.60} in this data set.")
    return version.classes.index(name)
