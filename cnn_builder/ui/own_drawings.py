"""The drawings people kept with their labels: how many, the last ones, and how a network reads them."""

from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import DATASETS, DatasetInfo
from cnn_builder.data.own import OwnDrawing, OwnDrawings
from cnn_builder.figures.tiles import png_url
from cnn_builder.runs import Run
from cnn_builder.runs.questions import Questions
from cnn_builder.ui import state
from cnn_builder.ui.drawing import own_drawings
from cnn_builder.ui.text import plain

LAST = 24
_TESTED = "tested"
_CSS = Path(__file__).with_name("own_drawings.css")


@dataclass(frozen=True)
class Score:
    """How a run reads the drawings: the place of the likeliest class for each name."""

    run_id: str
    read: dict[str, int]

    def words(self, drawings: list[OwnDrawing]) -> str:
        """ "Your drawings: 17 of 20 right." Those kept since then are not counted."""
        tested = [drawing for drawing in drawings if drawing.name in self.read]
        right = sum(self.read[drawing.name] == drawing.label for drawing in tested)
        return f"Your drawings: {right:,} of {len(tested):,} right."


def score(run_id: str, drawings: list[OwnDrawing], ask: Questions) -> Score:
    """Ask the run about each drawing. Raises ServiceError."""
    return Score(run_id, {drawing.name: int(np.argmax(ask.probabilities(drawing.image))) for drawing in drawings})


def own(run: Run) -> None:
    """The expander below the canvas; nothing while no drawing is kept."""
    info = DATASETS[run.dataset]
    kept = own_drawings(info)
    try:
        names = kept.names()
    except CnnBuilderError as error:
        st.error(plain(str(error)))
        return
    if names:
        with st.expander(f"Your own drawings ({len(names):,})", key="own-drawings", on_change="rerun") as opened:
            if opened.open:
                _kept(run, info, kept, names)


@st.fragment
def _kept(run: Run, info: DatasetInfo, kept: OwnDrawings, names: list[str]) -> None:
    found = kept.load(names)
    result = state.drawing().get(_TESTED)
    result = result if isinstance(result, Score) and result.run_id == run.run_id else None
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Test this network on them", key="own-test"):
            try:
                result = score(run.run_id, found, Questions(state.service(), run.run_id))
            except CnnBuilderError as error:
                st.error(plain(str(error)))
            else:
                state.set_drawing({**state.drawing(), _TESTED: result})
        if result is not None:
            st.markdown(f"**{result.words(found)}**")
    st.html(_CSS)
    st.html(sheet(found[:LAST], info, result))
    if len(found) < len(names):
        st.caption(f"{len(names) - len(found)} of the files can't be read; they are left out.")
    _deleting(info, kept, found)


def _deleting(info: DatasetInfo, kept: OwnDrawings, found: list[OwnDrawing]) -> None:
    by_name = {drawing.name: place for place, drawing in enumerate(found[:LAST], 1)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.pills(
            "Delete",
            list(by_name),
            selection_mode="multi",
            format_func=lambda name: f"No. {by_name[name]}",
            key="own-delete",
        )
        if st.button("Delete them", key="own-delete-now", disabled=not chosen):
            try:
                for name in chosen:
                    kept.delete(name)
            except CnnBuilderError as error:
                st.error(plain(str(error)))
            else:
                st.rerun()


def sheet(drawings: list[OwnDrawing], info: DatasetInfo, result: Score | None) -> str:
    """The drawings as numbered tiles, with their classes; those read wrong are marked."""
    tiles = []
    for number, drawing in enumerate(drawings, 1):
        name = escape(info.classes[drawing.label])
        read = None if result is None else result.read.get(drawing.name)
        wrong = (
            ""
            if read is None or read == drawing.label
            else f'<span class="wrong">read {escape(info.classes[read])}</span>'
        )
        tiles.append(
            f'<li><img src="{png_url(drawing.image)}" alt="Drawing {number}"><span>{number} · {name}</span>{wrong}</li>'
        )
    return f'<ol class="cnn-own">{"".join(tiles)}</ol>'
