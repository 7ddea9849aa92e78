"""An HDF5 file from anywhere, opened so that nothing outside of it is touched.

HDF5 can point to other files in four ways: soft and external links, data in external files, and virtual data sets;
and it loads filters from the folders of its plugins. The whole file is looked through for them before an array is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np

from cnn_builder.architecture.errors import shown
from cnn_builder.architecture.layers.base import times
from cnn_builder.architecture.memory import bytes_text
from cnn_builder.limits import MAX_MEMBERS
from cnn_builder.runs.errors import ModelFileError

_DAMAGE = (OSError, RuntimeError, ValueError, KeyError, TypeError, OverflowError, AttributeError, UnicodeError)
"""What h5py raises for a file that is damaged, depending on where."""
_FILTERS = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32, h5py.h5z.FILTER_LZF}
_MOST_EXPANSION = 1100
"""Deflate makes at most 1,032 bytes of one. Source: https://zlib.net/zlib_tech.html."""


@contextmanager
def opened_hdf5(path: Path) -> Iterator[h5py.File]:
    """The file, after it was looked through. Raises ModelFileError."""
    while h5py.h5pl.size():
        h5py.h5pl.remove(0)
    with guarded():
        file = h5py.File(path, "r", locking=False)
    try:
        with guarded():
            _check_links(file)
        yield file
    finally:
        with guarded():
            file.close()


@contextmanager
def guarded() -> Iterator[None]:
    """Tell what h5py raises for a damaged file in our words."""
    try:
        yield
    except _DAMAGE as error:
        raise ModelFileError(f"The HDF5 file is damaged: {_why(error)}.") from None


def text(attributes: h5py.AttributeManager, name: str) -> bytes | str | None:
    """An attribute that is text; None where there is none. Raises ModelFileError."""
    with guarded():
        value = attributes.get(name)
    if value is None:
        return None
    if isinstance(value, np.ndarray) and value.shape in ((), (1,)):
        value = value.reshape(-1)[0]
    if not isinstance(value, str | bytes):
        raise ModelFileError(f"The HDF5 file's {name}: expected text, received {shown(value)}.")
    return value


def array(dataset: object, shape: tuple[int, ...], what: str) -> np.ndarray:
    """A data set's numbers as float32, if it has this shape. Raises ModelFileError, which begins with `what`."""
    if not isinstance(dataset, h5py.Dataset):
        raise ModelFileError(f"{what}: expected an array, found {_kind(dataset)}. {AGAIN}")
    found = dataset.shape
    if found != shape:
        seen = "nothing" if found is None else times(found) or "a single number"
        raise ModelFileError(f"{what}: expected the shape {times(shape)}, found {seen}. {AGAIN}")
    if dataset.dtype.kind != "f" or dataset.dtype.itemsize > 8:
        raise ModelFileError(
            f"{what}: expected floating-point numbers, found {shown(str(dataset.dtype))}. Quantized models cannot be "
            "read: save the model before it is quantized."
        )
    _check_storage(dataset, what)
    values = np.empty(shape, dataset.dtype)
    dataset.read_direct(values)
    numbers = values.astype(np.float32)
    wrong = int(np.count_nonzero(~np.isfinite(numbers)))
    if wrong:
        raise ModelFileError(
            f"{what}: expected finite numbers, found {wrong:,} that are NaN, infinite or too large. Save the model as "
            "it was before its training diverged."
        )
    return numbers


AGAIN = "Save the whole model again with model.save('name.keras')."


def _check_links(file: h5py.File) -> None:
    """Look at every link and data set once. Raises ModelFileError."""
    count = 0
    waiting: list[h5py.Group] = [file["/"]]
    seen = {_address(waiting[0])}
    while waiting:
        group = waiting.pop()
        count += len(group)
        if count > MAX_MEMBERS:
            raise ModelFileError(
                f"The HDF5 file has too many groups and arrays: expected at most {MAX_MEMBERS:,}, received more."
            )
        for name in group:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise ModelFileError(
                    f"The HDF5 file links to another place: {shown(name)} in {shown(group.name)}. Links are not "
                    f"followed. {AGAIN}"
                )
            member = group[name]
            if isinstance(member, h5py.Dataset):
                _check_place(member)
            elif isinstance(member, h5py.Group) and (place := _address(member)) not in seen:
                seen.add(place)
                waiting.append(member)


def _check_place(dataset: h5py.Dataset) -> None:
    """Raise ModelFileError for a data set whose numbers are elsewhere."""
    where = "in other files" if dataset.external else "in other data sets" if dataset.is_virtual else None
    if where:
        raise ModelFileError(
            f"The HDF5 file links outside itself: the numbers of {shown(dataset.name)} are {where}, which are not "
            f"opened. {AGAIN}"
        )


def _check_storage(dataset: h5py.Dataset, what: str) -> None:
    """Raise ModelFileError where far less is stored than the shape says."""
    properties = dataset.id.get_create_plist()
    filters = {properties.get_filter(place)[0] for place in range(properties.get_nfilters())}
    if filters - _FILTERS:
        raise ModelFileError(f"{what}: it is compressed in a way that is not read. {AGAIN}")
    declared, stored = dataset.dtype.itemsize * int(np.prod(dataset.shape, dtype=object)), dataset.id.get_storage_size()
    if stored * (_MOST_EXPANSION if filters else 1) < declared:
        raise ModelFileError(
            f"{what}: the file declares {bytes_text(declared)} and contains {bytes_text(stored)}. It is damaged or not "
            f"what it says. {AGAIN}"
        )


def _address(group: h5py.Group) -> tuple[int, int]:
    info = h5py.h5o.get_info(group.id)
    return info.fileno, info.addr


def _kind(found: object) -> str:
    return "a group" if isinstance(found, h5py.Group) else "nothing" if found is None else "something else"


def _why(error: BaseException) -> str:
    """The library's words on one line, without the paths and addresses that some have."""
    return " ".join(str(error).split()).strip("'\"").rstrip(".")[:120] or type(error).__name__
