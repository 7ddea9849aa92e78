"""The Robustness view: how far images may be changed until the network fails, and what helps."""

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.figures.locale_text import number_text
from cnn_builder.figures.robustness_chart import robustness_chart
from cnn_builder.figures.robustness_table import levels_table, robustness_table
from cnn_builder.runs import NO_DATASET, Run
from cnn_builder.runs.robustness.curve import RobustnessCurve
from cnn_builder.runs.robustness.kept import Robustness, read_robustness
from cnn_builder.runs.robustness.perturbations import PERTURBATIONS, images_read
from cnn_builder.runs.robustness.rows import RobustnessRow, robustness_rows
from cnn_builder.runs.robustness.words import limit_words
from cnn_builder.runs.workers.service_api import Questions
from cnn_builder.ui import server
from cnn_builder.ui.inspect.robustness_picture import picture_strip
from cnn_builder.ui.inspect.robustness_rerun import rerun_panel
from cnn_builder.ui.inspect.subject import Subject
from cnn_builder.ui.shared.reader import localized
from cnn_builder.ui.shared.text import plain

_KIND = "inspect-perturbation"


def robustness(subject: Subject) -> None:
    st.caption(
        "Images are changed more and more until the network fails: which changes it bears, and which break it. The "
        "adversarial steps are computed against this very network."
    )
    kept = None
    if subject.ask.epoch is not None:
        st.info("Test images are read by the best model: choose “best” above. The picture below is of this epoch.")
    elif subject.run.dataset != NO_DATASET:
        kept = _measured(subject)
    rows = {} if kept is None else {row.key: row for row in _rows(subject)}
    if rows:
        st.html(robustness_table(list(rows.values())))
    key = st.selectbox(
        "Perturbation", list(PERTURBATIONS), format_func=lambda one: PERTURBATIONS[one].title, key=_KIND, width=360
    )
    st.caption(PERTURBATIONS[key].about)
    if key in rows:
        _curve(subject, rows[key])
    picture_strip(subject, key)


def _measured(subject: Subject) -> Robustness | None:
    """What is kept of the run; where it is not whole, a button that measures the rest."""
    folder = server.settings().run_folder(subject.run.run_id)
    kept = read_robustness(folder)
    if kept is not None and kept.is_complete:
        return kept
    images = images_read(subject.test_images, subject.image.shape)
    if not st.button(
        f"Measure with {number_text(images)} test images", key="robustness-measure", type="primary",
        help="Reads them at every level of nine perturbations. It takes seconds for a small network and is kept.",
    ):  # fmt: skip
        return None
    bar = st.progress(0.0)
    for place, (key, perturbation) in enumerate(PERTURBATIONS.items()):
        bar.progress(place / len(PERTURBATIONS), text=f"{perturbation.title} …")
        subject.ask.robustness(key)
    st.rerun()
    return None


def _rows(subject: Subject) -> list[RobustnessRow]:
    return robustness_rows(subject.run, server.settings(), server.store().list(None))


def _curve(subject: Subject, row: RobustnessRow) -> None:
    curve, key, rerun = row.curve, row.key, row.rerun
    if isinstance(curve, str):
        st.info(plain(curve))
        return
    curves = {subject.run.name: curve}
    after = rerun_curve(rerun, key) if rerun is not None else None
    if rerun is not None and after is not None and after.levels == curve.levels and after.images == curve.images:
        curves[rerun.name if rerun.name != subject.run.name else f"{rerun.name} (2)"] = after
    st.markdown(
        f"**{plain(PERTURBATIONS[key].title)}** · accuracy on {number_text(curve.images)} test images "
        f"{plain(limit_words(curve))}."
    )
    st.plotly_chart(
        localized(robustness_chart(curves)), key=f"robustness-{key}", width="stretch", config={"displayModeBar": False}
    )
    with st.expander("Numbers"):
        st.html(levels_table(curves))
    rerun_panel(subject, key, curve, rerun, after if len(curves) > 1 else None)


def rerun_curve(rerun: Run, key: str) -> RobustnessCurve | None:
    """The curve of the run with the layer; None while it trains, or where it has no model."""
    if rerun.status not in ("finished", "stopped"):
        return None
    try:
        with st.spinner(f"Reading the same test images with {plain(rerun.name)} …"):
            found = Questions(server.service(), rerun.run_id).robustness(key)
    except CnnBuilderError as error:
        st.warning(plain(str(error)))
        return None
    return None if isinstance(found, str) else found
