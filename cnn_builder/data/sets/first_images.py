"""A few training images of a data set, without reading all of it."""

import zipfile
from math import prod
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from cnn_builder.data.errors import DatasetError
from cnn_builder.data.sets import sources
from cnn_builder.data.sets.datasets import describe, is_local, load_dataset
from cnn_builder.data.sets.own import version as versions
from cnn_builder.data.sets.own.library import OwnDatasets
from cnn_builder.data.sets.own.names import split_reference
from cnn_builder.settings import Settings


def first_images(name: str, settings: Settings, count: int) -> np.ndarray | None:
    """The first training images, uint8 (at most count, height, width, channels); None where it is not on this machine.

    Raises DatasetError: there is no such data set, or it is damaged.
    """
    own, info = OwnDatasets.of(settings), describe(name, settings)
    if own.has(name):
        version = own.version(name)
        folder = own.folder / split_reference(name)[0]
        return np.array(versions.read_images(folder, version, left_on_disk=True).x_train[:count])
    if not is_local(name, settings):
        return None
    path = sources.find_files(name, sources.Places.of(settings))
    if path is not None and path.suffix == ".npz":
        images = _start_of(path, "x_train", count)
        return images.reshape(len(images), *info.input_shape)
    return np.array(load_dataset(name, settings).x_train[:count])


def _start_of(path: Path, key: str, count: int) -> np.ndarray:
    """The first rows of an array of bytes. Raises DatasetError."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(f"{key}.npy") as member:
            read = npy.read_array_header_1_0 if npy.read_magic(member) == (1, 0) else npy.read_array_header_2_0
            shape, in_fortran_order, dtype = read(member)
            if in_fortran_order or dtype != np.uint8 or len(shape) < 2:
                raise ValueError(f"{key} is {dtype} of {shape}")
            rows = min(count, shape[0])
            content = member.read(rows * prod(shape[1:]))
        return np.frombuffer(content, np.uint8).reshape(rows, *shape[1:])
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, NotImplementedError) as error:
        raise DatasetError(
            f"{path.name} can't be read ({str(error).splitlines()[0]:.120}). Replace or remove {path}."
        ) from error
