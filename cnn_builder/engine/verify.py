"""Whether the file of a run's best model, loaded as people will load it, predicts what the run's model does."""

import logging
from pathlib import Path
from typing import Any

import numpy as np

from cnn_builder.architecture import Architecture
from cnn_builder.engine.backend import keras
from cnn_builder.engine.build import Predictor, gives_probabilities, network_input
from cnn_builder.runs.results.model_file import digest
from cnn_builder.runs.run_files import BEST

IMAGES = 100
TOLERANCE = 1e-4  # of a probability: eager and compiled arithmetic differ in the last bits

_log = logging.getLogger(__name__)


def verified(folder: Path, predictor: Predictor, architecture: Architecture, images: np.ndarray) -> dict[str, Any]:
    """Load the run's file by Keras alone, and compare its predictions for the first test images with the run's own.

    Returns "verified", "images" (how many), "difference" (the largest between two probabilities), "sha256" of the
    file that was loaded, and "reason" where it was not verified. A file that cannot be loaded is a finding, no error.

    Args:
        images: test images, uint8 (n, height, width, channels).
    """
    some, path = images[:IMAGES], folder / BEST
    try:
        digested = digest(path)
        model = keras.saving.load_model(path, compile=False)
        outputs = np.asarray(keras.ops.convert_to_numpy(model(network_input(some, architecture), training=False)))
    except Exception as error:  # whatever Keras makes of its own file: the run and its score are whole all the same
        _log.exception("The model's file could not be verified")
        return {"verified": False, "images": len(some), "reason": f"{type(error).__name__} while loading it"}
    theirs = outputs if gives_probabilities(architecture) else softmax(outputs)
    difference = float(np.abs(theirs - predictor.probabilities(some)).max())
    same = bool(difference <= TOLERANCE)
    found = {"verified": same, "images": len(some), "difference": difference, "sha256": digested}
    return found if same else {**found, "reason": f"its probabilities differ by up to {difference:.2g}"}


def softmax(outputs: np.ndarray) -> np.ndarray:
    """Logits (n, classes) as probabilities."""
    powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    shares: np.ndarray = powers / powers.sum(axis=1, keepdims=True)
    return shares
