"""A folder of class folders on this machine. Links in it are not followed."""

import os
from pathlib import Path

from cnn_builder.data.errors import DatasetError, ImageError
from cnn_builder.data.imports.class_folders import Entry, class_folders
from cnn_builder.data.imports.items import ImageSource
from cnn_builder.data.sets.own.version import Skipped
from cnn_builder.limits import MAX_FILES, MAX_PICTURE_BYTES


def folder_source(path: Path, title: str) -> ImageSource:
    """Raises DatasetError: it cannot be read, has too many files, or no class folders."""
    entries: list[Entry] = []
    folders: list[tuple[str, ...]] = []
    links: list[Skipped] = []
    for place, inner, files in os.walk(path, onerror=_refuse):
        parts = Path(place).relative_to(path).parts
        inner.sort()
        folders.append(parts)
        for name in sorted(files):
            file = Path(place) / name
            if file.is_symlink() or not file.is_file():
                links.append(Skipped("/".join((*parts, name)), "a link or a device"))
            else:
                entries.append(Entry((*parts, name), file.stat().st_size, lambda file=file: _read(file)))  # type: ignore[misc]
        if len(entries) > MAX_FILES:
            raise DatasetError(f"{title} has too many files; expected at most {MAX_FILES:,}.")
    return class_folders(title, entries, [parts for parts in folders if parts], links)


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_PICTURE_BYTES + 1)
    except OSError as error:
        raise ImageError(f"cannot be read: {error.strerror}") from None


def _refuse(error: OSError) -> None:
    raise DatasetError(f"The folder {error.filename} cannot be read: {error.strerror}.")
