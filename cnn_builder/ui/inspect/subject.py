"""What the Inspect page examines: one network after one epoch, and one image."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnn_builder.architecture import Architecture, Trace, trace
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import DatasetInfo, prepare
from cnn_builder.data.drawings.uploads import read_upload
from cnn_builder.figures.locale_text import number_text
from cnn_builder.figures.percentages import confidence
from cnn_builder.figures.tiles import png_url
from cnn_builder.runs import NO_DATASET, Run
from cnn_builder.runs.image_kind import image_kind
from cnn_builder.runs.workers.service_api import Questions
from cnn_builder.ui.shared.prediction import class_phrase
from cnn_builder.ui.shared.user_pictures import PICTURES, last_network_input

SOURCES = ("Test image", "From Draw", "File")
_SOURCE, _INDEX, _FILE = "inspect-source", "inspect-test-image", "inspect-file"


@dataclass(frozen=True)
class Subject:
    """A run's network, and the uint8 image (height, width, channels) it classifies."""

    run: Run
    info: DatasetInfo
    ask: Questions
    image: np.ndarray
    probabilities: np.ndarray
    actual: int | None = None

    @property
    def architecture(self) -> Architecture:
        return self.run.architecture

    @property
    def traced(self) -> Trace:
        return trace(self.run.architecture)

    @property
    def test_images(self) -> int:
        """How many test images the run has."""
        return self.ask.test_image(0)[2]

    @property
    def top(self) -> int:
        """The likeliest class, from 0."""
        return int(np.argmax(self.probabilities))


def choose_subject(run: Run, ask: Questions) -> Subject | None:
    """The image chosen by the user, with the network's prediction; None where there is no image yet."""
    info = image_kind(run)
    sources = SOURCES[1:] if run.dataset == NO_DATASET else SOURCES
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="inspect-image"):
        key = _SOURCE if len(sources) == len(SOURCES) else f"{_SOURCE}-own"
        source = st.segmented_control("Image", sources, default=sources[0], key=key, required=True)
        found = _from(source, run, info, ask)
        if found is None:
            return None
        image, actual = found
        subject = Subject(run, info, ask, image, ask.probabilities(image), actual)
        st.html(_shown(subject), width="content")
    return subject


def _from(source: str, run: Run, info: DatasetInfo, ask: Questions) -> tuple[np.ndarray, int | None] | None:
    if source == "From Draw":
        image = last_network_input(run)
        if image is None:
            st.info("There is no drawing for this network yet.")
            st.page_link("pages/draw.py", label="Go to Draw", icon="✏️")
        return None if image is None else (image, None)
    if source == "File":
        return _from_file(info)
    _, _, count = ask.test_image(0)
    number = st.number_input(f"Test image, 1 to {number_text(count)}", 1, count, key=_INDEX, width=200)
    found, label, _ = ask.test_image(int(number) - 1)
    return found, label


def _from_file(info: DatasetInfo) -> tuple[np.ndarray, int | None] | None:
    upload = st.file_uploader("A picture", type=PICTURES, key=_FILE)
    if upload is None:
        return None
    try:
        prepared = prepare(read_upload(upload.getvalue()), info)
    except CnnBuilderError as error:
        st.error(str(error))
        return None
    if prepared.image is None:
        st.warning(prepared.refused or "There is nothing to classify in this picture.")
        return None
    return prepared.image, None


def _shown(subject: Subject) -> str:
    predicted = class_phrase(subject.info.classes[subject.top], subject.info)
    words = f"Predicted: <b>{predicted}</b>, {confidence(float(subject.probabilities[subject.top]))} confidence"
    if subject.actual is not None:
        right = subject.actual == subject.top
        truth = (
            "Correct" if right else f"Wrong: it is {class_phrase(subject.info.classes[subject.actual], subject.info)}"
        )
        words += f'<br><span class="{"right" if right else "wrong"}">{truth}</span>'
    return f'<div class="cnn-subject"><img src="{png_url(subject.image)}" alt="The image"><p>{words}</p></div>'
