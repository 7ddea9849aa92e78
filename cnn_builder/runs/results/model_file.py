"""The file of a run's best model, offered only where it is the one that was verified; and of its last state."""

import hashlib
from functools import lru_cache
from pathlib import Path

from cnn_builder.runs.errors import StoreError
from cnn_builder.runs.models import Run
from cnn_builder.runs.results.engine_exports import exported_file
from cnn_builder.runs.run_files import BEST
from cnn_builder.settings import Settings


def digest(path: Path) -> str:
    """SHA-256 of a file. Raises OSError."""
    found = path.stat()
    return _digest(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=256)
def _digest(path: Path, changed: int, size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def refusal(run: Run, settings: Settings) -> str | None:
    """Why the run's model cannot be downloaded; None where it was verified and is still the same file."""
    if run.is_active:
        return "the run has not ended"
    found = (run.evaluation or {}).get("model")
    if found is None:
        return "it was trained before models were verified, or has no best model"
    if not found.get("verified"):
        return f"it was not verified: {found.get('reason', 'no reason was given')}"
    try:
        same = digest(settings.run_folder(run.run_id) / BEST) == found.get("sha256")
    except OSError:
        return "its file is missing"
    return None if same else "its file was changed after it was verified"


def model_file(run: Run, settings: Settings) -> Path:
    """The `.keras` file to download. Raises StoreError where it is not the one that was verified."""
    reason = refusal(run, settings)
    if reason is not None:
        raise StoreError(f"The model of run {run.run_id} cannot be exported: {reason}.")
    return settings.run_folder(run.run_id) / BEST


def model_with_optimizer(run: Run, settings: Settings) -> bytes:
    """A `.keras` file of the run's last step with its optimizer and its state, to be trained on in Keras.

    Raises StoreError where it cannot be made.
    """
    return exported_file(run, settings, "trainable").content
