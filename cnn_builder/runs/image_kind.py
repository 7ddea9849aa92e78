"""What kind of images a run's network takes, and what its classes are called."""

from __future__ import annotations

from cnn_builder.architecture import Architecture, trace
from cnn_builder.architecture.input_shapes import image_shape, square_image
from cnn_builder.data import DatasetInfo, dataset_title, describe, find_dataset
from cnn_builder.runs.errors import ModelFileError
from cnn_builder.runs.models import NO_DATASET, Run
from cnn_builder.settings import Settings, settings_here


def settings_for_run(run: Run) -> Settings:
    """The settings with which the run's data set is found: it is among those of the run's owner."""
    return settings_here().of_owner(run.owner)


def image_kind(run: Run) -> DatasetInfo:
    """The run's data set; of an imported model without one, what its network says. Raises DatasetError."""
    return (
        images_of_network(run.architecture)
        if run.dataset == NO_DATASET
        else describe(run.dataset, settings_for_run(run))
    )


def is_image_kind_known(run: Run) -> bool:
    """Whether this version knows the images that the run takes."""
    return run.dataset == NO_DATASET or find_dataset(run.dataset, settings_for_run(run)) is not None


def images_of_network(architecture: Architecture) -> DatasetInfo:
    """Images and classes as the network alone tells them; it has no training or test images.

    Raises ModelFileError where the network takes no pictures, or does not end in one number for each class.
    """
    shape = architecture.input_shape
    image = square_image(shape[0]) if len(shape) == 1 else image_shape(shape)
    if image is None or image[2] not in (1, 3):
        raise ModelFileError(
            f"The model's input is {'×'.join(map(str, shape))}; expected pictures: height × width × 1 or 3 channels, "
            "or the pixels of a square one."
        )
    height, width, channels = image
    output = trace(architecture).output_shape
    if len(output) != 1 or output[0] < 2:
        raise ModelFileError(
            f"The model's output is {'×'.join(map(str, output))}; expected one vector with a number for each of at "
            "least 2 classes. End it with a Dense layer of that many units and softmax, and train it again."
        )
    classes = tuple(f"class {number}" for number in range(1, output[0] + 1))
    story = "The model was imported without a data set: a picture is only resized, and its classes have no names."
    return DatasetInfo(NO_DATASET, dataset_title(NO_DATASET), (height, width, channels), classes, 0, 0, "photo", story)
