"""A whole network as a short text that fits into a link, and back.

``<version>.<body>.<checksum>``: the body is the architecture file without blanks, compressed with zlib, the checksum
its CRC-32, both in base64url without padding.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from dataclasses import dataclass

from cnn_builder.architecture.architecture import Architecture
from cnn_builder.architecture.errors import ArchitectureFileError, LinkError, shown
from cnn_builder.limits import MAX_LINK, MAX_TEXT_BYTES

LINK_VERSION = 1
_FORM = re.compile(r"(\d{1,6})\.([A-Za-z0-9_-]*)\.([A-Za-z0-9_-]*)")
_DATASET = re.compile(r"[^\x00-\x1f\x7f/\\:*?\"<>|]{1,64}")


@dataclass(frozen=True)
class Shared:
    """What a link carries: a network, and the name of the data set it is built for, or None."""

    architecture: Architecture
    dataset: str | None = None


def encode(architecture: Architecture, dataset: str | None = None) -> str:
    """The network as text of letters, digits, ``.``, ``-`` and ``_``."""
    data = architecture.to_dict()
    if dataset is not None:
        data["dataset"] = dataset
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    body = zlib.compress(text.encode(), 9)
    return f"{LINK_VERSION}.{_letters(body)}.{_checksum(body)}"


def decode(text: str) -> Shared:
    """The network of a link. Raises LinkError when the link is damaged, too long or of a newer version."""
    if len(text) > MAX_LINK:
        raise LinkError(
            f"The link is damaged: expected at most {MAX_LINK:,} characters, received {len(text):,}. "
            "Ask for the link again."
        )
    found = _FORM.fullmatch("".join(text.split()))
    version = int(found[1]) if found else _version_of(text)
    if version > LINK_VERSION:
        raise LinkError(
            f"The link has version {version}; this CNN Builder reads version {LINK_VERSION}. "
            "Update CNN Builder to open it."
        )
    if found is None or version != LINK_VERSION:
        raise _damaged("it is cut short or was changed")
    return _shared(_content(found[2], found[3]))


def _version_of(text: str) -> int:
    head = text.split(".", 1)[0]
    return int(head) if head.isascii() and head.isdigit() and len(head) <= 6 else 0


def _content(letters: str, checksum: str) -> bytes:
    try:
        body = base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
    except ValueError:
        raise _damaged("it is cut short or was changed") from None
    if _checksum(body) != checksum:
        raise _damaged("it is cut short or was changed")
    reader = zlib.decompressobj()
    try:
        # No more than a network can be: a link of a few letters may unpack to gigabytes.
        content = reader.decompress(body, MAX_TEXT_BYTES)
    except zlib.error:
        raise _damaged("it does not unpack") from None
    if not reader.eof:
        raise _damaged(f"it unpacks to more than {MAX_TEXT_BYTES:,} bytes")
    return content


def _shared(content: bytes) -> Shared:
    try:
        data = json.loads(content)
        dataset = data.pop("dataset", None) if isinstance(data, dict) else None
        architecture = Architecture.from_dict(data)
    except ArchitectureFileError as error:
        raise LinkError(f"The network in the link cannot be read: {error}") from None
    except (ValueError, RecursionError):
        raise _damaged("it holds no network") from None
    if dataset is not None and not (isinstance(dataset, str) and _DATASET.fullmatch(dataset)):
        raise LinkError(f"The network in the link cannot be read: dataset: expected a name, received {shown(dataset)}.")
    return Shared(architecture, dataset)


def _damaged(why: str) -> LinkError:
    return LinkError(f"The link is damaged: {why}. Ask for it again.")


def _letters(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _checksum(body: bytes) -> str:
    return _letters(zlib.crc32(body).to_bytes(4, "big"))
