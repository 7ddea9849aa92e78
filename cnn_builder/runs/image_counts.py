"""How many images a run will see, known before any is loaded."""

from cnn_builder.data import DatasetInfo, split
from cnn_builder.runs.settings import RunSettings


def images_of(info: DatasetInfo, settings: RunSettings) -> tuple[int, int]:
    """How many images a run with these settings trains on, and validates on after each epoch."""
    images = min(settings.train_limit or info.train_size, info.train_size)
    if settings.validation_data == "test":
        return images, min(settings.test_limit or info.test_size, info.test_size)
    kept = split(images, settings.validation_split)
    return kept, images - kept
