"""A ``.keras`` file → an architecture, and its weights as a file of their own, which is not looked into here.

The file is a zip from anywhere: nothing is extracted, no name in it is used as a path, and every read has a limit.
"""

from __future__ import annotations

import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from cnn_builder.architecture.architecture import Architecture
from cnn_builder.architecture.errors import ArchitectureFileError, shown
from cnn_builder.architecture.formats.keras_config import Described, check_version, described_model, load_json
from cnn_builder.architecture.memory import bytes_text
from cnn_builder.architecture.trace import trace
from cnn_builder.limits import (
    MAX_EXPANDED_BYTES,
    MAX_MEMBERS,
    MAX_MODEL_DIRECTORY_BYTES,
    MAX_TEXT_BYTES,
    MAX_UPLOAD_BYTES,
)

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError, RuntimeError,
    OverflowError, MemoryError,
)  # fmt: skip
"""What ``zipfile`` and its decompressors raise for bytes that are no whole zip, or one of a kind they do not know."""
_PART = 1 << 20
_END, _END_SIGNATURE, _LONGEST_COMMENT = struct.Struct("<4s4H2IH"), b"PK\x05\x06", 65_535
_LEAST_BYTES = 0.5
"""A weight takes at least this many bytes, quantized to 4 bits."""


def read_keras_file(content: bytes) -> Architecture:
    """The architecture in a ``.keras`` file's bytes. Raises ArchitectureFileError."""
    with opened_keras_file(io.BytesIO(content)) as file:
        return file.described.architecture


@dataclass(frozen=True)
class KerasFile:
    """An open ``.keras`` file; `version` is that of the Keras that wrote it, "" where it does not say."""

    described: Described
    version: str
    archive: zipfile.ZipFile
    weights: zipfile.ZipInfo | None

    def copy_weights(self, target: IO[bytes]) -> None:
        """Unpack the weights into a file. Raises ArchitectureFileError where there are none, or too many."""
        if self.weights is None:
            raise ArchitectureFileError(
                f"The .keras file has no weights: expected {WEIGHTS} in it. Save the model with "
                "model.save('name.keras')."
            )
        most, copied = MAX_EXPANDED_BYTES, 0
        try:
            with self.archive.open(self.weights) as member:
                while part := member.read(_PART):
                    copied += len(part)
                    if copied > most:
                        raise ArchitectureFileError(
                            f"{WEIGHTS} in the .keras file is too large: expected at most {bytes_text(most)} unpacked, "
                            "received more."
                        )
                    target.write(part)
        except _DAMAGE as error:
            raise ArchitectureFileError(f"{WEIGHTS} in the .keras file is damaged: {_why(error)}.") from None


@contextmanager
def opened_keras_file(file: IO[bytes]) -> Iterator[KerasFile]:
    """A ``.keras`` file whose description has been read. Raises ArchitectureFileError."""
    length = file.seek(0, io.SEEK_END)
    file.seek(0)
    if length > MAX_UPLOAD_BYTES:
        raise ArchitectureFileError(
            f"The .keras file is too large: expected at most {MAX_UPLOAD_BYTES // 1_000_000} MB, "
            f"received {length / 1e6:,.0f} MB."
        )
    _check_directory(file)
    try:
        archive = zipfile.ZipFile(file)
    except _DAMAGE as error:
        raise _damaged(error) from None
    with archive:
        try:
            members = _checked_members(archive)
            metadata = _json(archive, members, METADATA) if METADATA in members else {}
            config = _json(archive, members, CONFIG)
        except _DAMAGE as error:
            raise _damaged(error) from None
        version = metadata.get("keras_version") if isinstance(metadata, dict) else None
        check_version(version)
        found = described_model(config)
        _check_weights(found.architecture, members.get(WEIGHTS))
        yield KerasFile(found, version if isinstance(version, str) else "", archive, members.get(WEIGHTS))


def _check_directory(file: IO[bytes]) -> None:
    """Its list of members is read whole when it is opened: how long that is stands at the end.

    Format: APPNOTE.TXT, 4.3.16. Raises ArchitectureFileError.
    """
    length = file.seek(0, io.SEEK_END)
    file.seek(max(0, length - _END.size - _LONGEST_COMMENT))
    tail = file.read()
    file.seek(0)
    at = tail.rfind(_END_SIGNATURE)
    if at < 0 or len(tail) < at + _END.size:
        return  # no zip, which is told when it is opened
    _, _, _, _, count, size, _, _ = _END.unpack_from(tail, at)
    if count > MAX_MEMBERS or size > MAX_MODEL_DIRECTORY_BYTES or tail[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        raise ArchitectureFileError(
            f"The .keras file has too many members: expected at most {MAX_MEMBERS:,}, received more."
        )


def _damaged(error: BaseException) -> ArchitectureFileError:
    return ArchitectureFileError(f"This is not a whole .keras file, which is a zip: {_why(error)}.")


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
            text = member.read(MAX_TEXT_BYTES + 1)
    except _DAMAGE as error:
        raise ArchitectureFileError(f"{name} in the .keras file is damaged: {_why(error)}.") from None
    if len(text) > MAX_TEXT_BYTES:
        raise ArchitectureFileError(
            f"{name} in the .keras file is too large: expected at most {MAX_TEXT_BYTES:,} bytes, received more."
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
            f"The layers declare {declared:,} weights ({bytes_text(declared * 4)}), but {WEIGHTS} holds only "
            f"{bytes_text(weights.file_size)}. The file is damaged or not what it says."
        )
