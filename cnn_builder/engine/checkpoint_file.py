"""The file a run goes on from: a state in JSON and arrays, with a checksum, written whole or not at all.

The file is MAGIC, the length of a JSON header (8 bytes, big-endian), the header, the arrays' bytes in C order as the
header's "arrays" list of [name, dtype, shape] says, and the SHA-256 of all of that (32 bytes). It needs no TensorFlow.
"""

import hashlib
import json
import math
import os
import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from cnn_builder.engine.errors import CheckpointError

LAST, PREVIOUS, DAMAGED = "last.checkpoint", "previous.checkpoint", "damaged.checkpoint"
MAGIC = b"CNN Builder checkpoint 1\n"
_DIGEST = hashlib.sha256().digest_size
_KINDS = "buif"  # booleans, integers and floats: never objects


@dataclass(frozen=True)
class Snapshot:
    """A moment of training: `state` is plain JSON; `arrays` are named copies that nobody changes any more."""

    state: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)


def write(folder: Path, snapshot: Snapshot) -> None:
    """Make it the folder's last checkpoint; the one that was becomes the previous one. Raises OSError.

    Whenever this is cut off, even by a loss of power, one whole checkpoint is left where there was one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f"{LAST}.{os.getpid()}.writing"
    try:
        with half.open("wb") as file:
            digest = hashlib.sha256()
            for part in _parts(snapshot):
                digest.update(part)
                file.write(part)
            file.write(digest.digest())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):  # the first one has no previous
            os.replace(folder / LAST, folder / PREVIOUS)
        os.replace(half, folder / LAST)
        _sync_folder(folder)
    finally:
        half.unlink(missing_ok=True)


def read(path: Path) -> Snapshot:
    """Read a checkpoint. Raises CheckpointError for one that is damaged, FileNotFoundError where there is none."""
    try:
        data = memoryview(path.read_bytes())
    except FileNotFoundError:
        raise
    except OSError as error:
        raise CheckpointError(f"The checkpoint {path.name} cannot be read: {error}.") from error
    body, digest = data[:-_DIGEST], data[-_DIGEST:]
    if body[: len(MAGIC)] != MAGIC or hashlib.sha256(body).digest() != digest:
        raise CheckpointError(f"The checkpoint {path.name} is damaged: its checksum is wrong.")
    start = len(MAGIC) + 8
    (length,) = struct.unpack(">Q", body[len(MAGIC) : start])
    header = json.loads(bytes(body[start : start + length]))
    return Snapshot(header["state"], dict(_arrays(body, start + length, header["arrays"])))


def set_aside(path: Path) -> None:
    """Put a checkpoint that cannot be used where it will not take the place of the whole one before it."""
    os.replace(path, path.with_name(DAMAGED))


def clear_unfinished(folder: Path) -> None:
    """Remove what writers left that were killed while writing."""
    for half in folder.glob(f"{LAST}.*.writing"):
        half.unlink(missing_ok=True)


def _parts(snapshot: Snapshot) -> Iterator[bytes | memoryview]:
    blocks = {name: np.ascontiguousarray(array) for name, array in snapshot.arrays.items()}
    for name, array in blocks.items():
        if array.dtype.kind not in _KINDS:
            raise CheckpointError(f"A checkpoint holds numbers: {name} has dtype {array.dtype}.")
    described = [[name, array.dtype.str, snapshot.arrays[name].shape] for name, array in blocks.items()]
    header = json.dumps({"state": snapshot.state, "arrays": described}, allow_nan=False).encode()
    yield MAGIC + struct.pack(">Q", len(header)) + header
    for array in blocks.values():
        yield array.reshape(-1).view(np.uint8).data


def _arrays(body: memoryview, start: int, described: list[Any]) -> Iterator[tuple[str, np.ndarray]]:
    for name, kind, shape in described:
        dtype = np.dtype(kind)
        count = math.prod(shape)
        yield name, np.frombuffer(body, dtype, count, start).reshape(shape)
        start += count * dtype.itemsize


def _sync_folder(folder: Path) -> None:
    """Make the renaming last through a loss of power, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
