"""Images that stay on the disk: an array of an uncompressed `.npz`, mapped, so that only what is looked at is read.

A mapped array is used as any other, and so are its slices; `taken` and `in_memory` read it into memory without leaving
its pages in the process, which is what keeps a training's memory bounded.
"""

import mmap
import os
import zipfile
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from cnn_builder.data.errors import DatasetError

_LOCAL_HEADER = 30  # bytes before a member's name; the lengths of name and extra field are its last four
_SIGNATURE = b"PK\x03\x04"


class MappedFile(mmap.mmap):
    """A whole file, mapped to be read, and the same file open to read from it."""

    number: int
    """Its descriptor."""

    @classmethod
    def of(cls, path: Path) -> "MappedFile":
        """Raises OSError or ValueError (an empty file)."""
        number = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        try:
            mapped = cls(number, 0, access=mmap.ACCESS_READ)
        except BaseException:
            os.close(number)
            raise
        mapped.number = number
        return mapped

    def __del__(self) -> None:
        if hasattr(self, "number"):
            os.close(self.number)


def map_array(path: Path, key: str) -> np.ndarray | None:
    """The array of an `.npz`, left on the disk and read-only; None where it is compressed or in Fortran's order.

    What the file says of its sizes is not checked here: `npz.read_npz` does that. Raises DatasetError, OSError.
    """
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(f"{key}.npy")
    with path.open("rb") as file:
        file.seek(info.header_offset)
        head = file.read(_LOCAL_HEADER)
        if len(head) < _LOCAL_HEADER or head[:4] != _SIGNATURE:
            raise DatasetError(f"{path.name} can't be read as a .npz file: {key} is not where the file says.")
        lengths = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        file.seek(info.header_offset + _LOCAL_HEADER + lengths)
        if info.compress_type != zipfile.ZIP_STORED:
            return None
        read = npy.read_array_header_1_0 if npy.read_magic(file) == (1, 0) else npy.read_array_header_2_0
        shape, in_fortran_order, dtype = read(file)
        offset = file.tell()
    if in_fortran_order or dtype.hasobject:
        return None
    try:
        return np.ndarray(shape, dtype, buffer=MappedFile.of(path), offset=offset)
    except TypeError:  # the file ends before the array does
        raise DatasetError(f"{path.name} can't be read as a .npz file: {key} is cut short.") from None


def is_on_disk(images: np.ndarray) -> bool:
    """Whether the array is mapped from a file, or a slice of one that is."""
    return _file_of(images) is not None


def taken(images: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The images at these places (n,), in memory: (n, height, width, channels)."""
    file = _file_of(images)
    if file is None or not _readable(images):
        return np.asarray(images[places])
    size = images.strides[0]
    first = _offset(images, file)
    out = np.empty((len(places), *images.shape[1:]), images.dtype)
    for row, place in zip(out, places.tolist(), strict=True):
        _read_into(file, row, first + size * place)
    return out


def taken_evenly(images: np.ndarray, count: int) -> np.ndarray:
    """About this many of the images, evenly spread, in memory; all of them where there are no more."""
    return taken(images, np.arange(0, len(images), max(1, len(images) // count)))


def in_memory(images: np.ndarray) -> np.ndarray:
    """The array in memory; one that is there is returned as it is."""
    file = _file_of(images)
    if file is None or not len(images) or not _readable(images):
        return images
    out = np.empty(images.shape, images.dtype)
    _read_into(file, out, _offset(images, file))
    return out


def _file_of(images: np.ndarray) -> MappedFile | None:
    base: object = images
    while isinstance(base, np.ndarray):
        base = base.base
    return base if isinstance(base, MappedFile) else None


def _readable(images: np.ndarray) -> bool:
    """Whether the images lie one behind the other, and this system reads at a place of a file."""
    return hasattr(os, "preadv") and images.flags.c_contiguous


def _offset(images: np.ndarray, file: MappedFile) -> int:
    """Where in the file the array begins."""
    start = np.frombuffer(file, np.uint8)
    return int(images.ctypes.data - start.ctypes.data)


def _read_into(file: MappedFile, out: np.ndarray, offset: int) -> None:
    """Read as much as the array holds. Raises OSError where the file ends before."""
    view, done = out.data.cast("B"), 0
    while done < len(view):
        count = os.preadv(file.number, [view[done:]], offset + done)
        if count == 0:
            raise OSError("The file with the images was cut short while it was read.")
        done += count
