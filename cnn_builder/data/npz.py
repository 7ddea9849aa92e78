"""Reading `.npz` files nobody vouches for: no pickles, and no array larger than its file says."""

import math
import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from cnn_builder.data.errors import DatasetError

KEYS = ("x_train", "y_train", "x_test", "y_test")


def read(path: Path) -> dict[str, np.ndarray]:
    """The four arrays of a Keras-style file. Raises DatasetError: missing keys, pickled objects, damaged file."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive, path)
        with np.load(path, allow_pickle=False) as file:
            return {key: file[key] for key in KEYS}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, MemoryError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DatasetError(f"{path.name} can't be read as a .npz file ({reason}). Replace or remove {path}.") from error


def _check_members(archive: zipfile.ZipFile, path: Path) -> None:
    """A header may claim terabytes: compare it with the member's size before numpy allocates."""
    members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
    missing = [key for key in KEYS if key not in members]
    if missing:
        found = ", ".join(list(members)[:8]) or "nothing"
        raise DatasetError(f"{path.name}: expected {', '.join(KEYS)}; {', '.join(missing)} is missing. Found: {found}.")
    for key in KEYS:
        with archive.open(members[key]) as member:
            version = npy.read_magic(member)
            read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            shape, _, dtype = read_header(member)
            expected = member.tell() + math.prod(shape) * dtype.itemsize
        if dtype.hasobject:
            raise DatasetError(f"{path.name}: {key} holds pickled Python objects, which are never loaded.")
        if expected != members[key].file_size:
            raise DatasetError(
                f"{path.name}: the header of {key} says {expected:,} bytes, the file has {members[key].file_size:,}."
            )
