"""The Attribution view: which pixels a prediction rests on, by three methods, and what each method leaves out."""

import numpy as np
import streamlit as st

from cnn_builder.architecture import Architecture, Trace
from cnn_builder.architecture.input_shapes import views
from cnn_builder.architecture.layers.base import Shape
from cnn_builder.architecture.layers.dense import Dense
from cnn_builder.architecture.layers.reshape import Reshape
from cnn_builder.figures.percentages import confidence, percent
from cnn_builder.figures.tiles import overlay_url
from cnn_builder.ui.inspect.subject import Subject

_CLASS = "inspect-class"
CAM_LIMIT = "Only as fine as the layer's feature map, and it shows only evidence for the class."
SALIENCY_LIMIT = "Shows the pixels where a small change would change the score most, not those that produced it."
OCCLUSION_LIMIT = "Covers one patch at a time, so two parts that can replace each other both look unimportant."
LEAST_FALL = 0.001
"""A smaller change of the probability is none, and would only paint noise."""


def attribution(subject: Subject) -> None:
    classes = subject.info.classes
    chosen_class = st.selectbox("Class to explain", classes, index=subject.top, key=f"{_CLASS}-{subject.run.run_id}")
    label = classes.index(chosen_class)
    st.caption(f"The network predicts it with a probability of {confidence(float(subject.probabilities[label]))}.")
    columns = st.columns(3, gap="medium")
    with columns[0]:
        _cam(subject, label)
    with columns[1]:
        heat = subject.ask.saliency(subject.image, label)
        _picture("Saliency", overlay_url(subject.image, heat), SALIENCY_LIMIT)
    with columns[2]:
        falls, side = subject.ask.occlusion(subject.image, label)
        biggest = max(float(falls.max()), 0.0)
        words = f"Covering {side}×{side} pixels lowers the probability by at most {percent(biggest)}. {OCCLUSION_LIMIT}"
        if biggest < LEAST_FALL:
            falls, words = (
                np.zeros_like(falls),
                f"Covering any single patch of {side}×{side} pixels changes nothing. {OCCLUSION_LIMIT}",
            )
        _picture("Occlusion", overlay_url(subject.image, falls), words)


def _cam(subject: Subject, label: int) -> None:
    maps = maps_of_image(subject.architecture, subject.traced, subject.image.shape)
    if not maps:
        st.caption("Grad-CAM needs a layer with feature maps; this network has none.")
        return
    heat = subject.ask.grad_cam(subject.image, label, maps[-1])
    words = CAM_LIMIT if heat.any() else f"Layer {maps[-1] + 1} shows no evidence for this class. {CAM_LIMIT}"
    _picture(f"Grad-CAM, layer {maps[-1] + 1}", overlay_url(subject.image, heat), words)


def maps_of_image(architecture: Architecture, traced: Trace, image: Shape) -> list[int]:
    """The layers, from 0, whose maps lie over the image (height, width, channels) as it is.

    Behind a Reshape a map does so where it has the image's rows again, and nothing has mixed them before.
    """
    found, mixed = [], False
    for layer, row in zip(architecture.layers, traced.rows, strict=False):
        mixed |= isinstance(layer, Dense)
        if isinstance(layer, Reshape) and not layer.keeps_places(row.input_shape):
            mixed |= row.output_shape not in views(image)
        if len(row.output_shape) == 3 and not mixed:
            found.append(row.index)
    return found


def _picture(title: str, url: str, limit: str) -> None:
    st.html(
        f'<figure class="cnn-heat"><figcaption>{title}</figcaption><img src="{url}" alt="{title}, laid over the image">'
        f"<p>{limit}</p></figure>"
    )
