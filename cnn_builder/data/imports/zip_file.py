"""A zip of class folders. It is never unpacked to the disk: each picture is read on its own, within limits."""

import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from cnn_builder.data.errors import DatasetError, ImageError
from cnn_builder.data.imports.class_folders import EXPECTED, Entry, class_folders
from cnn_builder.data.imports.items import ImageSource
from cnn_builder.limits import MAX_DIRECTORY_BYTES, MAX_FILES, ImportLimits, size_text

_END = struct.Struct("<4s4H2IH")  # the record at the end of a zip: APPNOTE.TXT, 4.3.16
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
)


@contextmanager
def opened_zip(path: Path, title: str, limits: ImportLimits) -> Iterator[ImageSource]:
    """The class folders of a zip, while it is open. Raises DatasetError for one that is damaged or refused."""
    _check_directory(path, title)
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN as error:
        raise DatasetError(f"{title} is not a zip file, or is cut short ({error!s:.120}). Make it again.") from None
    with archive:
        yield _source(archive, title, limits)


def _check_directory(path: Path, title: str) -> None:
    """Its list of files is read whole when it is opened: how long it is stands at the end of the file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _END.size - 65_535))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + _END.size:
        raise DatasetError(f"{title} is not a zip file, or is cut short. Make it again.")
    _, _, _, _, count, length, _, _ = _END.unpack_from(tail, at)
    if (count > MAX_FILES and count != 0xFFFF) or (length > MAX_DIRECTORY_BYTES and length != 0xFFFFFFFF):
        raise _too_many(title)
    if size > MAX_DIRECTORY_BYTES and 0xFFFFFFFF in (length,):
        raise DatasetError(f"{title} is in the form for zips of more than 4 GB. Make it again with fewer files.")


def _too_many(title: str) -> DatasetError:
    return DatasetError(f"{title} has too many files; expected at most {MAX_FILES:,}.")


def _source(archive: zipfile.ZipFile, title: str, limits: ImportLimits) -> ImageSource:
    members = archive.infolist()
    if not members:
        raise DatasetError(f"{title} is empty. {EXPECTED}")
    if len(members) > MAX_FILES:
        raise _too_many(title)
    total = sum(member.file_size for member in members)
    if total > limits.unpacked:
        raise DatasetError(f"{title} unpacks to {size_text(total)}; expected at most {size_text(limits.unpacked)}.")
    files, folders = [], []
    for member in members:
        parts = _checked(member, title)
        if member.is_dir():
            folders.append(parts)
        else:
            files.append(Entry(parts, member.file_size, lambda member=member: _read(archive, member)))  # type: ignore[misc]
    twice = next((name for name, count in Counter(entry.name for entry in files).items() if count > 1), None)
    if twice is not None:
        raise DatasetError(f"{title} has two files named {_shown(twice)}. Make it again with each name once.")
    return class_folders(title, files, folders, [])


def _checked(member: zipfile.ZipInfo, title: str) -> tuple[str, ...]:
    """The parts of a member's path. Raises DatasetError for one that leads elsewhere, or cannot be read."""
    name = member.orig_filename.replace("\\", "/")
    path = PurePosixPath(name)
    drive = len(name) > 1 and name[1] == ":"
    if name.startswith("/") or drive or ".." in path.parts or "\0" in name:
        raise DatasetError(f"{title} has a file that leads out of it: {_shown(name)}. Make the zip again without it.")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise DatasetError(f"{title} has a link to another file: {_shown(name)}. Put the file itself into the zip.")
    if member.flag_bits & 1:
        raise DatasetError(f"{title} is encrypted. Make the zip again without a password.")
    return path.parts


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Never more bytes than the member says it has, which were counted."""
    try:
        with archive.open(member) as file:
            return file.read(member.file_size)
    except _BROKEN as error:
        raise ImageError(f"damaged in the zip ({error!s:.80})") from None


def _shown(name: str) -> str:
    return repr(name if len(name) <= 60 else f"{name[:59]}…")
