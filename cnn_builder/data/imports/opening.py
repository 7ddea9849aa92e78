"""What a path holds, by its content and not by its name, and the reader for it."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cnn_builder.data.errors import DatasetError
from cnn_builder.data.imports.csv_file import csv_source
from cnn_builder.data.imports.folder import folder_source
from cnn_builder.data.imports.idx_files import idx_source, is_idx_name
from cnn_builder.data.imports.items import ImageSource
from cnn_builder.data.imports.npz_file import npz_source
from cnn_builder.data.imports.zip_file import opened_zip
from cnn_builder.limits import ImportLimits, size_text

KINDS = "a zip of class folders, a folder of them, an .npz, a CSV in MNIST's form or a pair of IDX files"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"RIFF")


@contextmanager
def opened(path: Path, limits: ImportLimits, title: str | None = None) -> Iterator[ImageSource]:
    """The images of a file or folder, while it is open. Raises DatasetError."""
    title = title or path.name or str(path)
    try:
        if path.is_dir():
            has_idx = any(is_idx_name(file.name) for file in path.iterdir())
            yield idx_source(path, title, limits) if has_idx else folder_source(path, title)
            return
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(8)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DatasetError(f"{title} cannot be opened: {reason}. Expected {KINDS}.") from None
    if size > limits.packed:
        raise DatasetError(
            f"{title} has {size_text(size)}; expected at most {size_text(limits.packed)}. "
            "Import fewer images, or set CNN_BUILDER_IMPORT_LIMIT_MB."
        )
    if not size:
        raise DatasetError(f"{title} is empty. Expected {KINDS}.")
    if head.startswith(b"PK"):
        if _is_npz(path, title):
            yield npz_source(path, title, limits)
        else:
            with opened_zip(path, title, limits) as source:
                yield source
    elif head.startswith((b"\x1f\x8b", b"\x00\x00\x08")) or is_idx_name(title):
        yield idx_source(path, title, limits)
    elif head.startswith(_PICTURES):
        raise DatasetError(f"{title} is a single picture. Expected {KINDS}.")
    elif path.suffix.lower() in (".zip", ".npz"):
        raise DatasetError(f"{title} is not a zip file, or is cut short. Make it again.")
    else:
        yield csv_source(path, title)


def _is_npz(path: Path, title: str) -> bool:
    """Whether all in it are arrays; one that is named .npz is read as such, whatever it holds."""
    if path.suffix.lower() == ".npz":
        return True
    if path.suffix.lower() == ".zip":
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return all(name.endswith(".npy") for name in archive.namelist())
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return False
