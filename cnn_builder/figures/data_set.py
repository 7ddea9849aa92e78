"""A data set of one's own as pictures: samples and counts of each class, duplicates side by side."""

from collections.abc import Sequence
from html import escape

import numpy as np

from cnn_builder.data.sets.on_disk import taken
from cnn_builder.data.sets.own.version import DuplicatePair, Images, Version
from cnn_builder.figures.locale_text import number_text
from cnn_builder.figures.tiles import png_url

SAMPLES = 10
GAP = 2


def classes_html(version: Version, images: Images) -> str:
    """A row for each class: its name, how many images train and test, and some of them."""
    most = max(map(sum, zip(version.train_counts, version.test_counts, strict=True)), default=1) or 1
    rows = []
    for place, name in enumerate(version.classes):
        train, test = version.train_counts[place], version.test_counts[place]
        some = taken(images.x_train, np.flatnonzero(images.y_train == place)[:SAMPLES])
        rows.append(
            f'<li><div class="words"><b>{escape(name)}</b><span>{number_text(train)} training, '
            f"{number_text(test)} test</span></div>"
            f'<div class="share"><i style="width:{100 * train / most:.1f}%"></i>'
            f'<i class="test" style="width:{100 * test / most:.1f}%"></i></div>'
            f'<img src="{sheet_url(some)}" alt="{len(some)} training images of {escape(name)}" '
            f'style="aspect-ratio:{_ratio(some)}"></li>'
        )
    return f'<ul class="cnn-classes" aria-label="Classes">{"".join(rows)}</ul>'


def pairs_html(pairs: Sequence[DuplicatePair], version: Version, images: Images) -> str:
    """Pairs of images that are alike, each with where its two images are."""
    labels, trained = images.y, len(images.x_train)
    items = []
    for pair in pairs:
        places = (pair.first, pair.second)
        parts = [f"{version.classes[labels[at]]}, {'training' if at < trained else 'test'}" for at in places]
        words = parts[0] if parts[0] == parts[1] else " · ".join(parts)
        sheet = np.stack([images.image(at) for at in places])
        items.append(
            f'<li><img src="{sheet_url(sheet)}" alt="Two {pair.kind} duplicates" style="aspect-ratio:{_ratio(sheet)}">'
            f"<span>{'Exact' if pair.kind == 'exact' else 'Near'} · {escape(words)}</span></li>"
        )
    return f'<ul class="cnn-pairs" aria-label="Duplicates">{"".join(items)}</ul>'


def sheet_url(pictures: np.ndarray) -> str:
    """Images, uint8 (n, height, width, channels), side by side as one picture with clear gaps."""
    if not len(pictures):
        return png_url(np.zeros((1, 1, 4), np.uint8))
    count, height, width, _ = pictures.shape
    sheet = np.zeros((height, count * (width + GAP) - GAP, 4), np.uint8)
    for place, picture in enumerate(pictures):
        at = place * (width + GAP)
        sheet[:, at : at + width, :3] = picture
        sheet[:, at : at + width, 3] = 255
    return png_url(sheet)


def _ratio(pictures: np.ndarray) -> str:
    if not len(pictures):
        return "1"
    count, height, width, _ = pictures.shape
    return f"{count * (width + GAP) - GAP}/{height}"
