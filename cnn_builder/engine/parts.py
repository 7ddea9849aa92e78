"""Which images a run trains on, and which it validates on."""

from dataclasses import dataclass

import numpy as np

from cnn_builder.data import Dataset, load, split
from cnn_builder.runs import Run, RunSettings
from cnn_builder.settings import Settings


def load_for(run: Run, settings: Settings) -> Dataset:
    """The data set a run asks for, cut to its limits. Raises DatasetError."""
    return load(run.dataset, settings.data).limited(run.settings.train_limit, run.settings.test_limit)


@dataclass(frozen=True)
class Parts:
    """The images a run trains on and those it validates on, if any; uint8 (n, height, width, channels) and int64."""

    train: tuple[np.ndarray, np.ndarray]
    validation: tuple[np.ndarray, np.ndarray] | None

    @classmethod
    def of(cls, dataset: Dataset, settings: RunSettings) -> "Parts":
        """The first images train and the rest validate; or all train, and the test images validate."""
        images, labels = dataset.x_train, dataset.y_train
        if settings.validation_data == "test":
            return cls((images, labels), (dataset.x_test, dataset.y_test))
        kept = split(len(images), settings.validation_split)
        validation = (images[kept:], labels[kept:]) if kept < len(images) else None
        return cls((images[:kept], labels[:kept]), validation)
