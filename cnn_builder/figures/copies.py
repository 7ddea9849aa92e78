"""An image and the copies of it that augmentations make, side by side."""

from html import escape

import numpy as np
from PIL import Image

from cnn_builder.figures.tiles import png_url

MOST_SIDE = 96
"""Pixels a side of a copy as it is sent to the browser."""


def copies_html(image: np.ndarray, copies: np.ndarray, words: str) -> str:
    """uint8 (height, width, channels), and (n, height, width, channels); `words` say what they are."""
    tiles = [f'<img class="original" src="{_url(image)}" alt="The image itself">']
    tiles += [f'<img src="{_url(copy)}" alt="Copy {number}">' for number, copy in enumerate(copies, 1)]
    caption = f"<figcaption>{escape(words)}</figcaption>"
    return f'<figure class="cnn-copies"><div>{"".join(tiles)}</div>{caption}</figure>'


def _url(image: np.ndarray) -> str:
    if max(image.shape[:2]) <= MOST_SIDE:
        return png_url(image)
    small = Image.fromarray(image.squeeze(-1) if image.shape[2] == 1 else image)
    small.thumbnail((MOST_SIDE, MOST_SIDE))
    return png_url(np.asarray(small))
