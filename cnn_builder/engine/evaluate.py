"""What a trained model is worth: its test score, and what it reads in the first test images."""

import base64
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from cnn_builder.data import Dataset
from cnn_builder.engine.build import Predictor

SAMPLES = 5


def evaluation(predictor: Predictor, dataset: Dataset, train_accuracy: float | None) -> dict[str, Any]:
    """The first test images with what is read in them, for the pages; indices count from 0.

    Args:
        train_accuracy: the best epoch's own, as it ran (each batch before the step it caused), as Keras reports it.
    """
    classes = dataset.info.classes
    images = dataset.x_test[:SAMPLES]
    samples = []
    for index, row in enumerate(predictor.probabilities(images)):
        predicted = int(np.argmax(row))
        samples.append(
            {
                "index": index,
                "png": png(images[index]),
                "actual": classes[int(dataset.y_test[index])],
                "predicted": classes[predicted],
                "probability": float(row[predicted]),
            }
        )
    return {"samples": samples, "train_accuracy": train_accuracy, "classes": list(classes)}


def png(image: np.ndarray) -> str:
    """An image, uint8 (height, width, 1 or 3), as base64 text of a PNG."""
    data = BytesIO()
    Image.fromarray(image.squeeze(-1) if image.shape[-1] == 1 else image).save(data, "PNG")
    return base64.b64encode(data.getvalue()).decode("ascii")
