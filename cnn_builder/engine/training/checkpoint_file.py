"""The file a run goes on from: a state in JSON and arrays, with a checksum, written whole or not at all.

The file is MAGIC, the length of a JSON header (8 bytes, big-endian), the header, the arrays' bytes in C order as the
header's "arrays" list of [name, dtype, shape] says, and the SHA-256 of all of that (32 bytes). It needs no TensorFlow.
"""

import hashlib
import json
import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from cnn_builder.engine.errors import CheckpointError
from cnn_builder.files import replacing
from cnn_builder.runs.run_files import LAST_STATE

LAST, PREVIOUS, DAMAGED = LAST_STATE, "previous.checkpoint", "damaged.checkpoint"
MAGIC = b"CNN Builder checkpoint 1\n"
_DIGEST = hashlib.sha256().digest_size
_KINDS = "buif"  # booleans, integers and floats: never objects


@dataclass(frozen=True)
class Snapshot:
    """A moment of training: `state` is plain JSON; `arrays` are named copies that nobody changes any more."""

    state: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)


def write_checkpoint(folder: Path, snapshot: Snapshot) -> None:
    """Make it the folder's last checkpoint; the one that was becomes the previous one. Raises OSError.

    Whenever this is cut off, even by a loss of power, one whole checkpoint is left where there was one.
    """
    with replacing(folder / LAST, previous=folder / PREVIOUS, lasting=True) as draft, draft.open("wb") as file:
        digest = hashlib.sha256()
        for part in _parts(snapshot):
            digest.update(part)
            file.write(part)
        file.write(digest.digest())


def read_checkpoint(path: Path) -> Snapshot:
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
    path.replace(path.with_name(DAMAGED))


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
