"""What the Inspect page looks at: one network at one moment, and one image in it."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from cnn_builder.architecture import Architecture, Trace, trace
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import DATASETS, DatasetInfo, prepare, read_image
from cnn_builder.figures.tiles import png_url
from cnn_builder.runs import Run
from cnn_builder.runs.questions import Questions
from cnn_builder.ui import state
from cnn_builder.ui.drawing import PICTURES, sketched
from cnn_builder.ui.reading import percent, thing

SOURCES = ("Test image", "From Draw", "File")
_SOURCE, _INDEX, _FILE = "inspect-source", "inspect-test-image", "inspect-file"


@dataclass(frozen=True)
class Subject:
    """A run's network, and the uint8 image (height, width, channels) it is asked about."""

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
    def top(self) -> int:
        """The likeliest class, from 0."""
        return int(np.argmax(self.probabilities))


def choose_subject(run: Run, ask: Questions) -> Subject | None:
    """The image, chosen by the user, with what the network reads in it; None where there is none yet."""
    info = DATASETS[run.dataset]
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="inspect-image"):
        source = st.segmented_control("Image", SOURCES, default=SOURCES[0], key=_SOURCE, required=True)
        found = _from(source, run, info, ask)
        if found is None:
            return None
        image, actual = found
        subject = Subject(run, info, ask, image, ask.probabilities(image), actual)
        st.html(_shown(subject), width="content")
    return subject


def _from(source: str, run: Run, info: DatasetInfo, ask: Questions) -> tuple[np.ndarray, int | None] | None:
    if source == "From Draw":
        image = sketched(run)
        if image is None:
            st.info("Nothing is drawn for this network yet.")
            st.page_link("pages/draw.py", label="Draw something", icon="✏️")
        return None if image is None else (image, None)
    if source == "File":
        return _from_file(info)
    _, _, count = ask.test_image(0)
    number = st.number_input(f"Number, 1 to {count:,}", 1, count, key=_INDEX, width=160)
    found, label, _ = ask.test_image(int(number) - 1)
    return found, label


def _from_file(info: DatasetInfo) -> tuple[np.ndarray, int | None] | None:
    upload = st.file_uploader("A picture", type=PICTURES, key=_FILE)
    if upload is None:
        return None
    try:
        prepared = prepare(read_image(upload.getvalue()), info)
    except CnnBuilderError as error:
        st.error(str(error))
        return None
    if prepared.image is None:
        st.warning(prepared.refused or "There is nothing to read in it.")
        return None
    return prepared.image, None


def _shown(subject: Subject) -> str:
    read = thing(subject.info.classes[subject.top], subject.info)
    words = f"Read as <b>{read}</b>, {percent(float(subject.probabilities[subject.top]))} sure"
    if subject.actual is not None:
        right = subject.actual == subject.top
        truth = "which is right" if right else f"but it is {thing(subject.info.classes[subject.actual], subject.info)}"
        words += f'<br><span class="{"right" if right else "wrong"}">{truth}</span>'
    return f'<div class="cnn-subject"><img src="{png_url(subject.image)}" alt="The image"><p>{words}</p></div>'


def at_epoch(subject: Subject, epoch: int | None) -> Subject:
    """The same image, asked of the network as it was after an epoch (None: of the best)."""
    ask = Questions(state.service(), subject.run.run_id, epoch)
    return replace(subject, ask=ask, probabilities=ask.probabilities(subject.image))
