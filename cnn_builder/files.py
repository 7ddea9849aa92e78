"""Files that are written whole or not at all."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_DRAFT = "draft"
PRIVATE = 0o600
"""Mode of a file that only its owner reads, such as a document: whoever has its name can open it."""


@contextmanager
def replacing(
    path: Path, *, mode: int = 0o666, suffix: str = "", previous: Path | None = None, lasting: bool = False
) -> Iterator[Path]:
    """A path to write to, which takes the place of `path` at the end of the block, or is removed on an error.

    Readers see the old file or the new one, never half of one, and a full disk is left no fuller than it was.

    Args:
        path: the file; its folder is made where there is none.
        mode: the permissions of a new file, from which the process' umask is taken.
        suffix: how the path to write to has to end.
        previous: where the file that was there goes to.
        lasting: whether it must outlast a loss of power; this waits for the disk.

    Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(6)}.{_DRAFT}{suffix}")
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
    try:
        yield draft
        if lasting:
            _wait_for_disk(draft)
        if previous is not None:
            with suppress(FileNotFoundError):  # the first one replaces none
                os.replace(path, previous)
        os.replace(draft, path)
        if lasting and os.name != "nt":  # Windows cannot open a folder
            _wait_for_disk(path.parent)
    finally:
        with suppress(OSError):  # the error of the block says more
            draft.unlink(missing_ok=True)


def write_whole(path: Path, content: str | bytes, *, mode: int = 0o666) -> None:
    """Write a file, text as UTF-8, so that it is the old one or the new one. Raises OSError."""
    with replacing(path, mode=mode) as draft:
        draft.write_bytes(content.encode() if isinstance(content, str) else content)


def remove_drafts(folder: Path) -> None:
    """Remove what writers left that were killed while writing; only where nobody writes now."""
    for draft in (*folder.glob(f"*.{_DRAFT}"), *folder.glob(f"*.{_DRAFT}.*")):
        draft.unlink(missing_ok=True)


def _wait_for_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
