"""A folder that is kept under the artifacts' URL: put there, and fetched from there, by what has changed.

NAME/index.json          {"format", "version", "files": {path: {"sha256", "bytes"}}}, written last
NAME/objects/SHA256      the files' contents, which never change

Whoever has read an index so finds the files that belong together, and a file that was renamed is not sent again.
"""

import hashlib
import json
import logging
import os
import secrets
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import IO, Any

from cnn_builder.artifacts.errors import ArtifactsConflict, ArtifactsError
from cnn_builder.artifacts.objects import CHUNK, ObjectStore
from cnn_builder.files import replacing, write_whole

FORMAT = 1
INDEX, OBJECTS = "index.json", "objects"
KNOWN = ".artifacts.json"
"""What a copy knows of the files under the URL: in its folder, and never put there."""
_LOCK = ".artifacts.lock"
NOT_KEPT = ("reserve", KNOWN, _LOCK)
"""Files of a folder that are this machine's alone."""
_TRIES = 3  # the files of an index may be replaced while they are fetched

_log = logging.getLogger(__name__)
_locks: dict[Path, threading.Lock] = {}


@dataclass(frozen=True)
class KeptFile:
    """A file's content; `stamp` is what its copy looked like when that was known, "" where it has none."""

    sha256: str
    bytes: int
    stamp: str = ""


@dataclass(frozen=True)
class Index:
    """The files that belong together, by their path in the folder.

    `version` counts from 1; 0: there are none. `token` is the write's own: whoever lost the answer to it knows it
    again.
    """

    version: int = 0
    files: dict[str, KeptFile] = field(default_factory=dict)
    token: str = ""

    def is_newer_than(self, known: "Index") -> bool:
        """Whether others have written it since this was known."""
        return self.version > known.version and self.token != known.token

    def to_json(self, **more: str) -> bytes:
        """`more`: what a copy says besides, whose files have stamps."""
        files = {name: asdict(file if more else replace(file, stamp="")) for name, file in sorted(self.files.items())}
        values = {"format": FORMAT, "version": self.version, "token": self.token, **more, "files": files}
        return json.dumps(values).encode()

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Index":
        """Raises ValueError, TypeError, KeyError or AttributeError for what is no index."""
        if data["format"] != FORMAT:
            raise ValueError(f"expected format {FORMAT}, received {data['format']!r:.20}")
        files = {name: KeptFile(str(one["sha256"]), int(one["bytes"]), str(one["stamp"]))
                 for name, one in data["files"].items() if _stays_inside(name)}  # fmt: skip
        return cls(int(data["version"]), files, str(data["token"]))


