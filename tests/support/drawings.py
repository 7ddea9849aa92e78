"""Drawings that a user saved with their labels."""

from pathlib import Path

import numpy as np

from cnn_builder.data import DATASETS
from cnn_builder.data.sets.drawing_set import DrawingSet
from cnn_builder.data.sets.user_drawings import FOLDER, OwnDrawings


def keep_drawings(home: Path, count: int = 20, dataset: str = "digits", seed: int = 0) -> OwnDrawings:
    """Keep so many drawings, of the classes 0 to 9 in turn, as the Draw page does. No two are alike."""
    own = OwnDrawings(home / FOLDER, DATASETS[dataset])
    generator = np.random.default_rng(seed)
    for number in range(count):
        own.keep(generator.integers(0, 256, own.info.input_shape, dtype=np.uint8), number % 10)
    return own


def drawing_set(train: int = 6, test: int = 2, value: int = 0) -> DrawingSet:
    """Plain images of 28×28×1, labelled from 0 on."""
    images = np.full((train + test, 28, 28, 1), value, np.uint8)
    labels = np.arange(train + test, dtype=np.int64) % 10
    return DrawingSet(images[:train], labels[:train], images[train:], labels[train:])
