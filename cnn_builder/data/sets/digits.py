"""The built-in data set: scikit-learn's handwritten digits, enlarged to MNIST's size.

Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI repository (1998), the 1,797 test
images. Each is a 32×32 bitmap counted in 4×4 blocks: 8×8 numbers from 0 to 16.

scikit-learn's file is read as data. Importing it takes a third of the time until a training begins.
"""

import gzip
import importlib.util
from pathlib import Path

import numpy as np
from PIL import Image

TRAIN_SIZE = 1437
TEST_SIZE = 360
_FILE = Path("datasets", "data", "digits.csv.gz")
_ORDER = Path(__file__).with_name("digits_order.npy")
"""The training images and then the test images, as `train_test_split` of scikit-learn draws them: see `load_digits_28`.

uint16 (1797,), a row of the file each.
"""
_SIDE, _INNER = 28, 20


def _rows() -> np.ndarray:
    """All rows, uint8 (1797, 65): 64 block counts, row by row, and the digit."""
    found = importlib.util.find_spec("sklearn")  # looks for the package, runs nothing of it
    for folder in (found and found.submodule_search_locations) or ():
        if (path := Path(folder) / _FILE).is_file():
            return np.loadtxt(gzip.decompress(path.read_bytes()).decode("ascii").split(), np.uint8, delimiter=",")
    raise ModuleNotFoundError(f"scikit-learn is not installed, or {_FILE} is missing in it.", name="sklearn")


def enlarge(counts: np.ndarray) -> np.ndarray:
    """(n, 8, 8) block counts (0 to 16) -> (n, 28, 28) uint8: resized to 20×20, in the centre.

    A resize goes along the rows and then down the columns, each by itself: so all images are one picture, first one
    below the other, then side by side.
    """
    number, side, _ = counts.shape
    below = Image.fromarray((counts * (255.0 / 16.0)).astype(np.float32).reshape(number * side, side))
    wide = np.asarray(below.resize((_INNER, number * side), Image.Resampling.BICUBIC)).reshape(number, side, _INNER)
    beside = Image.fromarray(np.ascontiguousarray(wide.transpose(1, 0, 2)).reshape(side, number * _INNER))
    inner = np.asarray(beside.resize((number * _INNER, _INNER), Image.Resampling.BICUBIC))
    canvas = np.zeros((number, _SIDE, _SIDE), np.uint8)
    edge = (_SIDE - _INNER) // 2
    canvas[:, edge : edge + _INNER, edge : edge + _INNER] = np.clip(
        np.rint(inner.reshape(_INNER, number, _INNER).transpose(1, 0, 2)), 0, 255
    )
    return canvas


def load_digits_28() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(x_train, y_train, x_test, y_test): images (n, 28, 28, 1) uint8, labels (n,) int64.

    20 % are the test set, stratified, drawn with random_state=0, so it is always the same one.
    """
    rows, order = _rows(), np.load(_ORDER)
    images = enlarge(rows[:, :-1].reshape(-1, 8, 8))[order, ..., np.newaxis]
    labels = rows[order, -1].astype(np.int64)
    return images[:TRAIN_SIZE], labels[:TRAIN_SIZE], images[TRAIN_SIZE:], labels[TRAIN_SIZE:]
