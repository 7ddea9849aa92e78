"""The data sets the app knows, and loading one as arrays."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from cnn_builder.data import digits, sources
from cnn_builder.data.errors import DatasetError

Progress = Callable[[int, int | None], None]

_TEN_DIGITS = tuple(str(digit) for digit in range(10))
_FASHION = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
_CIFAR = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


@dataclass(frozen=True)
class DatasetInfo:
    """What is known of a data set before it is loaded.

    `input_shape` is (height, width, channels); `preparation` says how a drawing or photo is made to look
    like its images: "mnist", "digits", "fashion" or "photo".
    """

    name: str
    title: str
    input_shape: tuple[int, int, int]
    classes: tuple[str, ...]
    train_size: int
    test_size: int
    preparation: str
    story: str


DATASETS: Mapping[str, DatasetInfo] = MappingProxyType(
    {
        info.name: info
        for info in (
            DatasetInfo(
                "mnist", "MNIST", (28, 28, 1), _TEN_DIGITS, 60_000, 10_000, "mnist",
                "70,000 digits written by census staff and school pupils, centred by mass.",
            ),
            DatasetInfo(
                "fashion_mnist", "Fashion-MNIST", (28, 28, 1), _FASHION, 60_000, 10_000, "fashion",
                "70,000 shop photos of clothes, the size of MNIST but harder.",
            ),
            DatasetInfo(
                "cifar10", "CIFAR-10", (32, 32, 3), _CIFAR, 50_000, 10_000, "photo",
                "60,000 small colour photos of animals and vehicles.",
            ),
            DatasetInfo(
                "digits", "Digits (built in)", (28, 28, 1), _TEN_DIGITS, digits.TRAIN_SIZE, digits.TEST_SIZE, "digits",
                "1,797 real handwritten digits that come with the app: no network needed.",
            ),
        )
    }
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images (n, height, width, channels) uint8 from 0 to 255, labels (n,) int64 from 0; original order."""

    info: DatasetInfo
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray

    def limited(self, train_limit: int | None = None, test_limit: int | None = None) -> "Dataset":
        """The first `train_limit` training and `test_limit` test images; None keeps them all."""
        return replace(
            self,
            x_train=self.x_train[:train_limit],
            y_train=self.y_train[:train_limit],
            x_test=self.x_test[:test_limit],
            y_test=self.y_test[:test_limit],
        )


def describe(name: str) -> DatasetInfo:
    """The data set of that name. Raises DatasetError for an unknown one, listing those there are."""
    try:
        return DATASETS[name]
    except KeyError:
        known = ", ".join(DATASETS)
        raise DatasetError(f"There is no data set named {name!r:.60}. Expected one of: {known}.") from None


def is_local(name: str, data: Path | None = None, places: sources.Places | None = None) -> bool:
    """Whether the data set can be loaded without the network. Looks for its files, does not open them."""
    describe(name)
    return name == "digits" or sources.find(name, places or sources.Places.from_env(data)) is not None


def load(
    name: str,
    data: Path | None = None,
    progress: Progress | None = None,
    places: sources.Places | None = None,
) -> Dataset:
    """Load a data set, downloading it if this machine does not have it.

    `data` is a folder of `<name>.npz` files looked at first (None: the CNN_BUILDER_DATA variable), then the Keras
    cache, then the app's own. `progress(done, total)` is told the bytes downloaded; total is None if unknown.
    Raises DatasetError: unknown name, damaged file, or no network.
    """
    info = describe(name)
    if name == "digits":
        return Dataset(info, *digits.load_digits_28())
    arrays = sources.fetch(name, places or sources.Places.from_env(data), progress)
    origin = arrays.pop("origin")
    x_train, y_train = _checked(info, arrays, "train", origin)
    x_test, y_test = _checked(info, arrays, "test", origin)
    return Dataset(info, x_train, y_train, x_test, y_test)


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
