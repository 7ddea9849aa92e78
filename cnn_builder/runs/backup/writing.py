"""Writing a backup while runs go on.

Of a run at work the files are copied before the store: going on from a checkpoint cuts what the store has beyond it,
but could not make up what the store lacks. Of a run that has ended they are copied after it, when they are final.
"""

import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile

from cnn_builder.files import PRIVATE, replacing
from cnn_builder.runs.backup.archive import (
    DATABASE,
    HOME,
    ArchivedFile,
    BackupReport,
    add_file,
    files_in,
    kept_files,
    write_manifest,
)
from cnn_builder.runs.backup.elsewhere import fetch_datasets, fetch_files
from cnn_builder.runs.errors import BackupError
from cnn_builder.runs.store import Store
from cnn_builder.runs.store.copying import sqlite_url
from cnn_builder.runs.store.schema import VERSION as SCHEMA
from cnn_builder.settings import Settings

TRIES = 5
"""How often the files of the active runs are copied again because another run became active meanwhile."""


def write_backup(store: Store, settings: Settings, path: Path, clock: Callable[[], float] = time.time) -> BackupReport:
    """Write everything that is kept into one new file, whole or not at all. Raises BackupError, StoreError."""
    if path.exists():
        raise BackupError(f"{path} is there already: expected the name of a new file.")
    try:
        with (
            replacing(path, mode=PRIVATE, lasting=True) as draft,
            TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as beside,
        ):
            staging = Path(beside)
            active, ids = _stage(store, settings, staging)
            fetch_files(store, [run_id for run_id in ids if run_id not in active])
            fetch_datasets(store, settings)
            with ZipFile(draft, "w", ZIP_DEFLATED, compresslevel=1) as archive:
                with (staging / DATABASE).open("rb") as file:
                    entries = [add_file(archive, DATABASE, file)]
                for found in kept_files(settings.home):
                    _add(archive, entries, found, settings.home)
                for run_id in ids:
                    home = staging if run_id in active else settings.home
                    for found in files_in(home / "runs" / run_id):
                        _add(archive, entries, found, home)
                write_manifest(archive, entries, schema=SCHEMA, created=clock(), runs=len(ids))
        return BackupReport(len(ids), path.stat().st_size)
    except OSError as error:
        raise BackupError(f"The backup cannot be written: {error}. Free some space, or name another file.") from error


def _stage(store: Store, settings: Settings, staging: Path) -> tuple[set[str], list[str]]:
    """Copy the active runs' files, then the store; the ids of the active runs and of all, as the copy has them."""
    for _ in range(TRIES):
        before = set(store.run_ids(active=True))
        shutil.rmtree(staging / "runs", ignore_errors=True)
        fetch_files(store, before)
        for run_id in before:
            for found in files_in(settings.run_folder(run_id)):
                target = staging / "runs" / run_id / found.relative_to(settings.run_folder(run_id))
                target.parent.mkdir(parents=True, exist_ok=True)
                with suppress(FileNotFoundError):  # replaced by a newer one meanwhile
                    shutil.copyfile(found, target)
        (staging / DATABASE).unlink(missing_ok=True)
        store.save_copy(staging / DATABASE)
        with Store(sqlite_url(staging / DATABASE)) as copy:
            active, ids = set(copy.run_ids(active=True)), list(copy.run_ids())
        if active <= before:
            break
    return active, ids


def _add(archive: ZipFile, entries: list[ArchivedFile], path: Path, home: Path) -> None:
    """A file that is gone meanwhile is left out: it belonged to a run that was deleted."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        entries.append(add_file(archive, f"{HOME}/{path.relative_to(home).as_posix()}", file))
