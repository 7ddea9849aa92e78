"""What was read in the test images, counted, and the images that are kept with it. NumPy and Pillow only."""

from io import BytesIO

import numpy as np
from PIL import Image

from cnn_builder.data import Dataset
from cnn_builder.runs.results.evaluation import Evaluation, Picture, confusion_of

CELL_PICTURES = 12
MISTAKES = 12
MOST_PICTURES = 240  # on the sheet: up to about 150 kB of the file
SHEET_COLUMNS = 20
COLOUR_QUALITY = 80


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
