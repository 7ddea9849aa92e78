"""What a data set is: what is known of it, and its images."""

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class DatasetInfo:
    """What is known of a data set before it is loaded.

    `input_shape` is (height, width, channels); `preparation` says how a drawing or photo is made to look
    like its images: "mnist", "digits", "fashion", "photo", or as one's own images were made, "crop" or "pad".
    `light_background`: its images are dark on light, so that a drawing, which is bright on black, is inverted.
    """

    name: str
    title: str
    input_shape: tuple[int, int, int]
    classes: tuple[str, ...]
    train_size: int
    test_size: int
    preparation: str
    story: str
    light_background: bool = False

    @property
    def takes_photos(self) -> bool:
        """Whether its images are in colour, as a camera takes them: nobody draws those on the pad."""
        return self.input_shape[2] == 3

    @property
    def is_digits(self) -> bool:
        """Whether the classes are digits; of photos, such as an imported CIFAR-10, they are only numbers."""
        return not self.takes_photos and all(name.isdigit() for name in self.classes)


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
