"""What a trained model is worth: what it reads in each test image, and whether its file says the same.

One pass over the test images gave the outputs; everything here is counted from them.
"""

import base64
import logging
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from cnn_builder.architecture import Architecture
from cnn_builder.data import Dataset
from cnn_builder.engine.build import Predictor, gives_probabilities
from cnn_builder.engine.evaluation_counts import evaluated
from cnn_builder.engine.verify import softmax, verified
from cnn_builder.engine.versions import engine_versions
from cnn_builder.runs.results import evaluation as kept

SAMPLES = 5

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Tested:
    """The model's outputs for all test images, (n, classes), and the best epoch's accuracy in training."""

    outputs: np.ndarray
    train_accuracy: float | None


def evaluation(
    tested: Tested, predictor: Predictor, architecture: Architecture, dataset: Dataset, folder: Path
) -> dict[str, Any]:
    """What the store keeps of a run's result. The rest goes to a file in the run's `folder`.

    Keys: samples (the first test images with what is read in them), train_accuracy, classes, images (how many were
    tested), details (whether the file was written), model (what `verified` found), versions (of what trained it).
    Indices count from 0.
    """
    classes = dataset.info.classes
    shares = tested.outputs if gives_probabilities(architecture) else softmax(tested.outputs)
    probabilities = np.nan_to_num(shares)  # weights that are numbers can overflow all the same
    # By the outputs: two probabilities may round to the same number where the outputs differ.
    predicted = tested.outputs.argmax(axis=1)
    details = evaluated(dataset, predicted, probabilities)
    try:
        kept.write_evaluation(folder, details)
        written = True
    except OSError as error:  # the score matters more
        _log.warning("The details of the evaluation could not be written: %s", error)
        written = False
    return {
        "samples": samples(dataset, predicted[:SAMPLES], probabilities),
        "train_accuracy": tested.train_accuracy,
        "classes": list(classes),
        "images": len(predicted),
        "details": written,
        "model": verified(folder, predictor, architecture, dataset.x_test),
        "versions": engine_versions(),
    }


def samples(dataset: Dataset, predicted: np.ndarray, probabilities: np.ndarray) -> list[dict[str, Any]]:
    """The first test images with what is read in them."""
    classes = dataset.info.classes
    return [
        {
            "index": index,
            "png": png(dataset.x_test[index]),
            "actual": classes[int(dataset.y_test[index])],
            "predicted": classes[int(read)],
            "probability": float(probabilities[index, read]),
        }
        for index, read in enumerate(predicted)
    ]


def png(image: np.ndarray) -> str:
    """An image, uint8 (height, width, 1 or 3), as base64 text of a PNG."""
    data = BytesIO()
    Image.fromarray(image.squeeze(-1) if image.shape[-1] == 1 else image).save(data, "PNG")
    return base64.b64encode(data.getvalue()).decode("ascii")
