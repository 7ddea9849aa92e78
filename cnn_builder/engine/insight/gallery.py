"""The images behind a run: what it was trained on, what was held out, and the test images."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cnn_builder.data import Dataset, split
from cnn_builder.data.sets.drawing_set import DrawingSet
from cnn_builder.data.sets.on_disk import is_on_disk
from cnn_builder.engine.insight import features
from cnn_builder.engine.insight.inside import Inside
from cnn_builder.engine.insight.time_limit import check_time
from cnn_builder.runs import RunSettings

NEIGHBOURS = 5000
"""How many training images are searched for the nearest ones."""
HELD_OUT = 2000
"""How many held-out images the calibration is found on."""


@dataclass(frozen=True)
class Known:
    """What one set of weights makes of the run's training images, and what that says of its certainty."""

    vectors: np.ndarray
    calibration: features.ConfidenceLevels

    @cached_property
    def squares(self) -> np.ndarray:
        """|v|² of each vector."""
        return features.squared_norms(self.vectors)

    def nearest(self, vector: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Places of the training images closest to a vector (features,), nearest first, and their distances."""
        return features.nearest(self.vectors, vector, count, self.squares)


class Gallery:
    """A run's images, uint8 (n, height, width, channels), and labels, int64 (n,).

    Args:
        drawings: the user's own that the run took with it. Those it was trained on are the first of its training
            images here, so that they are searched, too.
    """

    def __init__(self, dataset: Dataset, settings: RunSettings, drawings: DrawingSet | None = None) -> None:
        self._dataset = dataset
        self._settings = settings
        self._drawings = drawings

    def part(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Images and labels of "train" or "test". Raises ValueError."""
        if name == "test":
            return self._dataset.x_test, self._dataset.y_test
        if name == "train":
            return self._train
        raise ValueError(f"The images are 'train' or 'test', not {name!r:.40}.")

    @cached_property
    def _kept(self) -> int:
        count = len(self._dataset.x_train)
        return count if self._settings.validation_data == "test" else split(count, self._settings.validation_split)

    @cached_property
    def _train(self) -> tuple[np.ndarray, np.ndarray]:
        images, labels = self._dataset.x_train[: self._kept], self._dataset.y_train[: self._kept]
        own = self._drawings
        if own is None:
            return images, labels
        if is_on_disk(images):  # joined with others they would be in memory, all of them
            images, labels = images[:NEIGHBOURS], labels[:NEIGHBOURS]
        return np.concatenate([own.x_train, images]), np.concatenate([own.y_train, labels])

    @cached_property
    def held_out(self) -> tuple[np.ndarray, np.ndarray]:
        """The images that validated; the test images where none did."""
        images, labels = self._dataset.x_train[self._kept :], self._dataset.y_train[self._kept :]
        if not len(images):
            images, labels = self._dataset.x_test, self._dataset.y_test
        return images[:HELD_OUT], labels[:HELD_OUT]

    def known(self, inside: Inside) -> Known:
        """Vectors of the first training images, and the calibration of this model on the held-out ones."""

        def make() -> Known:
            vectors = features.features(inside, self._train[0][:NEIGHBOURS])
            images, labels = self.held_out
            distances = features.nearest_distances(vectors, features.features(inside, images))
            return Known(vectors, features.calibration(_probabilities(inside, images), labels, distances))

        made: Known = inside.made_once("known", make)
        return made


def _probabilities(inside: Inside, images: np.ndarray) -> np.ndarray:
    """In small batches: somebody may be waiting for another answer meanwhile."""
    parts = []
    for start in range(0, len(images), features.BATCH):
        check_time()
        parts.append(inside.probabilities(images[start : start + features.BATCH]))
    return np.concatenate(parts)
