"""The bar above the stack: name, where to start from, data set, saved networks, share."""

from collections.abc import Callable

import streamlit as st

from cnn_builder.architecture import PRESETS, Architecture
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.architecture.input_shapes import view_like
from cnn_builder.data import find_dataset
from cnn_builder.documents.document import Document
from cnn_builder.limits import MAX_NAME
from cnn_builder.ui import state
from cnn_builder.ui.build.code_import import code_import, show_import
from cnn_builder.ui.build.saved_networks import saved_networks
from cnn_builder.ui.build.share import share_button
from cnn_builder.ui.build.training_offer import training_offer
from cnn_builder.ui.shared.dataset_choice import choice_title, dataset_choices
from cnn_builder.ui.shared.lesson_text import lesson_button
from cnn_builder.ui.shared.linked_field import linked
from cnn_builder.ui.shared.text import plain

_NAME, _PRESET, _DATASET = "bar-name", "bar-preset", "bar-dataset"
_CODE, _EMPTY = "Paste Keras code", "Empty"
_STORIES = {_CODE: "Or open a .py, .ipynb, .json, .keras or .h5 file.", _EMPTY: "Only the input; every layer is yours."}


def bar(document: Document) -> None:
    """The row of choices about the whole network."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="bar"):
        st.text_input("Name", max_chars=MAX_NAME, **linked(_NAME, document.architecture.name, _rename))
        starts, datasets = [_CODE, *PRESETS, _EMPTY], dataset_choices(document.dataset)
        st.selectbox(
            "Start from", starts, index=None, placeholder="Lesson, classic, code",
            format_func=_preset_title, filter_mode="contains", **linked(_PRESET, None, _open_preset, starts),
        )  # fmt: skip
        st.selectbox(
            "Data set", datasets, format_func=_dataset_title,
            **linked(_DATASET, document.dataset, _choose_dataset, datasets),
        )  # fmt: skip
        with st.container(horizontal=True, gap="xsmall", key="bar-buttons", width="content"):
            saved_networks(document)
            share_button(document)
            lesson_button(document.architecture.name, "bar-lesson")
    code_import()
    training_offer()
    state.set_toolbar_shows(shows(document))


def shows(document: Document) -> tuple[str, str]:
    """What of the document the bar shows: an edit that leaves it alone need not draw the bar again."""
    return document.architecture.name, document.dataset


def message() -> None:
    """What was refused since the page was last drawn."""
    told = state.told()
    if told:
        st.error(plain(told))


def _preset_title(name: str) -> str:
    return f"{name} · {PRESETS[name].story if name in PRESETS else _STORIES[name]}"


def _dataset_title(name: str) -> str:
    info = find_dataset(name)
    if info is None:
        return choice_title(name)
    return f"{info.title} · {'×'.join(map(str, info.input_shape))}"


def _rename(name: str) -> None:
    _guarded(lambda: _with(state.document().architecture.with_name(name)))


def _with(architecture: Architecture) -> None:
    state.set_document(state.document().with_architecture(architecture))


def _open_preset(name: str | None) -> None:
    document = state.document()
    if name == _CODE:
        show_import()
        state.linked_fields().pop(_PRESET, None)  # it may be chosen again at once: the panel can be cancelled
    elif name == _EMPTY:
        state.set_document(document.opened(Architecture(document.architecture.input_shape)))
    elif name is not None and (preset := PRESETS.get(name)) is not None:
        state.open_preset(preset)


def _choose_dataset(name: str) -> None:
    document, info = state.document(), find_dataset(name)
    architecture = document.architecture
    if info is None:  # it was deleted while the field was open
        return
    shape = view_like(info.input_shape, architecture.input_shape)
    state.set_document(document.with_architecture(architecture.with_input_shape(shape), name))


def _guarded(action: Callable[[], None]) -> None:
    try:
        action()
    except CnnBuilderError as error:
        state.tell(str(error))
