"""A model file becomes a run: read, rebuilt, tested on a data set where one is named, and kept."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cnn_builder.architecture import Architecture
from cnn_builder.architecture.layers.rescaling import Rescaling
from cnn_builder.architecture.memory import bytes_text
from cnn_builder.architecture.names import hidden_character
from cnn_builder.architecture.notices import notices
from cnn_builder.architecture.notices.data import SMALL_SCALE
from cnn_builder.artifacts.errors import ArtifactsError
from cnn_builder.data import DatasetInfo, describe
from cnn_builder.limits import EVALUATION_SECONDS, MAX_HOME_BYTES, MAX_NAME
from cnn_builder.runs.errors import ModelFileError
from cnn_builder.runs.image_kind import images_of_network
from cnn_builder.runs.model_import.reader import RESULT, UNPACKED, WEIGHTS
from cnn_builder.runs.model_import.reading import READER, read_model
from cnn_builder.runs.models import NO_DATASET, Imported, Run
from cnn_builder.runs.run_files import BEST
from cnn_builder.runs.store import Store
from cnn_builder.runs.store.run_text import checked_name
from cnn_builder.runs.workers.launcher import worker_env
from cnn_builder.settings import Settings

ADOPT = (sys.executable, "-m", "cnn_builder.engine.adopt")
NETWORK, EVALUATED = "network.json", "evaluated.json"
"""What the process that rebuilds the model is given, and what it leaves."""
_ENDING_CHARACTERS = 40

_log = logging.getLogger(__name__)


def import_model(
    path: Path,
    store: Store,
    settings: Settings,
    dataset: str | None = None,
    name: str | None = None,
    filename: str | None = None,
    key: str | None = None,
    reader: Sequence[str] = READER,
    adopt: Sequence[str] = ADOPT,
) -> Run:
    """Keep a `.keras` or `.h5` file as a finished run, tested on the data set where one is named.

    Args:
        filename: what the user calls the file, where `path` is a copy of it.
        key: given by the caller: the same click makes one run.
        reader, adopt: the processes that read the file and rebuild the model.

    Raises ModelFileError, ArchitectureFileError, DatasetError, RunTextError and StoreError: nothing is kept then.
    """
    info = None if dataset is None else describe(dataset)
    if name is not None:
        checked_name(name)
    _check_space(settings)
    settings.runs_folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="import-", dir=settings.runs_folder, ignore_cleanup_errors=True) as around:
        folder = Path(around) / "run"
        folder.mkdir()
        found = read_model(path, folder, settings, command=reader)
        architecture, notes = for_pixels_to_one(found.architecture)
        check_use(architecture, info)
        (folder / RESULT).unlink()
        (folder / NETWORK).write_text(architecture.to_json(), encoding="utf-8")
        result = _adopt([*adopt, str(folder), *([dataset] if dataset else [])], folder, settings)
        imported = Imported(_shown_name(filename or path.name), _sha256(path), found.keras_version)

        def place(run_id: str) -> None:
            shutil.move(folder, settings.run_folder(run_id))
            if store.artifacts is not None:
                try:
                    store.artifacts.put(run_id)
                except ArtifactsError as error:
                    shutil.rmtree(settings.run_folder(run_id), ignore_errors=True)
                    raise ModelFileError(f"The model cannot be kept: {error}") from error

        return store.add_imported(architecture, dataset or NO_DATASET, imported, result, place, name, notes, key)


def for_pixels_to_one(architecture: Architecture) -> tuple[Architecture, list[str]]:
    """The network for pixels from 0 to 1, and what was changed: a Rescaling made for 0 to 255 multiplies by less.

    Such a network would otherwise see numbers 255 times too small here. Only what comes before any weights counts.
    """
    for index, layer in enumerate(architecture.layers):
        if isinstance(layer, Rescaling):
            if not 0 < abs(layer.scale) <= SMALL_SCALE:
                break
            scaled = layer.changed(scale=layer.scale * 255)
            note = (
                f"layer {index + 1} (Rescaling) was made for pixels from 0 to 255. Images are 0 to 1 here: its scale "
                f"became {scaled.scale:g} instead of {layer.scale:g}, so the outputs are the same"
            )
            return architecture.replace(index, scaled), [note]
        if layer.category not in ("Augmentation", "Shape"):
            break
    return architecture, []


def check_use(architecture: Architecture, info: DatasetInfo | None) -> None:
    """Raise ModelFileError where the model takes no pictures or, with a data set, not those or not its classes."""
    images_of_network(architecture)
    if info is None:
        return
    found = notices(architecture, len(info.classes), info.input_shape)
    wrong = [notice.message for notice in found if notice.blocks_training and notice.code != "no_weights"]
    if wrong:
        raise ModelFileError(
            f"The model does not fit the data set {info.title}: {' '.join(wrong)} Choose another data set, or none."
        )


def _check_space(settings: Settings) -> None:
    used = sum(file.stat().st_size for file in settings.runs_folder.rglob("*") if file.is_file())
    if used > MAX_HOME_BYTES:
        raise ModelFileError(
            f"The runs need {bytes_text(used)} of disk; expected at most {bytes_text(MAX_HOME_BYTES)} before "
            "another model is imported. Delete runs that are no longer needed."
        )


def _adopt(command: Sequence[str], folder: Path, settings: Settings) -> dict[str, Any]:
    """Have the model rebuilt and tested. Raises ModelFileError."""
    try:
        done = subprocess.run(
            command, env=worker_env(settings), stdin=subprocess.DEVNULL, capture_output=True, text=True,
            errors="replace", timeout=EVALUATION_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise ModelFileError(
            f"Testing the model took longer than {EVALUATION_SECONDS} s. Import it without a data set."
        ) from None
    except OSError as error:
        raise ModelFileError(f"The model cannot be rebuilt: no process can be started: {error}.") from error
    path = folder / EVALUATED
    if done.returncode or not path.is_file() or not (folder / BEST).is_file():
        reason = (done.stderr.strip().splitlines() or [f"the process ended with code {done.returncode}"])[-1]
        _log.warning("Importing a model failed: %s", done.stderr)
        raise ModelFileError(f"The model cannot be rebuilt: {reason:.300}")
    result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for used in (path, *(folder / name for name in (NETWORK, WEIGHTS, UNPACKED))):
        used.unlink(missing_ok=True)
    return result


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _shown_name(filename: str) -> str:
    """The file's name as it can be shown: no folder, no control characters, not too long."""
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join("?" if hidden_character(sign) else sign for sign in name)
    if len(name) > MAX_NAME:
        name = f"{name[: MAX_NAME - _ENDING_CHARACTERS]}…{name[-_ENDING_CHARACTERS + 1 :]}"
    return name or "a file"
