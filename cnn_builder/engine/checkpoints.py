"""The best and the last model of a run, as files that are always whole."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from cnn_builder.architecture import Architecture
from cnn_builder.engine.backend import keras
from cnn_builder.engine.build import build_model
from cnn_builder.engine.errors import ModelError

BEST = "best.keras"
LAST = "last.keras"
SECONDS_BETWEEN = 10.0  # a crash loses at most this much of what was learned


def save(model: "keras.Model", path: Path) -> None:
    """Write a model so that `path` holds the old file or the new one, never half of one. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f"{path.stem}.{os.getpid()}.writing.keras")
    try:
        model.save(half)
        with half.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)


def load(architecture: Architecture, path: Path) -> "keras.Sequential":
    """The model of an architecture with the weights from a file of ours. Raises ModelError."""
    if not path.is_file():
        raise ModelError("This run has no trained model yet.")
    model = build_model(architecture)
    try:
        model.load_weights(path)
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise ModelError(f"The run's model cannot be read: {str(error).splitlines()[0]:.200}") from error
    return model


class Checkpoints:
    """Keeps the best weights in memory, and writes files now and then: writing costs more than remembering."""

    def __init__(self, model: "keras.Model", folder: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._model = model
        self._folder = folder
        self._monotonic = monotonic
        self._written = monotonic()
        self._best: list[np.ndarray] | None = None
        self._pending = False

    @property
    def has_best(self) -> bool:
        """Whether any weights were kept."""
        return self._best is not None

    def keep(self) -> None:
        """The weights of now are the best so far."""
        self._best = self._model.get_weights()
        self._pending = True

    def epoch_ended(self) -> None:
        """Write what is new, if the last time is long ago. Call with the weights of the epoch's end. Raises OSError."""
        if self._monotonic() - self._written < SECONDS_BETWEEN:
            return
        save(self._model, self._folder / LAST)
        if self._pending:
            self._write_best()
        self._written = self._monotonic()

    def close(self, keep_last: bool = True) -> None:
        """Write what is not written, and leave the model with its best weights. Raises OSError.

        `keep_last`: whether the weights of now are worth keeping; those of a run that diverged are not.
        """
        if keep_last:
            save(self._model, self._folder / LAST)
        if self._best is not None:
            self._model.set_weights(self._best)
            if self._pending:
                save(self._model, self._folder / BEST)
                self._pending = False

    def _write_best(self) -> None:
        now = self._model.get_weights()
        self._model.set_weights(self._best)
        save(self._model, self._folder / BEST)
        self._model.set_weights(now)
        self._pending = False
