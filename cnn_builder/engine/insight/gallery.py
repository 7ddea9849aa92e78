"""The images behind a run: what it was trained on, what was held out, and the test images."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cnn_builder.data import Dataset, split
from cnn_builder.engine.insight import features
from cnn_builder.engine.insight.inside import Inside
from cnn_builder.runs import RunSettings

NEIGHBOURS = 5000
"""How many training images are searched for the nearest ones."""
HELD_OUT = 2000
"""How many held-out images the calibration is found on."""


@dataclass(frozen=True)
class Known:
    """What one set of weights makes of the run's training images, and what that says of its certainty."""

    vectors: np.ndarray
    calibration: features.Calibration


class Gallery:
    """A run's images, uint8 (n, height, width, channels), and labels, int64 (n,)."""

    def __init__(self, dataset: Dataset, settings: RunSettings) -> None:
        self._dataset = dataset
        self._settings = settings

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
        return self._dataset.x_train[: self._kept], self._dataset.y_train[: self._kept]

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

        made: Known = inside.compiled("known", make)
        return made


def _probabilities(inside: Inside, images: np.ndarray) -> np.ndarray:
    """In small batches: somebody may be waiting for an answer meanwhile."""
    parts = []
    for start in range(0, len(images), features.BATCH):
        with inside.still:
            parts.append(inside.probabilities(images[start : start + features.BATCH]))
    return np.concatenate(parts)
