"""The Why view: where in the image the answer comes from, three ways, and what none of them can tell."""

import numpy as np
import streamlit as st

from cnn_builder.figures.tiles import overlay_url
from cnn_builder.ui.inside.subject import Subject
from cnn_builder.ui.reading import percent

_CLASS = "inspect-class"
CAM_LIMIT = "Coarse: as fine as the layer's map, and only what speaks for the class."
SALIENCY_LIMIT = "Says which pixels would change the score if nudged, not which ones made it."
OCCLUSION_LIMIT = "Covers one patch at a time: two parts that stand in for each other both look unimportant."
LEAST_FALL = 0.001
"""A smaller change of the probability is none, and would only paint noise."""


def why(subject: Subject) -> None:
    classes = subject.info.classes
    wanted = st.selectbox("Why this class?", classes, index=subject.top, key=f"{_CLASS}-{subject.run.run_id}")
    label = classes.index(wanted)
    st.caption(f"The network gives it {percent(float(subject.probabilities[label]))}.")
    columns = st.columns(3, gap="medium")
    with columns[0]:
        _cam(subject, label)
    with columns[1]:
        heat = subject.ask.saliency(subject.image, label)
        _picture("Saliency", overlay_url(subject.image, heat), SALIENCY_LIMIT)
    with columns[2]:
        falls, side = subject.ask.occlusion(subject.image, label)
        biggest = max(float(falls.max()), 0.0)
        words = f"Covering {side}×{side} pixels takes away at most {percent(biggest)}. {OCCLUSION_LIMIT}"
        if biggest < LEAST_FALL:
            falls, words = np.zeros_like(falls), f"No {side}×{side} pixels matter alone. {OCCLUSION_LIMIT}"
        _picture("Occlusion", overlay_url(subject.image, falls), words)


def _cam(subject: Subject, label: int) -> None:
    maps = [row.index for row in subject.traced.rows if len(row.output_shape) == 3]
    if not maps:
        st.caption("Grad-CAM needs a layer with a map; this network has none.")
        return
    heat = subject.ask.grad_cam(subject.image, label, maps[-1])
    words = CAM_LIMIT if heat.any() else f"Nothing in layer {maps[-1] + 1} speaks for this class. {CAM_LIMIT}"
    _picture(f"Grad-CAM, layer {maps[-1] + 1}", overlay_url(subject.image, heat), words)


def _picture(title: str, url: str, limit: str) -> None:
    st.html(
        f'<figure class="cnn-heat"><figcaption>{title}</figcaption><img src="{url}" alt="{title}, laid over the image">'
        f"<p>{limit}</p></figure>"
    )
