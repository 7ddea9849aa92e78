"""The Embedding view: test images as points by the input of the network's last layer, coloured by class."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from cnn_builder.figures.embedding_scatter import embedding_scatter
from cnn_builder.figures.locale_text import number_text
from cnn_builder.figures.percentages import percent
from cnn_builder.figures.tiles import png_url
from cnn_builder.runs.workers.service_api import EmbeddingAnswer
from cnn_builder.ui.inspect.subject import Subject
from cnn_builder.ui.shared.prediction import class_phrase
from cnn_builder.ui.shared.reader import localized

_CHART = "inspect-embedding"


def embedding(subject: Subject) -> None:
    found = subject.ask.embedding()
    right = percent(float((found.labels == found.predicted).mean()))
    first, second = (percent(float(one), 0) for one in found.shares)
    st.caption(
        f"{which_images(len(found.labels), subject.test_images)}, {right} classified correctly. The two axes "
        f"are the first principal components of the last layer's input and hold {first} and {second} of the "
        "variance: points that overlap here may be apart in other dimensions. Click a point to see its image."
    )
    figure: go.Figure = embedding_scatter(found.points, found.labels, found.predicted, subject.info.classes)
    chosen = st.plotly_chart(
        localized(figure),
        key=f"{_CHART}-{subject.run.run_id}",
        on_select="rerun",
        selection_mode="points",
        width="stretch",
    )
    picked = [int(np.ravel(point["customdata"])[0]) for point in chosen["selection"]["points"][:6]]
    if picked:
        st.html(f'<div class="cnn-picked">{"".join(_card(subject, found, index) for index in picked)}</div>')


def which_images(shown: int, all_images: int) -> str:
    """ "360 test images", or "The first 1,000 of 10,000 test images"."""
    return (
        f"{number_text(shown)} test images"
        if shown >= all_images
        else f"The first {number_text(shown)} of {number_text(all_images)} test images"
    )


def _card(subject: Subject, found: EmbeddingAnswer, index: int) -> str:
    image, label, _ = subject.ask.test_image(index)
    predicted = int(found.predicted[index])
    words = f"Test image {index + 1}: {class_phrase(subject.info.classes[label], subject.info)}"
    if predicted != label:
        words += f', predicted as <b class="wrong">{class_phrase(subject.info.classes[predicted], subject.info)}</b>'
    return f'<figure><img src="{png_url(image)}" alt="Test image {index + 1}"><figcaption>{words}</figcaption></figure>'
