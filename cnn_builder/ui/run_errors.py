"""Where a trained model errs: the confusion matrix with its images, each class' scores, the most confident mistakes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st

from cnn_builder.figures.classes_table import classes_table
from cnn_builder.figures.pictures import pictures_html, tiles_of
from cnn_builder.runs import Run
from cnn_builder.runs.evaluation import FILE, Evaluation, read
from cnn_builder.ui import state
from cnn_builder.ui.components.confusion import confusion
from cnn_builder.ui.text import plain

MISTAKES = 12
_STYLE = Path(__file__).with_name("result.css")


def details_of(run: Run) -> Evaluation | None:
    """What was kept of the run's evaluation; None for runs that kept nothing, or whose file is gone."""
    if not (run.evaluation or {}).get("details"):
        return None
    folder = state.settings().run_folder(run.run_id)
    try:
        changed = (folder / FILE).stat().st_mtime_ns
    except OSError:
        return None
    return _read(str(folder), changed)


@st.cache_resource(show_spinner=False, max_entries=32)
def _read(folder: str, changed: int) -> Evaluation | None:
    return read(Path(folder))


@st.cache_resource(show_spinner=False, max_entries=8)
def _tiles(folder: str, _evaluation: Evaluation, digest: int) -> list[np.ndarray]:
    try:
        return tiles_of(_evaluation)
    except ValueError:
        return []


def run_errors(run: Run) -> None:
    """The section, for a run that kept its evaluation; a press on a cell draws only this again."""
    evaluation = details_of(run)
    if evaluation is not None:
        st.html(_STYLE)
        _section(run, evaluation)


@st.fragment
def _section(run: Run, evaluation: Evaluation) -> None:
    wrong = evaluation.images - int(evaluation.right.sum())
    if not wrong:
        st.markdown(f"**Where it errs** · nowhere: all {evaluation.images:,} test images are read right.")
    else:
        st.markdown(f"**Where it errs** · {wrong:,} of {evaluation.images:,} test images are read wrong")
    views: dict[str, Callable[[Run, Evaluation], None]] = {"Confusions": _confusions, "Classes": _classes}
    if wrong:
        views["Surest mistakes"] = _mistakes
    shown = st.segmented_control(
        "Show", list(views), default="Confusions", required=True, key=f"errors-{run.run_id}",
        label_visibility="collapsed",
    )  # fmt: skip
    views[shown or "Confusions"](run, evaluation)


def _confusions(run: Run, evaluation: Evaluation) -> None:
    matrix, images = st.columns([1.25, 1], gap="medium")
    with matrix:
        actual, predicted = confusion(evaluation, f"confusion-{run.run_id}")
    with images:
        count = int(evaluation.confusion[actual, predicted])
        places = evaluation.cell(actual, predicted)
        is_, read_as = (plain(evaluation.classes[one]) for one in (actual, predicted))
        told = "read right" if actual == predicted else f"read as **{read_as}**"
        more = f", the {len(places)} surest" if len(places) < count else ""
        st.markdown(f"**{is_}** {told}: {count:,} {'image' if count == 1 else 'images'}{more}")
        _pictures(run, evaluation, places, "sure")


def _classes(run: Run, evaluation: Evaluation) -> None:
    st.html(classes_table(evaluation.class_scores()))
    st.caption(
        "Precision: of the images read as this class, the share that are. Recall: of the images that are, the share "
        "read so. F1: their harmonic mean."
    )


def _mistakes(run: Run, evaluation: Evaluation) -> None:
    places = evaluation.mistakes(MISTAKES)
    _pictures(run, evaluation, places, "mistake")


def _pictures(run: Run, evaluation: Evaluation, places: list[int], words: str) -> None:
    tiles = _tiles(run.run_id, evaluation, hash(evaluation.sheet))
    if not tiles:
        st.caption("The pictures that were kept cannot be read.")
        return
    content = pictures_html(evaluation, tiles, places, words)
    st.html(f'<div class="cnn-wide">{content}</div>' if words == "mistake" else content)
