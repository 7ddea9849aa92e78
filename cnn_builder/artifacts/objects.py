"""Objects by name under a URL, through fsspec: whole bytes in, whole bytes out."""

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote, urlsplit

from cnn_builder.artifacts.errors import ArtifactsError, ArtifactsUnreachable

CONNECT_SECONDS, READ_SECONDS = 3, 20  # a page or a run's end may wait for this
SINGLE_PUT_BYTES = 32_000_000  # objects up to this are sent by one request, larger ones in parts
CHUNK = 4_000_000
NO_CLIENT = "s3fs is not installed. Install it: pip install -r requirements-cluster.txt -c constraints.txt"
_PROBE = "reachable"


class ObjectStore:
    """Objects under a URL. Safe to use from several threads. Every method raises ArtifactsUnreachable.

    Nothing is imported or connected to before the first object is asked for.

    Args:
        url: `file:///FOLDER` or `s3://BUCKET/PREFIX`, as the settings have it.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._lock = threading.Lock()
        self._made: tuple[Any, str] | None = None

    def read(self, name: str) -> bytes:
        """An object's bytes. Raises FileNotFoundError where there is none of this name."""
        with self._told():
            files, root = self._files()
            found: bytes = files.cat_file(f"{root}/{name}")
            return found

    def copy_to(self, name: str, path: Path) -> None:
        """Write an object's bytes to a file. Raises FileNotFoundError where there is none, OSError for the file."""
        with self._told():
            files, root = self._files()
            source = files.open(f"{root}/{name}", "rb", cache_type="none", block_size=CHUNK)
        with source, path.open("wb") as file:
            while True:
                with self._told():
                    chunk = source.read(CHUNK)
                if not chunk:
                    return
                file.write(chunk)

    def write(self, name: str, content: bytes) -> None:
        """Make this the object, whole: readers get the one before or this one."""
        with self._told(writing=True):
            files, root = self._files()
            target = f"{root}/{name}"
            if self._is_folder:
                files.makedirs(target.rpartition("/")[0], exist_ok=True)
                draft = f"{target}.{threading.get_ident()}.draft"
                files.pipe_file(draft, content)
                files.mv(draft, target)
            else:
                files.pipe_file(target, content)

    def write_from(self, name: str, file: IO[bytes], size: int) -> None:
        """The same from an open file of this many bytes, of which not all are in memory at once."""
        if size <= SINGLE_PUT_BYTES:
            self.write(name, file.read(size))
            return
        with self._told(writing=True):
            files, root = self._files()
            if self._is_folder:
                files.makedirs(f"{root}/{name}".rpartition("/")[0], exist_ok=True)
            target = files.open(f"{root}/{name}", "wb", block_size=SINGLE_PUT_BYTES)
            while size > 0 and (chunk := file.read(min(CHUNK, size))):
                target.write(chunk)
                size -= len(chunk)
            target.close()  # not in a `with`: one that failed on the way is not to be finished

    def folders(self, name: str) -> list[str]:
        """The names, without what is above them, that objects below this one go on with."""
        with self._told():
            files, root = self._files()
            with suppress(FileNotFoundError):
                return sorted(
                    found.rstrip("/").rpartition("/")[2] for found in files.ls(f"{root}/{name}", detail=False)
                )
        return []

    def remove(self, names: Iterable[str]) -> None:
        """Remove objects; those that are not there are left out."""
        for name in names:
            with self._told(), suppress(FileNotFoundError):
                files, root = self._files()
                files.rm_file(f"{root}/{name}")

    def remove_below(self, name: str) -> None:
        """Remove every object whose name goes on from this one with a slash."""
        with self._told(), suppress(FileNotFoundError):
            files, root = self._files()
            files.rm(f"{root}/{name}", recursive=True)

    def check(self) -> None:
        """Raise ArtifactsUnreachable where objects can be neither read nor written here."""
        self.write(_PROBE, json.dumps({"written by": "CNN Builder"}).encode())

    @property
    def _is_folder(self) -> bool:
        return self.url.startswith("file:")

    def _files(self) -> tuple[Any, str]:
        """fsspec's file system, and the path in it that names begin with."""
        with self._lock:
            if self._made is None:
                self._made = (_folder if self._is_folder else _bucket)(self.url)
            return self._made

    @contextmanager
    def _told(self, writing: bool = False) -> Iterator[None]:
        """Tell the file systems' many errors in our words."""
        try:
            yield
        except FileNotFoundError as error:
            if writing:
                raise self._unreachable("there is no such bucket or folder") from error
            raise
        except (ArtifactsError, MemoryError):
            raise
        except Exception as error:  # botocore's errors and aiohttp's have no root in common
            text = (str(error).strip().splitlines() or [""])[0].rstrip(".")
            raise self._unreachable(f"{text:.200}" if text else type(error).__name__) from error

    def _unreachable(self, why: str) -> ArtifactsUnreachable:
        return ArtifactsUnreachable(f"The artifacts at {self.url} cannot be reached: {why}.")


@lru_cache(maxsize=8)
def object_store(url: str) -> ObjectStore:
    """The objects under a URL: one for all who ask in this process, with its connections."""
    return ObjectStore(url)


def _folder(url: str) -> tuple[Any, str]:
    from fsspec.implementations.local import LocalFileSystem

    return LocalFileSystem(skip_instance_cache=True), unquote(urlsplit(url).path).rstrip("/")


def _bucket(url: str) -> tuple[Any, str]:
    try:
        from s3fs import S3FileSystem
    except ModuleNotFoundError as error:
        raise ArtifactsError(NO_CLIENT) from error
    limits = {"connect_timeout": CONNECT_SECONDS, "read_timeout": READ_SECONDS, "retries": {"max_attempts": 1}}
    files = S3FileSystem(config_kwargs=limits, use_listings_cache=False, skip_instance_cache=True)
    files.retries = 2
    return files, url.removeprefix("s3://").rstrip("/")
