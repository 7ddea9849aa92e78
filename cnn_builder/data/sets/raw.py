"""The publishers' own file formats: gzipped IDX (Fashion-MNIST) and the binary CIFAR-10 archive."""

import gzip
import tarfile
import zlib
from pathlib import Path

import numpy as np

from cnn_builder.data.errors import DatasetError

IDX_FILES = {
    "x_train": "train-images-idx3-ubyte.gz",
    "y_train": "train-labels-idx1-ubyte.gz",
    "x_test": "t10k-images-idx3-ubyte.gz",
    "y_test": "t10k-labels-idx1-ubyte.gz",
}
_CIFAR_RECORD = 1 + 3 * 32 * 32


def read_idx(path: Path) -> np.ndarray:
    """One gzipped IDX file of bytes: (n, height, width) or (n,) uint8. Format: Y. LeCun, the MNIST page."""
    try:
        content = gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetError(f"{path} is damaged ({error}). Delete it, and it will be downloaded again.") from error
    dimensions = content[3] if len(content) > 3 else 0
    header = 4 + 4 * dimensions
    if content[:3] != b"\x00\x00\x08" or len(content) < header:
        raise DatasetError(f"{path} is not an IDX file of bytes. Delete it, and it will be downloaded again.")
    shape = tuple(int.from_bytes(content[4 + 4 * axis : 8 + 4 * axis], "big") for axis in range(dimensions))
    values = np.frombuffer(content, np.uint8, offset=header)
    if values.size != int(np.prod(shape)):
        raise DatasetError(f"{path} is cut short. Delete it, and it will be downloaded again.")
    return values.reshape(shape)


def read_idx_folder(folder: Path) -> dict[str, np.ndarray]:
    """The four IDX files of a folder, by Keras' key."""
    return {key: read_idx(folder / name) for key, name in IDX_FILES.items()}


def read_cifar(path: Path) -> dict[str, np.ndarray]:
    """CIFAR-10's binary archive: a label byte, then 32×32 red, green and blue, for each image.

    The binary form, not the Python one: that one is pickled.
    """
    batches = {"train": [f"data_batch_{number}.bin" for number in range(1, 6)], "test": ["test_batch.bin"]}
    arrays: dict[str, np.ndarray] = {}
    try:
        with tarfile.open(path) as archive:
            for part, names in batches.items():
                members = [archive.extractfile(f"cifar-10-batches-bin/{name}") for name in names]
                content = b"".join(member.read() for member in members if member is not None)
                records = np.frombuffer(content, np.uint8).reshape(-1, _CIFAR_RECORD)
                arrays[f"x_{part}"] = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1).copy()
                arrays[f"y_{part}"] = records[:, 0].copy()
    except (OSError, EOFError, KeyError, ValueError, tarfile.TarError, zlib.error) as error:
        raise DatasetError(f"{path} is damaged ({error}). Delete it, and it will be downloaded again.") from error
    return arrays
