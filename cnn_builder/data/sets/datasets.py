"""The data sets there are, those of the app and one's own, and loading one as arrays."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from cnn_builder.data.errors import DatasetError
from cnn_builder.data.sets import digits, mnist_sample, sources
from cnn_builder.data.sets.info import Dataset, DatasetInfo
from cnn_builder.data.sets.own.library import OwnDatasets
from cnn_builder.data.sets.own.names import missing_title
from cnn_builder.settings import Settings, settings_here

DownloadProgress = Callable[[int, int | None], None]

_TEN_DIGITS = tuple(str(digit) for digit in range(10))
_FASHION = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
_CIFAR = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


DATASETS: Mapping[str, DatasetInfo] = MappingProxyType(
    {
        info.name: info
        for info in (
            DatasetInfo(
                "mnist", "MNIST", (28, 28, 1), _TEN_DIGITS, 60_000, 10_000, "mnist",
                "70,000 handwritten digits by census staff and high-school students, centred by their centre of mass.",
            ),
            DatasetInfo(
                "mnist_sample", "MNIST sample (built in)", (28, 28, 1), _TEN_DIGITS,
                mnist_sample.TRAIN_SIZE, mnist_sample.TEST_SIZE, "mnist",
                "5,000 of MNIST's training images, 500 of each digit: they come with the app, no download needed.",
            ),
            DatasetInfo(
                "fashion_mnist", "Fashion-MNIST", (28, 28, 1), _FASHION, 60_000, 10_000, "fashion",
                "70,000 product photos of clothes: as large as MNIST but harder.",
            ),
            DatasetInfo(
                "cifar10", "CIFAR-10", (32, 32, 3), _CIFAR, 50_000, 10_000, "photo",
                "60,000 small colour photos of animals and vehicles.",
            ),
            DatasetInfo(
                "digits", "Digits 8×8 (built in)", (28, 28, 1), _TEN_DIGITS, digits.TRAIN_SIZE, digits.TEST_SIZE,
                "digits",
                "1,797 digits by 13 writers, enlarged from 8×8 pixels: quick to train, but a network trained on them "
                "often misreads other people's handwriting.",
            ),
        )
    }
)  # fmt: skip
"""The data sets that come with the app, or that it downloads, by name."""


def describe(name: str, settings: Settings | None = None) -> DatasetInfo:
    """The data set of that name, one of the app's or one's own; without settings, those of the environment.

    One's own is named alone, which is its current version, or with a version, as `info.name` has it.
    Raises DatasetError for an unknown one, listing those there are.
    """
    if name in DATASETS:
        return DATASETS[name]
    own = _own(settings)
    if own.has(name):
        return own.describe(name)
    known = ", ".join([*DATASETS, *own.names()])
    raise DatasetError(f"There is no data set named {name!r:.60}. Expected one of: {known}.")


def find_dataset(name: str | None, settings: Settings | None = None) -> DatasetInfo | None:
    """The same, or None where there is none of that name, such as one that was deleted, or it cannot be read."""
    if name is None:
        return None
    try:
        return describe(name, settings)
    except DatasetError:
        return None


def dataset_names(settings: Settings | None = None) -> list[str]:
    """Every data set that can be chosen: those of the app, then one's own."""
    return [*DATASETS, *_own(settings).names()]


def dataset_title(name: str, settings: Settings | None = None) -> str:
    """A data set as people know it; one that is not here, such as a deleted one, keeps its name."""
    info = find_dataset(name, settings)
    return missing_title(name) if info is None else info.title


def default_dataset(settings: Settings | None = None, places: sources.Places | None = None) -> str:
    """Name of the data set for whoever has not chosen one: the best set of digits that needs no download.

    MNIST where it is at hand, else the built-in sample of it, else `digits`, which is always there.
    """
    return next(name for name in ("mnist", "mnist_sample", "digits") if is_local(name, settings, places))


def is_local(name: str, settings: Settings | None = None, places: sources.Places | None = None) -> bool:
    """Whether the data set can be loaded without the network. Looks for its files, does not open them.

    They are looked for in `places`, by default those of the settings, by default those of the environment.
    """
    describe(name, settings)
    return name == "digits" or name not in DATASETS or sources.find_files(name, places or _places(settings)) is not None


def load_dataset(
    name: str,
    settings: Settings | None = None,
    progress: DownloadProgress | None = None,
    places: sources.Places | None = None,
) -> Dataset:
    """Load a data set, downloading it if this machine does not have it.

    Looked through are the settings' folder of `<name>.npz` files, the Keras cache and the app's own; without settings,
    those of the environment. `progress(done, total)` is told the bytes downloaded; total is None if unknown.
    Raises DatasetError: unknown name, damaged file, or no network.
    """
    info = describe(name, settings)
    if name not in DATASETS:
        return _own(settings).load(name)
    if name == "digits":
        return Dataset(info, *digits.load_digits_28())
    arrays = sources.fetch(name, places or _places(settings), progress)
    origin = arrays.pop("origin")
    x_train, y_train = _checked(info, arrays, "train", origin)
    x_test, y_test = _checked(info, arrays, "test", origin)
    return Dataset(info, x_train, y_train, x_test, y_test)


def _own(settings: Settings | None) -> OwnDatasets:
    return OwnDatasets.of(settings_here() if settings is None else settings)


def _places(settings: Settings | None) -> sources.Places:
    return sources.Places.of(settings_here() if settings is None else settings)


def split(n: int, validation_split: float) -> int:
    """How many of n images train: floor(n · (1 − validation_split)). The rest, the last ones, validate.

    Same expression as Keras' `train_validation_split`, so that rounding agrees.
    """
    return math.floor(n * (1.0 - validation_split))


def _checked(info: DatasetInfo, arrays: Mapping[str, Any], part: str, origin: str) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels of one part, in the promised shape and type, or a DatasetError."""
    images, labels = arrays[f"x_{part}"], arrays[f"y_{part}"]
    if images.ndim == 3:
        images = images[..., np.newaxis]
    labels = labels.reshape(-1)
    if images.shape[1:] != info.input_shape or images.dtype != np.uint8 or not len(images):
        raise DatasetError(
            f"{origin}: x_{part} should be uint8 images of {info.input_shape}, "
            f"but is {images.dtype} of {images.shape[1:]} ({len(images)} images)."
        )
    if len(images) != len(labels):
        raise DatasetError(f"{origin}: there are {len(images)} images in x_{part} but {len(labels)} labels.")
    if not np.issubdtype(labels.dtype, np.integer):
        raise DatasetError(f"{origin}: the labels y_{part} should be whole numbers, but are {labels.dtype}.")
    if labels.min() < 0 or labels.max() >= len(info.classes):
        raise DatasetError(
            f"{origin}: the labels y_{part} should be 0 to {len(info.classes) - 1}, "
            f"but run from {labels.min()} to {labels.max()}."
        )
    return images, labels.astype(np.int64)
