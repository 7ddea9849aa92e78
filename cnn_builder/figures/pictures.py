"""The test images kept with a run's evaluation: cut from their sheet, and as HTML with what was read in them."""

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from io import BytesIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from cnn_builder.figures.percentages import confidence
from cnn_builder.runs.results.evaluation import Evaluation, Picture

MOST_PIXELS = 4_000_000


def tiles_of(evaluation: Evaluation) -> list[np.ndarray]:
    """The pictures, uint8 (height, width, 3), in the evaluation's order. Raises ValueError for a damaged sheet."""
    try:
        with Image.open(BytesIO(evaluation.sheet), formats=("WEBP", "PNG")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValueError(f"The sheet of pictures is too large: {image.width}×{image.height}.")
            sheet = np.asarray(image.convert("RGB"))
    except (OSError, UnidentifiedImageError) as error:
        raise ValueError(f"The sheet of pictures is damaged: {error}") from error
    height, width = evaluation.side
    tiles = []
    for place in range(len(evaluation.pictures)):
        row, column = divmod(place, evaluation.columns)
        tiles.append(sheet[row * height : (row + 1) * height, column * width : (column + 1) * width])
    return tiles


def pictures_html(evaluation: Evaluation, tiles: Sequence[np.ndarray], places: Sequence[int], words: str) -> str:
    """Some of the pictures with their captions, by their `places`.

    `words`: "sure" tells how sure the class that was read is; "mistake" what was read and what it is.
    """
    figures = (_figure(evaluation, evaluation.pictures[place], tiles[place], words) for place in places)
    return f'<div class="cnn-pictures">{"".join(figures)}</div>'


def _figure(evaluation: Evaluation, picture: Picture, tile: np.ndarray, words: str) -> str:
    read, truth = evaluation.classes[picture.predicted], evaluation.classes[picture.actual]
    caption = f"{confidence(picture.probability)} confidence"
    if words == "mistake":
        caption = f"predicted <b>{escape(read)}</b>, {confidence(picture.probability)}"
        caption += f"<br>actual <b>{escape(truth)}</b>, {confidence(picture.truth)}"
    name = f"Test image {picture.index + 1}, {truth}"
    return (
        f'<figure><img src="{_png_url(tile)}" alt="{escape(name)}" title="{escape(name)}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _png_url(tile: np.ndarray) -> str:
    data = BytesIO()
    grey = bool((tile[..., :1] == tile).all())
    Image.fromarray(tile[..., 0] if grey else tile).save(data, "PNG")
    return f"data:image/png;base64,{b64encode(data.getvalue()).decode('ascii')}"
