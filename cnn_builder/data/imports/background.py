"""Imports that a page starts. They belong to the server: they go on whatever becomes of the page."""

import secrets
import shutil
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from cnn_builder.data.errors import DatasetError
from cnn_builder.data.imports.apart import ImportJob, import_apart
from cnn_builder.data.imports.importing import ImportOptions
from cnn_builder.data.sets.own.library import OwnDatasets
from cnn_builder.limits import MAX_FILES, ImportLimits, size_text
from cnn_builder.settings import Settings

Status = Literal["none", "running", "cancelled", "failed", "finished"]


@dataclass(frozen=True)
class ImportState:
    """Where an import stands: its step in words, images done of the total, and why it failed."""

    status: Status
    words: str = ""
    done: int = 0
    total: int = 0
    reason: str = ""


class _Cancelled(Exception):
    """Raised out of the import that was cancelled."""


@dataclass(eq=False)
class _Attempt:
    state: ImportState
    cancelled: threading.Event = field(default_factory=threading.Event)


class Imports:
    """The imports of a server, by the names of the data sets they make. Safe to use from several threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._attempts: dict[str, _Attempt] = {}

    def start(self, name: str, path: Path, options: ImportOptions, title: str | None = None) -> None:
        """Import a file or folder; one that is under way goes on. A file in the folder of uploads is removed then.

        Raises DatasetError for a name that cannot be used.
        """
        OwnDatasets.of(self._settings).check_new(name)
        attempt = _Attempt(ImportState("running", "Opening"))
        with self._lock:
            known = self._attempts.get(name)
            if known is not None and known.state.status == "running":
                return
            self._attempts[name] = attempt
        job = ImportJob(name, path, options, title)
        threading.Thread(target=self._run, args=(job, attempt), name="import", daemon=True).start()

    def keep_uploads(self, files: Sequence[tuple[str, bytes]]) -> Path:
        """Write uploaded files, by name, to a folder of their own; the file, or the folder of several.

        Raises DatasetError: too large together, or not to be written.
        """
        total, limit = sum(len(content) for _, content in files), ImportLimits.of(self._settings).packed
        if total > limit or len(files) > MAX_FILES:
            raise DatasetError(f"The files have {size_text(total)}; expected at most {size_text(limit)}.")
        folder = self._uploads / secrets.token_hex(8)
        try:
            folder.mkdir(parents=True)
            for name, content in files:
                (folder / (Path(name.replace("\\", "/")).name or "file")).write_bytes(content)
        except (OSError, ValueError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise DatasetError(f"The upload could not be kept in {folder}: {error}.") from None
        return folder if len(files) != 1 else next(folder.iterdir())

    def cancel(self, name: str) -> None:
        """End an import; nothing of it is kept. Nothing happens where none is under way."""
        with self._lock:
            attempt = self._attempts.get(name)
            if attempt is not None and attempt.state.status == "running":
                attempt.cancelled.set()
                attempt.state = ImportState("cancelled")

    def state(self, name: str) -> ImportState:
        """Where the latest import of this name stands."""
        with self._lock:
            attempt = self._attempts.get(name)
            return ImportState("none") if attempt is None else attempt.state

    def running(self) -> str | None:
        """The name of an import that is under way."""
        with self._lock:
            names = (name for name, attempt in self._attempts.items() if attempt.state.status == "running")
            return next(names, None)

    def forget(self, name: str) -> None:
        """What came of an import has been told."""
        with self._lock:
            attempt = self._attempts.get(name)
            if attempt is not None and attempt.state.status != "running":
                del self._attempts[name]

    @property
    def _uploads(self) -> Path:
        return self._settings.home / "uploads"

    def _run(self, job: ImportJob, attempt: _Attempt) -> None:
        def told(words: str, done: int, total: int) -> None:
            if attempt.cancelled.is_set():
                raise _Cancelled
            self._tell(attempt, ImportState("running", words, done, total))

        try:
            import_apart(job, self._settings, told)
        except _Cancelled:
            return
        except DatasetError as error:
            self._tell(attempt, ImportState("failed", reason=str(error)))
        except Exception as error:  # a thread that died silently would leave the page waiting for ever
            self._tell(attempt, ImportState("failed", reason=f"The import failed ({type(error).__name__})."))
            raise
        else:
            self._tell(attempt, ImportState("finished"))
        finally:
            if job.path.is_relative_to(self._uploads):
                shutil.rmtree(self._uploads / job.path.relative_to(self._uploads).parts[0], ignore_errors=True)

    def _tell(self, attempt: _Attempt, new: ImportState) -> None:
        with self._lock:
            if not attempt.cancelled.is_set():
                attempt.state = new
