"""Starts the process that reads a model file, and checks what it left."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from cnn_builder.architecture import Architecture
from cnn_builder.limits import IMPORT_CPU_SECONDS, IMPORT_SECONDS, MAX_TEXT_BYTES
from cnn_builder.own_process import one_thread
from cnn_builder.runs.errors import ModelFileError
from cnn_builder.runs.model_import.reader import RESULT
from cnn_builder.runs.workers.launcher import worker_env
from cnn_builder.settings import Settings

READER = (sys.executable, "-m", "cnn_builder.runs.model_import.reader")
_RESULT_BYTES = 2 * MAX_TEXT_BYTES
_LOG_CHARACTERS = 4_000
_OUT_OF_TIME = getattr(signal, "SIGXCPU", 24)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReadModel:
    """A model file's network, and the version of the Keras that wrote it, "" where it does not say."""

    architecture: Architecture
    keras_version: str


def read_model(
    path: Path,
    folder: Path,
    settings: Settings,
    weights: bool = True,
    seconds: float = IMPORT_SECONDS,
    command: Sequence[str] = READER,
) -> ReadModel:
    """Read a model file in a process of its own; its weights are then in `folder`. Raises ModelFileError."""
    arguments = [*command, str(path), str(folder), *([] if weights else ["--description"])]
    env = one_thread(worker_env(settings))
    try:
        done = subprocess.run(
            arguments, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
            timeout=seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise ModelFileError(f"Reading the file took longer than {seconds:g} s. {_SMALLER}") from None
    except OSError as error:
        raise ModelFileError(f"The file cannot be read: no process can be started: {error}.") from error
    if done.stderr:
        _log.warning("Reading a model file: %s", done.stderr[-_LOG_CHARACTERS:])
    return _result(folder / RESULT, done.returncode)


_SMALLER = "It may be damaged. Save the model again, or import a smaller one."


def _result(path: Path, code: int) -> ReadModel:
    try:
        found = json.loads(path.read_bytes()) if path.stat().st_size <= _RESULT_BYTES else None
    except (OSError, ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        if code == -_OUT_OF_TIME:
            raise ModelFileError(
                f"Reading the file took longer than {IMPORT_CPU_SECONDS} s of the processor. {_SMALLER}"
            )
        how = f"signal {-code}" if code < 0 else f"code {code}"
        raise ModelFileError(f"Reading the file ended before it was done ({how}). {_SMALLER}")
    if "error" in found:
        raise ModelFileError(str(found["error"]))
    return ReadModel(Architecture.from_dict(found.get("architecture")), str(found.get("keras_version", "")))


def hdf5_network(content: bytes, settings: Settings) -> Architecture:
    """The network that an `.h5` file describes, without its weights. Raises ModelFileError, ArchitectureFileError."""
    with TemporaryDirectory(prefix="cnn-builder-") as folder:
        path = Path(folder) / "model.h5"
        path.write_bytes(content)
        return read_model(path, Path(folder), settings, weights=False).architecture
