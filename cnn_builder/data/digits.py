"""The built-in data set: scikit-learn's handwritten digits, enlarged to MNIST's size.

Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI repository (1998), the 1,797 test
images. Each is a 32×32 bitmap counted in 4×4 blocks: 8×8 numbers from 0 to 16.
"""

import numpy as np
from PIL import Image

TRAIN_SIZE = 1437
TEST_SIZE = 360
_SIDE, _INNER = 28, 20


def enlarge(counts: np.ndarray) -> np.ndarray:
    """8×8 block counts (0 to 16) -> 28×28 uint8: resized to 20×20, in the centre."""
    small = Image.fromarray((counts * (255.0 / 16.0)).astype(np.float32))
    inner = np.asarray(small.resize((_INNER, _INNER), Image.Resampling.BICUBIC))
    canvas = np.zeros((_SIDE, _SIDE), np.uint8)
    edge = (_SIDE - _INNER) // 2
    canvas[edge : edge + _INNER, edge : edge + _INNER] = np.clip(np.rint(inner), 0, 255)
    return canvas


def load_digits_28() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(x_train, y_train, x_test, y_test): images (n, 28, 28, 1) uint8, labels (n,) int64.

    20 % are the test set, stratified, drawn with random_state=0, so it is always the same one.
    """
    # Imported here: scikit-learn takes over a second, and most callers never need it.
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    bunch = load_digits()
    images = np.stack([enlarge(counts) for counts in bunch.images])[..., np.newaxis]
    x_train, x_test, y_train, y_test = train_test_split(
        images, bunch.target.astype(np.int64), test_size=0.2, stratify=bunch.target, random_state=0
    )
    return x_train, y_train, x_test, y_test
