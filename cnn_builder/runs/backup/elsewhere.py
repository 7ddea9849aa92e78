"""The files under the artifacts' URL: in a backup as well, and put there when it is restored."""

from collections.abc import Iterable, Iterator

from cnn_builder.artifacts.errors import ArtifactsError
from cnn_builder.data import DatasetError
from cnn_builder.data.sets.own.library import OwnDatasets
from cnn_builder.data.sets.own.shared_sets import SharedSets
from cnn_builder.runs.errors import BackupError
from cnn_builder.runs.store import Store
from cnn_builder.settings import Settings


def fetch_files(store: Store, run_ids: Iterable[str]) -> None:
    """Have the files of these runs here. Raises BackupError: without them a backup would not be whole."""
    artifacts = store.artifacts
    for run_id in run_ids:
        if artifacts is None:
            return
        try:
            damaged = artifacts.fetch(run_id)
        except ArtifactsError as error:
            raise BackupError(f"The backup cannot be written: {error}") from error
        if damaged:
            raise BackupError(
                f"The backup cannot be written: files of run {run_id} are damaged under {artifacts.url}: "
                f"{', '.join(damaged)}. Delete the run, or train it again."
            )


def fetch_datasets(store: Store, settings: Settings) -> None:
    """Have the data sets of everybody here. Raises BackupError."""
    try:
        for _, sets in _everybodys(store, settings):
            for name in sets.names():
                sets.fetch_whole(name)
    except (ArtifactsError, DatasetError) as error:
        raise BackupError(f"The backup cannot be written: {error}") from error


def put_everything(store: Store, settings: Settings) -> None:
    """Let other machines find what was restored, in place of what is there of these runs and data sets.

    Raises BackupError.
    """
    try:
        if store.artifacts is not None:
            for run_id in store.run_ids():
                store.artifacts.put(run_id, anyway=True)
        for own, sets in _everybodys(store, settings):
            for name in own.names():
                sets.send(name, anyway=True)
    except ArtifactsError as error:
        raise BackupError(
            f"The backup is restored here, but other machines do not find all of its files: {error}"
        ) from error


def _everybodys(store: Store, settings: Settings) -> Iterator[tuple[OwnDatasets, SharedSets]]:
    """The data sets of whoever runs the machine, and of each person: those here, and those under the URL."""
    for owner in (None, *(one.owner for one in store.owners())) if settings.artifacts is not None else ():
        of_owner = settings.of_owner(owner)
        if (sets := SharedSets.of(of_owner)) is not None:
            yield OwnDatasets.of(of_owner), sets
