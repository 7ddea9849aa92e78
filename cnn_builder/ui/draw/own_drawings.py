"""The drawings people saved with their labels: how many, the latest ones, and a network's accuracy on them."""

from collections.abc import Collection
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import DatasetInfo
from cnn_builder.data.sets.drawing_set import drawing_counts, drawings_refusal
from cnn_builder.data.sets.user_drawings import OwnDrawing, OwnDrawings, is_test
from cnn_builder.figures.locale_text import number_text
from cnn_builder.figures.tiles import png_url
from cnn_builder.runs import NO_DATASET, Run
from cnn_builder.runs.image_kind import image_kind
from cnn_builder.runs.workers.service_api import Questions
from cnn_builder.ui import server, state
from cnn_builder.ui.shared.drawing_result import drawing_result
from cnn_builder.ui.shared.errors import callback, fragment
from cnn_builder.ui.shared.text import plain
from cnn_builder.ui.shared.user_pictures import own_drawings

LAST = 24
_TESTED = "tested"
_CSS = Path(__file__).with_name("own_drawings.css")


@dataclass(frozen=True)
class DrawingPredictions:
    """A run's predictions for the drawings: the most probable class, from 0, by file name."""

    run_id: str
    read: dict[str, int]

    def words(self, drawings: list[OwnDrawing], learned: Collection[bytes] = ()) -> str:
        """ "Your drawings: 17 of 20 classified correctly." Those saved since then are not counted.

        Args:
            learned: pixels of the drawings that the run was trained on, which are counted apart.
        """
        tested = [drawing for drawing in drawings if drawing.name in self.read]
        known = [drawing for drawing in tested if drawing.image.tobytes() in learned]
        new = [drawing for drawing in tested if drawing not in known]
        whose = "Drawings it was not trained on" if known else "Your drawings"
        said = f"{whose}: {number_text(self._right(new))} of {number_text(len(new))} classified correctly."
        return (
            f"{said} Of those it was trained on: {number_text(self._right(known))} of {number_text(len(known))}."
            if known
            else said
        )

    def _right(self, drawings: list[OwnDrawing]) -> int:
        return sum(self.read[drawing.name] == drawing.label for drawing in drawings)


def score(run_id: str, drawings: list[OwnDrawing], ask: Questions) -> DrawingPredictions:
    """Ask the run about each drawing. Raises ServiceError."""
    return DrawingPredictions(
        run_id, {drawing.name: int(np.argmax(ask.probabilities(drawing.image))) for drawing in drawings}
    )


def own_drawings_panel(run: Run) -> None:
    """The expander below the canvas; nothing while no drawing is kept."""
    if run.dataset == NO_DATASET:
        return
    drawing_result(run)
    info = image_kind(run)
    kept = own_drawings(info)
    try:
        names = kept.names()
    except CnnBuilderError as error:
        st.error(plain(str(error)))
        return
    if names:
        with st.expander(
            f"Your own drawings ({number_text(len(names))})", key="own-drawings", on_change="rerun"
        ) as opened:
            if opened.open:
                _kept(run, info, kept, names)


@fragment
def _kept(run: Run, info: DatasetInfo, kept: OwnDrawings, names: list[str]) -> None:
    found = kept.load(names)
    result = state.draw_state().get(_TESTED)
    result = result if isinstance(result, DrawingPredictions) and result.run_id == run.run_id else None
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Test the network on these drawings", key="own-test"):
            try:
                result = score(run.run_id, found, Questions(server.service(), run.run_id))
            except CnnBuilderError as error:
                st.error(plain(str(error)))
            else:
                state.set_drawing({**state.draw_state(), _TESTED: result})
        if result is not None:
            st.markdown(f"**{result.words(found, _learned(run))}**")
    st.html(_CSS)
    st.html(sheet(found[:LAST], info, result))
    _to_train(run, kept, names)
    if len(found) < len(names):
        st.caption(f"Left out: {len(names) - len(found)} files that cannot be opened.")
    _deleting(info, kept, found)


def _learned(run: Run) -> set[bytes]:
    """Pixels of the drawings that the run was trained on. Raises StoreError, DatasetError."""
    kept = server.store().drawings(run.run_id) if run.drawings else None
    return set() if kept is None else {image.tobytes() for image in kept.x_train}


def _to_train(run: Run, kept: OwnDrawings, names: list[str]) -> None:
    """What the drawings are good for besides; one click fills the form of Train with it."""
    train, test = drawing_counts(names)
    reason = drawings_refusal(kept, train, test)
    if reason is not None:
        st.caption(plain(f"A network can be trained on your drawings, too. {reason.replace(' on the Draw page', '')}"))
        return
    if st.button(
        "Train this network on them, too", key="own-train", icon=":material/model_training:",
        on_click=callback(_ask_to_train), args=(run,),
    ):  # fmt: skip
        st.switch_page("pages/train.py", query_params={state.DOC_PARAM: state.document_id()})
    st.caption(
        f"{number_text(train)} of them are added to the training images; the {number_text(test)} marked “test” "
        f"only test the network."
    )


def _ask_to_train(run: Run) -> None:
    state.set_document(state.document().opened(run.architecture, run.dataset))
    state.offer_training({**run.settings.model_dump(), "own_drawings": True})


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
        if st.button("Delete selected", key="own-delete-now", disabled=not chosen):
            try:
                for name in chosen:
                    kept.delete(name)
            except CnnBuilderError as error:
                st.error(plain(str(error)))
            else:
                st.rerun()


def sheet(drawings: list[OwnDrawing], info: DatasetInfo, result: DrawingPredictions | None) -> str:
    """The drawings as numbered tiles, with their classes; test drawings and misclassified ones are marked."""
    tiles = []
    for number, drawing in enumerate(drawings, 1):
        name = escape(info.classes[drawing.label])
        kind = '<span class="test">test</span>' if is_test(drawing.name) else ""
        read = None if result is None else result.read.get(drawing.name)
        wrong = (
            ""
            if read is None or read == drawing.label
            else f'<span class="wrong">predicted {escape(info.classes[read])}</span>'
        )
        tiles.append(
            f'<li><img src="{png_url(drawing.image)}" alt="Drawing {number}"><span>{number} · {name}</span>'
            f"{kind}{wrong}</li>"
        )
    return f'<ol class="cnn-own">{"".join(tiles)}</ol>'
