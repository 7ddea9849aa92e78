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
from cnn_builder.engine.verify import softmax, verified
from cnn_builder.runs import evaluation as kept
from cnn_builder.runs.evaluation import Evaluation, Picture, confusion_of

SAMPLES = 5
CELL_PICTURES = 12
MISTAKES = 12
MOST_PICTURES = 300  # on the sheet: about 100 kB of grey images, 200 kB of colour
SHEET_COLUMNS = 20
COLOUR_QUALITY = 80

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
    tested), details (whether the file was written), model (what `verified` found). Indices count from 0.
    """
    classes = dataset.info.classes
    shares = tested.outputs if gives_probabilities(architecture) else softmax(tested.outputs)
    probabilities = np.nan_to_num(shares)  # weights that are numbers can overflow all the same
    # By the outputs: two probabilities may round to the same number where the outputs differ.
    predicted = tested.outputs.argmax(axis=1)
    details = evaluated(dataset, predicted, probabilities)
    try:
        kept.write(folder, details)
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


def evaluated(dataset: Dataset, predicted: np.ndarray, probabilities: np.ndarray) -> Evaluation:
    """Counts, and the pictures behind them, of the classes read, int64 (n,), with probabilities (n, classes)."""
    actual = dataset.y_test
    places = chosen(actual, predicted, probabilities)
    pictures = tuple(
        Picture(
            int(place),
            int(actual[place]),
            int(predicted[place]),
            float(probabilities[place, predicted[place]]),
            float(probabilities[place, actual[place]]),
        )
        for place in places
    )
    classes = dataset.info.classes
    height, width = dataset.x_test.shape[1:3]
    return Evaluation(
        classes=classes,
        confusion=confusion_of(actual, predicted, len(classes)),
        right=predicted == actual,
        pictures=pictures,
        sheet=sheet(dataset.x_test[places]),
        side=(int(height), int(width)),
        columns=SHEET_COLUMNS,
    )


def chosen(actual: np.ndarray, predicted: np.ndarray, probabilities: np.ndarray) -> list[int]:
    """Places of the images that are kept: each cell's most confident, and the most confident mistakes.

    Where that is too many, each cell gives its first before any gives its second; mistakes go before what is right.
    """
    confidence = probabilities[np.arange(len(predicted)), predicted]
    order = np.lexsort((np.arange(len(predicted)), -confidence))  # the most confident first, by place on ties
    mistakes = [int(place) for place in order if predicted[place] != actual[place]][:MISTAKES]
    ranks: dict[tuple[int, int], int] = {}
    ranked = []
    for place in order.tolist():
        cell = (int(actual[place]), int(predicted[place]))
        rank = ranks[cell] = ranks.get(cell, -1) + 1
        if rank < CELL_PICTURES:
            ranked.append((rank, cell[0] == cell[1], place))
    places = dict.fromkeys([*mistakes, *(place for _, _, place in sorted(ranked, key=lambda one: one[:2]))])
    wanted = set(list(places)[:MOST_PICTURES])
    return [place for place in order.tolist() if place in wanted]


def sheet(images: np.ndarray, columns: int = SHEET_COLUMNS) -> bytes:
    """Images, uint8 (n, height, width, 1 or 3), as the tiles of one WebP; grey ones are kept bit by bit."""
    count, height, width, channels = images.shape
    rows = -(-max(count, 1) // columns)
    whole = np.zeros((rows * height, columns * width, channels), np.uint8)
    for place, image in enumerate(images):
        row, column = divmod(place, columns)
        whole[row * height : (row + 1) * height, column * width : (column + 1) * width] = image
    data = BytesIO()
    picture = Image.fromarray(whole.squeeze(-1) if channels == 1 else whole)
    picture.convert("RGB").save(data, "WEBP", lossless=channels == 1, quality=COLOUR_QUALITY, method=4)
    return data.getvalue()


def png(image: np.ndarray) -> str:
    """An image, uint8 (height, width, 1 or 3), as base64 text of a PNG."""
    data = BytesIO()
    Image.fromarray(image.squeeze(-1) if image.shape[-1] == 1 else image).save(data, "PNG")
    return base64.b64encode(data.getvalue()).decode("ascii")
