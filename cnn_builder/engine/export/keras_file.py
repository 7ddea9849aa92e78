"""A run's best model as it is, loaded again by Keras: what every other format is compared with."""

import shutil
from pathlib import Path
from typing import Any

from cnn_builder.engine.backend import keras
from cnn_builder.engine.build import Predictor
from cnn_builder.engine.errors import ModelError
from cnn_builder.engine.export.agreement import ExportSubject


def write_keras(subject: ExportSubject, path: Path, best: Path) -> dict[str, Any]:
    """Copy the run's `.keras` file, and read the run's whole test set with the copy, as Keras alone loads it.

    Returns what `ExportSubject.checked` found. Raises ModelError where Keras cannot load it, OSError.
    """
    shutil.copyfile(best, path)
    try:
        model = keras.saving.load_model(best, compile=False)
    except Exception as error:  # whatever Keras makes of its own file
        raise ModelError(f"Keras cannot load the model's file: {type(error).__name__}.") from error
    return subject.checked(Predictor(model, subject.architecture).probabilities)
