"""What another form of a run's model is worth: its predictions on the run's test images beside the model's own."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnn_builder.architecture import Architecture
from cnn_builder.data import Dataset
from cnn_builder.engine.backend import keras
from cnn_builder.engine.build import Predictor
from cnn_builder.engine.data_split import load_for
from cnn_builder.engine.evaluate import png
from cnn_builder.engine.training.checkpoints import load_model
from cnn_builder.runs import Run
from cnn_builder.runs.run_files import BEST
from cnn_builder.settings import Settings

BATCH = 500
MOST_PICTURES = 24
"""Images kept of those whose answer changed: nobody looks at more, and a bad int8 model changes thousands."""
SINGLE = 100
"""Test images that are read one by one, to time an image."""
ImageReader = Callable[[np.ndarray], np.ndarray]
"""Probabilities (n, classes) of uint8 images (n, height, width, channels)."""


@dataclass(frozen=True, eq=False)
class ExportSubject:
    """A run's best model, its data set cut to the run's limits, and what it reads in the test images, (n, classes)."""

    architecture: Architecture
    model: "keras.Sequential"
    dataset: Dataset
    own: np.ndarray

    @classmethod
    def load(cls, run: Run, settings: Settings) -> "ExportSubject":
        """Read the test images with the run's own model. Raises ModelError, DatasetError."""
        model = load_model(run.architecture, settings.run_folder(run.run_id) / BEST)
        dataset = load_for(run, settings)
        own = in_batches(Predictor(model, run.architecture).probabilities, dataset.x_test)
        return cls(run.architecture, model, dataset, own)

    def checked(self, reader: ImageReader) -> dict[str, Any]:
        """Read the whole test set with another form: what `compared` found, "pictures" and "milliseconds"."""
        other = in_batches(reader, self.dataset.x_test)
        facts = compared(self.own, other, self.dataset.y_test)
        pictures = [self._picture(place, other[place]) for place in facts["changed"][:MOST_PICTURES]]
        return {**facts, "pictures": pictures, "milliseconds": milliseconds(reader, self.dataset.x_test)}

    def _picture(self, place: int, other: np.ndarray) -> dict[str, Any]:
        classes, own = self.dataset.info.classes, self.own[place]
        before, after = int(own.argmax()), int(other.argmax())
        return {
            "index": place,
            "png": png(self.dataset.x_test[place]),
            "actual": classes[int(self.dataset.y_test[place])],
            "before": classes[before],
            "before_probability": round(float(own[before]), 4),
            "after": classes[after],
            "after_probability": round(float(np.nan_to_num(other[after])), 4),
        }


def compared(own: np.ndarray, other: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    """Two sets of probabilities (n, classes) for the same images, with their classes (n,).

    Keys: images; test_accuracy of the other; agreement (the share of images with the same answer); changed (places of
    the images whose answer changed); gained and lost (how many only the other, and only the own reads right);
    difference (the largest between two probabilities).
    """
    first, second = own.argmax(axis=1), other.argmax(axis=1)
    changed = np.flatnonzero(first != second)
    right_before, right_now = first == labels, second == labels
    return {
        "images": len(labels),
        "test_accuracy": float(np.mean(right_now)),
        "agreement": 1 - len(changed) / len(labels),
        "changed": [int(place) for place in changed],
        "gained": int(np.sum(right_now & ~right_before)),
        "lost": int(np.sum(right_before & ~right_now)),
        "difference": float(np.nan_to_num(np.abs(own - other), nan=1.0).max()),
    }


def in_batches(reader: ImageReader, images: np.ndarray) -> np.ndarray:
    """Probabilities (n, classes) of uint8 images (n, height, width, channels), a batch at a time."""
    return np.concatenate([reader(images[start : start + BATCH]) for start in range(0, len(images), BATCH)])


def milliseconds(reader: ImageReader, images: np.ndarray) -> float:
    """Of one image read by itself, the median; the first ones prepare."""
    took = []
    for place in range(min(SINGLE, len(images))):
        began = time.perf_counter()
        reader(images[place : place + 1])
        took.append(1000 * (time.perf_counter() - began))
    return round(float(np.median(took[len(took) // 10 :])), 3)
