"""Which images a run trains on, and which it validates on."""

from dataclasses import dataclass

import numpy as np

from cnn_builder.data import Dataset, DatasetError, load_dataset, split
from cnn_builder.data.sets.drawing_set import DrawingSet
from cnn_builder.data.sets.on_disk import is_on_disk
from cnn_builder.engine.errors import TrainingError
from cnn_builder.runs import NO_DATASET, Run, RunSettings, Store
from cnn_builder.settings import Settings


def load_for(run: Run, settings: Settings) -> Dataset:
    """The data set a run asks for, cut to its limits. Raises DatasetError."""
    if run.dataset == NO_DATASET:
        raise DatasetError("The model was imported without a data set: there are no images to compare with.")
    return load_dataset(run.dataset, settings.of_owner(run.owner)).limited(
        run.settings.train_limit, run.settings.test_limit
    )


def drawings_of(run: Run, store: Store) -> DrawingSet | None:
    """The user's own drawings that the run took with it; None where it asked for none.

    Raises TrainingError where they are gone or changed, DatasetError where they are damaged.
    """
    if not run.settings.own_drawings:
        return None
    found = store.drawings(run.run_id)
    if found is None or run.drawings is None or found.fingerprint != run.drawings.fingerprint:
        raise TrainingError("The drawings kept with the run are not those it was requested with. Start a new run.")
    return found


@dataclass(frozen=True)
class Parts:
    """The images a run trains on and those it validates on, if any; uint8 (n, height, width, channels) and int64 (n,).

    `added`: the last of the images that train, where those before stay on the disk; the labels are of all.
    """

    train: tuple[np.ndarray, np.ndarray]
    validation: tuple[np.ndarray, np.ndarray] | None
    added: np.ndarray | None = None

    @classmethod
    def of(cls, dataset: Dataset, settings: RunSettings, drawings: DrawingSet | None = None) -> "Parts":
        """The first images train and the rest validate; or all train, and the test images validate.

        The user's own drawings, if there are any, train too, after the others; they never validate.
        """
        images, labels = dataset.x_train, dataset.y_train
        validation: tuple[np.ndarray, np.ndarray] | None = (dataset.x_test, dataset.y_test)
        kept = len(images)
        if settings.validation_data != "test":
            kept = split(len(images), settings.validation_split)
            validation = (images[kept:], labels[kept:]) if kept < len(images) else None
        train = images[:kept], labels[:kept]
        if drawings is None:
            return cls(train, validation)
        all_labels = np.concatenate([train[1], drawings.y_train])
        if is_on_disk(images):
            return cls((train[0], all_labels), validation, drawings.x_train)
        return cls((np.concatenate([train[0], drawings.x_train]), all_labels), validation)
