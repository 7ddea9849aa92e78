"""A ``.keras`` file → an architecture. Only the description inside is read; the weights stay where they are.

The file is a zip from anywhere: nothing is extracted, no name in it is used as a path, and every read has a limit.
"""

from __future__ import annotations

import io
import lzma
import stat
import struct
import zipfile
import zlib
from typing import Any

from cnn_builder.architecture.architecture import MAX_FILE_BYTES, Architecture
from cnn_builder.architecture.errors import ArchitectureFileError, shown
from cnn_builder.architecture.keras_config import check_version, from_config, load_json
from cnn_builder.architecture.trace import trace

MAX_KERAS_BYTES = 200_000_000
"""Largest ``.keras`` file that is opened."""
MAX_MEMBERS = 1_000
CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError, RuntimeError,
    OverflowError, MemoryError,
)  # fmt: skip
"""What ``zipfile`` and its decompressors raise for bytes that are no whole zip, or one of a kind they do not know."""
_LEAST_BYTES = 0.5
"""A weight takes at least this many bytes, quantized to 4 bits."""


def read(content: bytes) -> Architecture:
    """The architecture in a ``.keras`` file's bytes. Raises ArchitectureFileError."""
    if len(content) > MAX_KERAS_BYTES:
        raise ArchitectureFileError(
            f"The .keras file is too large: expected at most {MAX_KERAS_BYTES // 1_000_000} MB, "
            f"received {len(content) / 1e6:,.0f} MB."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = _checked_members(archive)
            metadata = _json(archive, members, METADATA) if METADATA in members else {}
            check_version(metadata.get("keras_version") if isinstance(metadata, dict) else None)
            config = _json(archive, members, CONFIG)
    except _DAMAGE as error:
        raise ArchitectureFileError(f"This is not a whole .keras file, which is a zip: {_why(error)}.") from None
    architecture = from_config(config)
    _check_weights(architecture, members.get(WEIGHTS))
    return architecture


def _checked_members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The members by name. Raises ArchitectureFileError for what no file saved by Keras has."""
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise ArchitectureFileError(
            f"The .keras file has too many members: expected at most {MAX_MEMBERS:,}, received {len(infos):,}."
        )
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.filename
        if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name:
            raise ArchitectureFileError(f"The .keras file's member {shown(name)} leads out of the file.")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise ArchitectureFileError(f"The .keras file's member {shown(name)} is a link. Links are not followed.")
        if info.flag_bits & 0x1:
            raise ArchitectureFileError(f"The .keras file's member {shown(name)} is encrypted.")
        if name in members:
            raise ArchitectureFileError(f"The .keras file has two members named {shown(name)}.")
        members[name] = info
    if CONFIG not in members:
        found = ", ".join(shown(name) for name in list(members)[:5]) or "nothing"
        raise ArchitectureFileError(
            f"The .keras file has no {CONFIG}: found {found}. Save the model with model.save('name.keras')."
        )
    return members


def _json(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str) -> Any:
    try:
        with archive.open(members[name]) as member:
            # One more than the limit, so that what expands beyond it is told and not read.
            text = member.read(MAX_FILE_BYTES + 1)
    except _DAMAGE as error:
        raise ArchitectureFileError(f"{name} in the .keras file is damaged: {_why(error)}.") from None
    if len(text) > MAX_FILE_BYTES:
        raise ArchitectureFileError(
            f"{name} in the .keras file is too large: expected at most {MAX_FILE_BYTES:,} bytes, received more."
        )
    return load_json(text, f"{name} in the .keras file")


def _why(error: BaseException) -> str:
    """The library's words on one line; some of its errors have none."""
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__


def _check_weights(architecture: Architecture, weights: zipfile.ZipInfo | None) -> None:
    """Raise ArchitectureFileError where the layers have far more weights than the file can hold."""
    declared = trace(architecture).total_params
    if weights is not None and declared * _LEAST_BYTES > weights.file_size:
        raise ArchitectureFileError(
            f"The layers declare {declared:,} weights ({_size(declared * 4)}), but {WEIGHTS} holds only "
            f"{_size(weights.file_size)}. The file is damaged or not what it says."
        )


def _size(count: float) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if count >= size:
            return f"{count / size:,.1f} {unit}"
    return f"{count:,.0f} bytes"
