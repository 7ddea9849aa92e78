"""Forms of a run's model that take TensorFlow: made by a process of its own, never in the web server."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cnn_builder.runs.errors import StoreError
from cnn_builder.runs.models import Run
from cnn_builder.runs.workers.launcher import worker_env
from cnn_builder.settings import Settings

EXPORT_SECONDS = 300.0
"""How long it may take: the start of TensorFlow, and twice through the test images."""


@dataclass(frozen=True)
class ExportedFile:
    """A file, and what was measured of it: see `engine/export/agreement.py`; {} where nothing was."""

    content: bytes
    facts: dict[str, Any] = field(default_factory=dict)


def exported_file(run: Run, settings: Settings, form: str) -> ExportedFile:
    """The run's model in a form of `engine/export/__main__.py`. Raises StoreError where it cannot be made."""
    if run.is_active:
        raise StoreError(f"The model of run {run.run_id} cannot be exported: the run has not ended.")
    with TemporaryDirectory(prefix="cnn-builder-") as folder:
        path = Path(folder) / "model"
        command = [sys.executable, "-m", "cnn_builder.engine.export", form, run.run_id, str(path)]
        try:
            done = subprocess.run(
                command, env=worker_env(settings), capture_output=True, text=True, timeout=EXPORT_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise StoreError(f"The model of run {run.run_id} cannot be exported: {error}.") from error
        if done.returncode != 0 or not path.is_file():
            reason = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
            raise StoreError(f"The model of run {run.run_id} cannot be exported: {reason}")
        return ExportedFile(path.read_bytes(), json.loads(done.stdout.splitlines()[-1]))
