"""The Map view: test images laid out as the last layer sees them, coloured by class."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from cnn_builder.figures.plane import plane_figure
from cnn_builder.figures.tiles import png_url
from cnn_builder.runs.questions import PlaneAnswer
from cnn_builder.ui.inside.subject import Subject
from cnn_builder.ui.reading import thing

_CHART = "inspect-plane"


def plane(subject: Subject) -> None:
    found = subject.ask.plane()
    right = float((found.labels == found.predicted).mean())
    shares = found.shares
    st.caption(
        f"{len(found.labels):,} test images, {right:.1%} read right (crosses: wrong). Two of many directions, with "
        f"{shares[0]:.0%} and {shares[1]:.0%} of the differences: what overlaps here may be apart in the others. "
        "Click a point to see its image."
    )
    figure: go.Figure = plane_figure(found.points, found.labels, found.predicted, subject.info.classes)
    chosen = st.plotly_chart(
        figure, key=f"{_CHART}-{subject.run.run_id}", on_select="rerun", selection_mode="points", width="stretch"
    )
    picked = [int(np.ravel(point["customdata"])[0]) for point in chosen["selection"]["points"][:6]]
    if picked:
        st.html(f'<div class="cnn-picked">{"".join(_card(subject, found, index) for index in picked)}</div>')


def _card(subject: Subject, found: PlaneAnswer, index: int) -> str:
    image, label, _ = subject.ask.test_image(index)
    read = int(found.predicted[index])
    words = f"Test image {index + 1}: {thing(subject.info.classes[label], subject.info)}"
    if read != label:
        words += f', read as <b class="wrong">{thing(subject.info.classes[read], subject.info)}</b>'
    return f'<figure><img src="{png_url(image)}" alt="Test image {index + 1}"><figcaption>{words}</figcaption></figure>'
