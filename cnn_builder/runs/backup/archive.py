"""What a backup file is: a zip with a manifest, a copy of the store, and the files of the home that belong to the user.

manifest.json     {"version", "schema", "created", "runs", "files": {name: {"bytes", "sha256"}}}
runs.sqlite       the store, as SQLite whatever the store is
home/…            files, by their place in the home
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any
from zipfile import ZipFile

from cnn_builder.artifacts.kept_folder import NOT_KEPT
from cnn_builder.files import PRIVATE
from cnn_builder.runs.errors import BackupError
from cnn_builder.runs.ids import RUN_ID
from cnn_builder.settings import OWNERS

VERSION = 1
MANIFEST, DATABASE, HOME = "manifest.json", "runs.sqlite", "home"
RUNS = "runs"
FOLDERS = (
    RUNS, "documents", "networks", "datasets", "drawings", "gathered", "learn", "lessons", "assignments", OWNERS,
)  # fmt: skip
"""Folders of the home with what a user has made; downloads, logs and measurements of the machine are made again."""
MOST_MANIFEST_BYTES = 50_000_000
CHUNK = 1 << 20


@dataclass(frozen=True)
class BackupReport:
    """How many runs a backup holds, and the bytes of its file."""

    runs: int
    bytes: int


@dataclass(frozen=True)
class ArchivedFile:
    """A file in a backup, and what it has to be."""

    name: str
    bytes: int
    sha256: str


def kept_files(home: Path) -> Iterator[Path]:
    """The home's files that belong in a backup, without those of runs."""
    for folder in FOLDERS:
        if folder != RUNS:
            for path in files_in(home / folder):
                # A file right in `datasets` is a download; the user's own sets are folders.
                if not (folder == "datasets" and path.parent == home / folder):
                    yield path


def files_in(folder: Path) -> Iterator[Path]:
    """The files in a folder and below it, but for unfinished ones and links. Those that vanish are left out."""
    for root, _, names in os.walk(folder):
        for name in sorted(names):
            path = Path(root) / name
            if ".draft" not in name and name not in NOT_KEPT and path.is_file() and not path.is_symlink():
                yield path


def add_file(archive: ZipFile, name: str, file: IO[bytes]) -> ArchivedFile:
    """Add a file to the zip under a name. Raises OSError."""
    digest, size = hashlib.sha256(), 0
    with archive.open(name, "w", force_zip64=True) as member:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            member.write(chunk)
    return ArchivedFile(name, size, digest.hexdigest())


def extract_file(archive: ZipFile, entry: ArchivedFile, target: Path) -> None:
    """Write a member to a new file. Raises BackupError where it is not what the manifest says, OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, left = hashlib.sha256(), entry.bytes
    private = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), PRIVATE)
    with archive.open(entry.name) as member, os.fdopen(private, "wb") as file:
        while chunk := member.read(CHUNK):
            left -= len(chunk)
            if left < 0:
                break
            digest.update(chunk)
            file.write(chunk)
    if left or digest.hexdigest() != entry.sha256:
        raise BackupError(f"The backup is damaged: {entry.name} is not what was written. Use another backup.")


def write_manifest(archive: ZipFile, entries: list[ArchivedFile], **values: Any) -> None:
    """The last member: without it a backup is not whole."""
    files = {entry.name: {"bytes": entry.bytes, "sha256": entry.sha256} for entry in entries}
    archive.writestr(MANIFEST, json.dumps({"version": VERSION, **values, "files": files}))


def read_manifest(archive: ZipFile, schema: int) -> tuple[int, list[ArchivedFile]]:
    """How many runs there are, and the files, the database first. Raises BackupError, KeyError, ValueError.

    Args:
        schema: the newest of the store that this version reads.
    """
    if archive.getinfo(MANIFEST).file_size > MOST_MANIFEST_BYTES:
        raise BackupError("The backup's list of files is too long for a backup of CNN Builder.")
    data = json.loads(archive.read(MANIFEST))
    if not isinstance(data, dict) or data.get("version") != VERSION or int(data["schema"]) > schema:
        raise BackupError("The backup was written by a newer version of CNN Builder. Update CNN Builder.")
    entries = [ArchivedFile(name, int(item["bytes"]), str(item["sha256"])) for name, item in data["files"].items()]
    for entry in entries:
        if entry.name != DATABASE and not _is_safe(entry.name):
            raise BackupError(f"The backup names a file that no backup has: {entry.name!r:.80}.")
    entries.sort(key=lambda entry: entry.name != DATABASE)
    if not entries or entries[0].name != DATABASE:
        raise BackupError("The backup holds no store of runs.")
    return int(data["runs"]), entries


def _is_safe(name: str) -> bool:
    """Whether a member's name stays in the folders of a home."""
    parts = PurePosixPath(name).parts
    if "/".join(parts) != name or "\\" in name or "\0" in name or len(parts) < 3 or parts[0] != HOME:
        return False
    if parts[1] not in FOLDERS or any(part in ("..", ".") or ":" in part for part in parts):
        return False
    return parts[1] != RUNS or RUN_ID.fullmatch(parts[2]) is not None
