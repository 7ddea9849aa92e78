"""The process that reads a model file: `python -m cnn_builder.runs.model_import.reader FILE FOLDER [--description]`.

It has neither TensorFlow nor Keras, limits its own memory and time before it opens the file, and leaves in FOLDER what
it found: `result.json`, with the architecture or the error, and `weights.npz`, unless only the description is wanted.
"""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path
from typing import Any

from cnn_builder import own_process
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.architecture.formats import keras_file
from cnn_builder.architecture.formats.keras_config import Described, check_version, described_model, load_json
from cnn_builder.architecture.memory import bytes_text
from cnn_builder.limits import (
    IMPORT_CPU_SECONDS,
    IMPORT_MEMORY_BYTES,
    MAX_EXPANDED_BYTES,
    MAX_TEXT_BYTES,
    MAX_UPLOAD_BYTES,
)
from cnn_builder.runs.errors import ModelFileError

RESULT, WEIGHTS, UNPACKED = "result.json", "weights.npz", "unpacked.h5"
KINDS = (".keras", ".h5", ".hdf5")
"""Endings of the files that are read."""


def main(arguments: list[str]) -> int:
    """Read one file, within the limits."""
    path, folder = Path(arguments[0]), Path(arguments[1])
    limit_process()
    try:
        found = read(path, folder, weights="--description" not in arguments[2:])
    except CnnBuilderError as error:
        found = {"error": str(error)}
    except MemoryError:
        found = {"error": f"Reading the file needs more than {bytes_text(IMPORT_MEMORY_BYTES)} of memory."}
    except Exception as error:  # a mistake of ours: the caller's log has the traceback, people get one line
        traceback.print_exc()
        found = {"error": f"The file could not be read ({type(error).__name__}). It may be damaged."}
    (folder / RESULT).write_text(json.dumps(found), encoding="utf-8")
    return 1 if "error" in found else 0


def limit_process() -> None:
    """Limit the memory, the time and the files of this process, where the system can."""
    own_process.limit_process(IMPORT_MEMORY_BYTES, IMPORT_CPU_SECONDS, MAX_EXPANDED_BYTES + MAX_TEXT_BYTES)


def read(path: Path, folder: Path, weights: bool = True) -> dict[str, Any]:
    """The architecture as in its file, and which Keras wrote it; the weights go to `folder`.

    Raises ArchitectureFileError and ModelFileError, both for people.
    """
    ending = path.suffix.lower()
    if ending not in KINDS:
        raise ModelFileError(f"Expected a file name ending in {', '.join(KINDS)}, received {path.suffix!r:.40}.")
    try:
        found, version = (_read_keras if ending == ".keras" else _read_hdf5)(path, folder, weights)
    except OSError as error:
        raise ModelFileError(f"The file cannot be read: {error.strerror or error}.") from None
    return {"architecture": found.architecture.to_dict(), "keras_version": version[:40]}


def _read_keras(path: Path, folder: Path, weights: bool) -> tuple[Described, str]:
    from cnn_builder.runs.model_import import hdf5
    from cnn_builder.runs.model_import.weights import arrays, check_size, in_keras_3, write_weights

    with path.open("rb") as raw, keras_file.opened_keras_file(raw) as file:
        if weights:
            check_size(file.described.architecture)
            with (folder / UNPACKED).open("wb") as target:
                file.copy_weights(target)
            with hdf5.opened_hdf5(folder / UNPACKED) as unpacked:
                write_weights(folder / WEIGHTS, arrays(file.described, in_keras_3(unpacked)))
        return file.described, file.version


def _read_hdf5(path: Path, folder: Path, weights: bool) -> tuple[Described, str]:
    from cnn_builder.runs.model_import import hdf5
    from cnn_builder.runs.model_import.weights import arrays, check_size, in_legacy, write_weights

    length = path.stat().st_size
    if length > MAX_UPLOAD_BYTES:
        raise ModelFileError(
            f"The .h5 file is too large: expected at most {bytes_text(MAX_UPLOAD_BYTES)}, "
            f"received {bytes_text(length)}."
        )
    with hdf5.opened_hdf5(path) as file:
        config, version = hdf5.text(file.attrs, "model_config"), hdf5.text(file.attrs, "keras_version")
        if config is None:
            raise ModelFileError(
                "The .h5 file has no description of the network: expected the attribute model_config. A file of "
                "weights alone cannot be imported: save the whole model with model.save('name.keras')."
            )
        version = version.decode("utf-8", "replace") if isinstance(version, bytes) else version or ""
        check_version(version)
        found = described_model(load_json(config, "model_config in the .h5 file"))
        if weights:
            check_size(found.architecture)
            write_weights(folder / WEIGHTS, arrays(found, in_legacy(file)))
        return found, version


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
