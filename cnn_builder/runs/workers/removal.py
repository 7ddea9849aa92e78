"""Deleting a run: from the store, and its files."""

import shutil

from cnn_builder.artifacts.errors import ArtifactsError
from cnn_builder.runs.errors import StoreError
from cnn_builder.runs.run_artifacts import PREFIX, RunArtifacts
from cnn_builder.runs.store import Store
from cnn_builder.settings import Settings


def delete_run(store: Store, settings: Settings, run_id: str) -> None:
    """Delete a run with its metrics, models and log. Raises RunStateError where it is at work, StoreError."""
    store.delete(run_id)
    folder = settings.run_folder(run_id)
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        pass  # it never began
    except OSError as error:
        raise StoreError(
            f"The run was deleted, but its files were not: {error}. Delete the folder {folder}."
        ) from error
    if (artifacts := RunArtifacts.of(settings)) is not None:
        try:
            artifacts.remove(run_id)
        except ArtifactsError as error:
            where = f"{artifacts.url}/{PREFIX}/{run_id}"
            raise StoreError(f"The run was deleted, but not its files under {where}: {error} Delete those.") from error
