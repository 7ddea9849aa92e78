"""A pair of IDX files as MNIST is published: images and labels, gzipped or not; or a folder with one or two pairs."""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

from cnn_builder.data.errors import DatasetError
from cnn_builder.data.imports.arrays import LabelledArrays, array_source
from cnn_builder.data.imports.items import ImageSource, SplitPart
from cnn_builder.limits import ImportLimits, size_text

EXPECTED = "Expected a pair such as train-images-idx3-ubyte and train-labels-idx1-ubyte, gzipped or not."


def is_idx_name(name: str) -> bool:
    return "idx3" in name or "idx1" in name


def idx_source(path: Path, title: str, limits: ImportLimits) -> ImageSource:
    """The pair of one of its files, or every pair of a folder. Raises DatasetError."""
    images = _image_files(path)
    if not images:
        raise DatasetError(f"{title} has labels but no images. {EXPECTED}")
    pairs = []
    for file in images:
        labels = _labels_of(file)
        if labels is None:
            raise DatasetError(f"{file.name} has no file of labels beside it. {EXPECTED}")
        part: SplitPart | None = None
        if len(images) > 1:
            part = "test" if file.name.startswith(("t10k", "test")) else "train"
        x, y = read_idx(file, limits.unpacked, (3, 4)), read_idx(labels, limits.unpacked, (1,))
        pairs.append(LabelledArrays(x, y, file.name, labels.name, part))
    return array_source(title, pairs)


def _image_files(path: Path) -> list[Path]:
    if path.is_dir():
        return [file for file in sorted(path.iterdir()) if "idx3" in file.name and file.is_file()]
    if "idx3" in path.name:
        return [path]
    other = _beside(path, path.name.replace("labels", "images").replace("idx1", "idx3"))
    return [other] if other is not None and other != path else []


def _labels_of(images: Path) -> Path | None:
    return _beside(images, images.name.replace("images", "labels").replace("idx3", "idx1"))


def _beside(path: Path, name: str) -> Path | None:
    """The file of that name in the same folder, gzipped or not."""
    plain = name.removesuffix(".gz")
    return next((path.with_name(one) for one in (name, plain, f"{plain}.gz") if path.with_name(one).is_file()), None)


def read_idx(path: Path, most_bytes: int, dimensions: tuple[int, ...]) -> np.ndarray:
    """An IDX file of bytes with one of these numbers of dimensions. Format: Y. LeCun, the MNIST page.

    Raises DatasetError. Its size is taken from its header and checked before more is read.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            head = file.read(4)
            if len(head) < 4 or head[:3] != b"\x00\x00\x08" or head[3] not in dimensions:
                raise DatasetError(f"{path.name} is not an IDX file of bytes as expected here. {EXPECTED}")
            numbers = file.read(4 * head[3])
            shape = tuple(int.from_bytes(numbers[at : at + 4], "big") for at in range(0, len(numbers), 4))
            size = math.prod(shape)
            if size > most_bytes:
                raise DatasetError(f"{path.name} has {size_text(size)}; expected at most {size_text(most_bytes)}.")
            content = file.read(size + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetError(f"{path.name} is damaged or cut short ({error!s:.100}). Copy it again.") from None
    if len(content) != size or len(shape) != head[3]:
        found = "more" if len(content) > size else f"{len(content):,}"
        raise DatasetError(f"{path.name}: its header says {size:,} bytes, the file has {found}. Copy it again.")
    return np.frombuffer(content, np.uint8).reshape(shape)
