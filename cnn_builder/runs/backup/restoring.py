"""Restoring a backup into an empty home."""

import os
import shutil
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile

from cnn_builder.architecture.memory import bytes_text
from cnn_builder.runs.backup.archive import DATABASE, FOLDERS, HOME, BackupReport, extract_file, read_manifest
from cnn_builder.runs.backup.elsewhere import put_everything
from cnn_builder.runs.errors import BackupError, RunStateError
from cnn_builder.runs.store import Store
from cnn_builder.runs.store.schema import VERSION as SCHEMA
from cnn_builder.settings import Settings

REASON = "restored from a backup"


def restore_backup(store: Store, settings: Settings, path: Path) -> BackupReport:
    """Put what a backup holds into an empty home and an empty store, all or nothing.

    Runs that were at work are interrupted, and those that waited are stopped: each can be resumed.

    Raises BackupError where the file is no whole backup, or there is something here already; StoreError.
    """
    _expect_empty(store, settings)
    try:
        with ZipFile(path) as archive, _staging(settings) as beside:
            staging = Path(beside)
            _, entries = read_manifest(archive, SCHEMA)
            _expect_space(settings.home, sum(entry.bytes for entry in entries))
            for entry in entries:
                extract_file(archive, entry, staging / entry.name)
            _move(staging / HOME, settings.home)
            runs = store.load_copy(staging / DATABASE, REASON)  # last: only now it counts
            put_everything(store, settings)
    except RunStateError as error:
        raise BackupError(_NOT_EMPTY.format(settings.home)) from error
    except OSError as error:
        raise BackupError(f"The backup cannot be restored: {error}.") from error
    except _DAMAGE as error:
        raise BackupError(f"{path} is not a whole backup: expected a file that `backup` wrote.") from error
    return BackupReport(runs, path.stat().st_size)


_DAMAGE = (
    BadZipFile, zlib.error, RuntimeError, EOFError, AttributeError, KeyError, TypeError, ValueError, OverflowError,
)  # fmt: skip
"""What a damaged zip, or a manifest of another form, ends in. RuntimeError: encrypted, or packed in another way."""
_NOT_EMPTY = "There is something in {} already: expected an empty home. Set CNN_BUILDER_HOME to a new folder."


def _staging(settings: Settings) -> "TemporaryDirectory[str]":
    settings.home.mkdir(parents=True, exist_ok=True)
    return TemporaryDirectory(prefix=".restore-", dir=settings.home)


def _expect_empty(store: Store, settings: Settings) -> None:
    files = (settings.home / folder for folder in FOLDERS if folder != "datasets")  # downloads may be there
    if store.run_ids() or any(_holds_files(folder) for folder in files):
        raise BackupError(_NOT_EMPTY.format(settings.home))


def _holds_files(folder: Path) -> bool:
    return any(names for _, _, names in os.walk(folder))


def _expect_space(home: Path, needed: int) -> None:
    free = shutil.disk_usage(home).free
    if needed > free:
        raise BackupError(f"The backup needs {bytes_text(needed)} in {home}, where {bytes_text(free)} are free.")


def _move(source: Path, home: Path) -> None:
    for folder in FOLDERS:
        if (source / folder).is_dir():
            shutil.copytree(source / folder, home / folder, dirs_exist_ok=True, copy_function=os.replace)
