"""One picture under a perturbation: what it is read as at each level, and the first level that changes the answer."""

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from cnn_builder.data import DatasetInfo
from cnn_builder.figures.percentages import confidence
from cnn_builder.figures.tiles import png_url
from cnn_builder.runs.robustness.perturbations import PERTURBATIONS, Perturbation
from cnn_builder.ui.inspect.subject import Subject
from cnn_builder.ui.shared.prediction import class_phrase
from cnn_builder.ui.shared.text import plain


def picture_strip(subject: Subject, key: str) -> None:
    """The chosen picture, changed more and more."""
    st.markdown("## This picture")
    found = subject.ask.robustness_of(subject.image, key)
    if isinstance(found, str):
        st.info(plain(found))
        return
    perturbation = PERTURBATIONS[key]
    levels = [float(level) for level in found.levels]
    predicted = [int(one) for one in found.probabilities.argmax(axis=1)]
    st.markdown(plain(flip_words(perturbation, levels, predicted, found.probabilities, subject.info)))
    first = first_flips(levels.index(perturbation.neutral), predicted)
    figures = []
    for place, (level, image) in enumerate(zip(levels, found.images, strict=True)):
        name = escape(class_phrase(subject.info.classes[predicted[place]], subject.info))
        sure = confidence(float(found.probabilities[place].max()))
        at = "unchanged" if level == perturbation.neutral else escape(perturbation.level_text(level))
        mark = ' class="flip"' if place in first else ""
        figures.append(
            f'<figure{mark}><img src="{png_url(image)}" alt="{at}: {name}">'
            f"<figcaption>{at}<br><b>{name}</b> {sure}</figcaption></figure>"
        )
    st.html(f'<div class="cnn-levels">{"".join(figures)}</div>')


def first_flips(start: int, predicted: Sequence[int]) -> list[int]:
    """The places nearest to `start`, on either side, where the answer is another than there."""
    found = []
    for side in (range(start - 1, -1, -1), range(start + 1, len(predicted))):
        place = next((at for at in side if predicted[at] != predicted[start]), None)
        if place is not None:
            found.append(place)
    return found


def flip_words(
    perturbation: Perturbation,
    levels: Sequence[float],
    predicted: Sequence[int],
    probabilities: np.ndarray,
    info: DatasetInfo,
) -> str:
    """What first changes the answer, in a sentence; `probabilities` is (levels, classes)."""
    start = levels.index(perturbation.neutral)
    answer = class_phrase(info.classes[predicted[start]], info)
    first = first_flips(start, predicted)
    if not first:
        return f"It is read as {answer} at every level that was tried."
    told = []
    for place in first:
        name, sure = class_phrase(info.classes[predicted[place]], info), confidence(float(probabilities[place].max()))
        told.append(f"at {perturbation.level_text(levels[place])} it is read as {name} ({sure})")
    ways = perturbation.tried
    tried = f" Of the {ways} ways to go so far, the most damaging one is shown." if ways > 1 else ""
    return f"Unchanged, it is read as {answer}; {', and '.join(told)}.{tried}"
