"""Which images train and which test: stratified, by a seed."""

import numpy as np


def stratified(labels: np.ndarray, test_split: float, seed: int) -> np.ndarray:
    """Which of the images, by their labels (n,), test: bool (n,).

    Of each class, `test_split` of its images, rounded; at least one where it has two or more, and never all.
    """
    random = np.random.default_rng(seed)
    tests = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        places = np.flatnonzero(labels == label)
        count = min(max(1, round(test_split * len(places))), len(places) - 1)
        tests[random.permutation(places)[:count]] = True
    return tests


def evenly(labels: np.ndarray, seed: int) -> np.ndarray:
    """An order of the images in which every class is spread evenly: places (n,).

    A run validates on the last images, and a limit takes the first ones: both have every class in its share.
    """
    random = np.random.default_rng(seed)
    along = np.empty(len(labels))
    for label in np.unique(labels):
        places = random.permutation(np.flatnonzero(labels == label))
        along[places] = (np.arange(len(places)) + random.random()) / len(places)
    return np.argsort(along, kind="stable")
