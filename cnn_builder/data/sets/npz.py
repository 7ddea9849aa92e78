"""Reading `.npz` files nobody vouches for: no pickles, and no array larger than its file says."""

import math
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from cnn_builder.data.errors import DatasetError
from cnn_builder.data.sets.on_disk import map_array
from cnn_builder.limits import size_text

KEYS: tuple[str, ...] = ("x_train", "y_train", "x_test", "y_test")


def read_npz(
    path: Path,
    keys: Sequence[str] = KEYS,
    most_bytes: int | None = None,
    advice: str = "",
    left_on_disk: Sequence[str] = (),
) -> dict[str, np.ndarray]:
    """Arrays of a file, by default the four of a Keras-style one.

    Args:
        most_bytes: how large the arrays may be together.
        advice: what to do about a file that is refused; by default, to replace it.
        left_on_disk: the keys of arrays that are mapped, as `on_disk` does, unless the file has them compressed.

    Raises DatasetError: missing keys, pickled objects, damaged or too large a file.
    """
    with _told(path, advice):
        with zipfile.ZipFile(path) as archive:
            _check_members(archive, path, keys, most_bytes)
        mapped = {key: array for key in left_on_disk if (array := map_array(path, key)) is not None}
        with np.load(path, allow_pickle=False) as file:
            return {key: mapped[key] if key in mapped else file[key] for key in keys}


def keys_of(path: Path, advice: str = "") -> list[str]:
    """The names of the arrays in a file. Raises DatasetError."""
    with _told(path, advice), zipfile.ZipFile(path) as archive:
        return [name.removesuffix(".npy") for name in archive.namelist()]


@contextmanager
def _told(path: Path, advice: str) -> Iterator[None]:
    try:
        yield
    except DatasetError:
        raise
    except Exception as error:  # NumPy reads a damaged header as Python's tokens: it may raise anything
        known = isinstance(error, OSError | ValueError | EOFError | zipfile.BadZipFile | NotImplementedError)
        reason = str(error).splitlines()[0] if known and str(error) else f"it is damaged: {type(error).__name__}"
        message = f"{path.name} can't be read as a .npz file ({reason:.160})."
        raise DatasetError(f"{message} {advice or f'Replace or remove {path}.'}") from error


def _check_members(archive: zipfile.ZipFile, path: Path, keys: Sequence[str], most_bytes: int | None) -> None:
    """A header may claim terabytes: compare it with the member's size before numpy allocates."""
    members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
    missing = [key for key in keys if key not in members]
    if missing:
        found = ", ".join(list(members)[:8]) or "nothing"
        raise DatasetError(f"{path.name}: expected {', '.join(keys)}; {', '.join(missing)} is missing. Found: {found}.")
    total = sum(members[key].file_size for key in keys)
    if most_bytes is not None and total > most_bytes:
        raise DatasetError(f"{path.name} unpacks to {size_text(total)}; expected at most {size_text(most_bytes)}.")
    for key in keys:
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
