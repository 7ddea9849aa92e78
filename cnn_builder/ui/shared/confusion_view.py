"""A trained model's errors: the confusion matrix with its images, the scores by class, the most confident errors."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st

from cnn_builder.figures.classes_table import classes_table
from cnn_builder.figures.confusion import shades
from cnn_builder.figures.locale_text import number_text
from cnn_builder.figures.pictures import pictures_html, tiles_of
from cnn_builder.runs import Run
from cnn_builder.runs.results.evaluation import FILE, Evaluation, read_evaluation
from cnn_builder.ui import server
from cnn_builder.ui.components.confusion import confusion
from cnn_builder.ui.shared.errors import fragment
from cnn_builder.ui.shared.text import plain

MATRIX = "Confusion matrix"
MISTAKES = 12
_STYLE = Path(__file__).with_name("confusion_view.css")


def details_of(run: Run) -> Evaluation | None:
    """The run's saved evaluation; None where none was saved, or its file is gone."""
    if not (run.evaluation or {}).get("details"):
        return None
    folder = server.settings().run_folder(run.run_id)
    try:
        changed = (folder / FILE).stat().st_mtime_ns
    except OSError:
        return None
    return _read(str(folder), changed)


@st.cache_resource(show_spinner=False, max_entries=32)
def _read(folder: str, changed: int) -> Evaluation | None:
    return read_evaluation(Path(folder))


@st.cache_resource(show_spinner=False, max_entries=8)
def _tiles(folder: str, _evaluation: Evaluation, digest: int) -> list[np.ndarray]:
    try:
        return tiles_of(_evaluation)
    except ValueError:
        return []


def misclassified_images(run: Run) -> None:
    """The section, for a run whose evaluation was saved; a click on a cell redraws only this."""
    evaluation = details_of(run)
    if evaluation is not None:
        st.html(_STYLE)
        _section(run, evaluation)


@fragment
def _section(run: Run, evaluation: Evaluation) -> None:
    wrong = evaluation.images - int(evaluation.right.sum())
    if not wrong:
        st.markdown(
            f"**Misclassified images** · none: all {number_text(evaluation.images)} test images are classified "
            f"correctly."
        )
    else:
        st.markdown(f"**Misclassified images** · {number_text(wrong)} of {number_text(evaluation.images)} test images")
    views: dict[str, Callable[[Run, Evaluation], None]] = {MATRIX: _confusions, "Scores by class": _classes}
    if wrong:
        views["Most confident errors"] = _mistakes
    shown = st.segmented_control(
        "Show", list(views), default=MATRIX, required=True, key=f"errors-{run.run_id}",
        label_visibility="collapsed",
    )  # fmt: skip
    views[shown or MATRIX](run, evaluation)


def _confusions(run: Run, evaluation: Evaluation) -> None:
    # Side by side where there is room for a matrix that can be read, else one below the other.
    both = st.container(horizontal=True, gap="medium", key="confusion")
    with both.container(key="confusion-matrix"):
        counts, dark = evaluation.confusion, shades(evaluation.confusion)
        actual, predicted = confusion(
            evaluation.classes, counts.tolist(), dark.tolist(), evaluation.worst(), f"confusion-{run.run_id}"
        )
    with both.container(key="confusion-images"):
        count = int(evaluation.confusion[actual, predicted])
        places = evaluation.cell(actual, predicted)
        truth, prediction = (plain(evaluation.classes[one]) for one in (actual, predicted))
        outcome = "classified correctly" if actual == predicted else f"predicted as **{prediction}**"
        more = f", the {len(places)} most confident" if len(places) < count else ""
        st.markdown(f"**{truth}** {outcome}: {number_text(count)} {'image' if count == 1 else 'images'}{more}")
        _pictures(run, evaluation, places, "sure")


def _classes(run: Run, evaluation: Evaluation) -> None:
    st.html(classes_table(evaluation.class_scores()))
    st.caption(
        "Precision: of the images predicted as this class, the share that belong to it. Recall: of the images of this "
        "class, the share predicted as it. F1: the harmonic mean of the two."
    )


def _mistakes(run: Run, evaluation: Evaluation) -> None:
    places = evaluation.mistakes(MISTAKES)
    _pictures(run, evaluation, places, "mistake")


def _pictures(run: Run, evaluation: Evaluation, places: list[int], words: str) -> None:
    tiles = _tiles(run.run_id, evaluation, hash(evaluation.sheet))
    if not tiles:
        st.caption("The saved test images cannot be read.")
        return
    content = pictures_html(evaluation, tiles, places, words)
    st.html(f'<div class="cnn-wide">{content}</div>' if words == "mistake" else content)