class KeptFolder:
    """One folder, `folder` here and `name` under the URL. Methods raise ArtifactsError; OSError for the copy's disk."""

    def __init__(self, objects: ObjectStore, name: str, folder: Path) -> None:
        self._objects, self._name, self._folder = objects, name, folder

    @property
    def known(self) -> Index:
        """What this copy knows to be under the URL, without asking there."""
        try:
            data = json.loads((self._folder / KNOWN).read_bytes())
            return Index.from_dict(data) if data["url"] == self._url else Index()
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return Index()

    def kept(self) -> Index:
        """What is under the URL now."""
        try:
            return Index.from_dict(json.loads(self._objects.read(f"{self._name}/{INDEX}")))
        except FileNotFoundError:
            return Index()
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ArtifactsError(f"{self._url}/{INDEX} cannot be read: {str(error).splitlines()[0]:.120}.") from error

    def unsent(self) -> list[str]:
        """The files that the URL does not have as they are here, as far as is known."""
        known = self.known.files
        return sorted(name for name, path in self._found().items() if _stamp(path) != known.get(name, _NONE).stamp)

    def put(self, check: Callable[[], object] = lambda: None, anyway: bool = False) -> bool:
        """Put every change there: False where there was none. Files that only the URL has stay there.

        Args:
            check: called before the index is written; what it raises keeps that from happening.
            anyway: also over what others have put there since.

        Raises ArtifactsConflict.
        """
        if not self._folder.is_dir():
            return False
        with self._alone():
            known = self.known
            found = self._found()
            gone = known.files.keys() - found.keys()
            if not gone and not self.unsent():
                return False
            before = self.kept()
            if before.is_newer_than(known) and not anyway:
                raise ArtifactsConflict(
                    f"{self._url} has newer files than {self._folder} began with: expected version {known.version}, "
                    f"received {before.version}. Those stay."
                )
            mine = {}
            there = {file.sha256 for file in before.files.values()}
            for name, path in found.items():
                with suppress(FileNotFoundError):  # replaced by nothing meanwhile
                    mine[name] = self._send(path, known.files.get(name, _NONE), there)
            files = {name: file for name, file in before.files.items() if name not in gone} | mine
            after = Index(max(before.version, known.version) + 1, files, secrets.token_hex(8))
            check()
            self._remember(replace(known, token=after.token))
            self._objects.write(f"{self._name}/{INDEX}", after.to_json())
            self._remember(replace(after, files=mine))
            left = there - {file.sha256 for file in files.values()}
            self._objects.remove(f"{self._name}/{OBJECTS}/{sha256}" for sha256 in left)
            return True

    def fetch(self, wanted: Callable[[str], bool] = lambda _: True) -> list[str]:
        """Bring the copy up to what is there, file by file: the paths of those that are damaged there, left out.

        A copy that has changed since it was last put or fetched keeps its changes where nothing newer is there.
        """
        for _ in range(_TRIES):
            kept = self.kept()
            if not kept.version:
                return []
            with self._alone():
                damaged = self._fetch(kept, wanted)
            if not damaged or self.kept().version == kept.version:
                break
        return damaged

    def remove(self) -> None:
        """Remove everything under the URL; the copy stays. The index goes first: without it nothing is there."""
        self._objects.remove([f"{self._name}/{INDEX}"])
        self._objects.remove_below(self._name)

    def _fetch(self, kept: Index, wanted: Callable[[str], bool]) -> list[str]:
        known = self.known
        if known.version > kept.version:
            return []  # fetched by another process since
        newer = kept.is_newer_than(known)
        have, damaged = dict(known.files), []
        for name, file in kept.files.items():
            if not wanted(name) and name not in known.files:
                continue
            path = self._folder / name
            mine = known.files.get(name, _NONE)
            if path.is_file() and (not newer or (mine.sha256 == file.sha256 and mine.stamp == _stamp(path))):
                continue
            if self._fetch_file(path, file):
                have[name] = KeptFile(file.sha256, file.bytes, _stamp(path))
            else:
                damaged.append(name)
        for name in known.files.keys() - kept.files.keys() if newer else ():
            (self._folder / name).unlink(missing_ok=True)
            have.pop(name, None)
        if newer or have != known.files:
            self._remember(replace(kept, files=have))
        return damaged

    def _fetch_file(self, path: Path, file: KeptFile) -> bool:
        """Whether its content is what the index says; the file is replaced only then."""
        try:
            with replacing(path) as draft:
                self._objects.copy_to(f"{self._name}/{OBJECTS}/{file.sha256}", draft)
                with draft.open("rb") as content:
                    if _digest(content, file.bytes) != file.sha256:
                        raise FileNotFoundError(path)
        except FileNotFoundError:
            _log.warning("%s: the object of %s is damaged or gone", self._url, path.name)
            return False
        return True

    def _send(self, path: Path, mine: KeptFile, there: set[str]) -> KeptFile:
        """Put a file's content there, where it is not. It is read as it was opened, whatever replaces it meanwhile."""
        with path.open("rb") as file:
            state = os.fstat(file.fileno())
            stamp = f"{state.st_size} {state.st_mtime_ns}"
            if stamp == mine.stamp and mine.sha256 in there:
                return mine
            sha256 = _digest(file, state.st_size)  # a log may grow meanwhile
            if sha256 not in there:
                file.seek(0)
                self._objects.write_from(f"{self._name}/{OBJECTS}/{sha256}", file, state.st_size)
                there.add(sha256)
            return KeptFile(sha256, state.st_size, stamp)

    def _remember(self, index: Index) -> None:
        write_whole(self._folder / KNOWN, index.to_json(url=self._url))

    def _found(self) -> dict[str, Path]:
        """The folder's files by their path in it, but for unfinished ones."""
        found = {}
        for root, _, names in os.walk(self._folder):
            for name in names:
                path = Path(root) / name
                if name not in NOT_KEPT and ".draft" not in name and not path.is_symlink():
                    found[path.relative_to(self._folder).as_posix()] = path
        return found

    @property
    def _url(self) -> str:
        return f"{self._objects.url}/{self._name}"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let no other thread, nor process of this machine, change what this copy knows meanwhile."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with _locks.setdefault(self._folder, threading.Lock()):
            if sys.platform == "win32":
                yield
                return
            import fcntl

            with (self._folder / _LOCK).open("ab") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield


_NONE = KeptFile("", 0)


def _stamp(path: Path) -> str:
    try:
        state = path.stat()
    except FileNotFoundError:
        return "gone"
    return f"{state.st_size} {state.st_mtime_ns}"


def _digest(file: IO[bytes], size: int) -> str:
    """Of so many bytes."""
    digest = hashlib.sha256()
    while size > 0 and (chunk := file.read(min(CHUNK, size))):
        digest.update(chunk)
        size -= len(chunk)
    return digest.hexdigest()


def _stays_inside(name: str) -> bool:
    """Whether a path of an index leads to a file in the folder: it was read from outside."""
    parts = PurePosixPath(name).parts
    return (
        name != ""
        and "/".join(parts) == name
        and "\\" not in name
        and not any(part in ("..", ".") or ":" in part for part in parts)
    )
