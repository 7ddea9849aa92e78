"""Deleting a run: from the store, and its files."""

import shutil

from cnn_builder.runs.errors import StoreError
from cnn_builder.runs.store import Store
from cnn_builder.settings import Settings


def delete_run(store: Store, settings: Settings, run_id: str) -> None:
    """Delete a run with its metrics, models and log. Raises RunStateError where it is at work, StoreError."""
    store.delete(run_id)
    folder = settings.run_folder(run_id)
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return  # it never began
    except OSError as error:
        raise StoreError(f"The run is deleted, its files are not: {error}. Remove the folder {folder}.") from error
