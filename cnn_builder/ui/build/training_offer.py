"""What opened code says of its training, offered to the training form; and what of it is passed over."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from cnn_builder.architecture.reader import TrainingCode
from cnn_builder.data import describe, find_dataset
from cnn_builder.runs.settings import field_errors
from cnn_builder.runs.settings.words import VALIDATION, setting_words, validation_words
from cnn_builder.ui import state
from cnn_builder.ui.shared.errors import callback
from cnn_builder.ui.shared.text import plain

_UNSET = {"validation_split": 0.0, "validation_data": "split"}
"""What Keras' fit validates on where the code does not say."""


@dataclass(frozen=True)
class _Offer:
    settings: dict[str, Any]
    dataset: str | None
    passed_over: tuple[str, ...]


def keep_offer(training: TrainingCode) -> None:
    """Keep what code says, to be offered when the page is drawn; settings that no run can have are passed over."""
    wrong = field_errors(training.settings)
    over = [*training.passed_over, *(f"{name}: expected {error.expected}" for name, error in wrong.items())]
    dataset = training.dataset
    if dataset is not None and find_dataset(dataset) is None:
        over.append(f"the data set {dataset}")
        dataset = None
    settings = {name: value for name, value in training.settings.items() if name not in wrong}
    st.session_state[state.TRAINING_OFFER] = _Offer(settings, dataset, tuple(over)) if training else None


def training_offer() -> None:
    """The offer, until it is taken or closed."""
    if st.session_state.pop(state.TRAINING_TAKEN, False):
        st.success("The training form has these settings now.")
    offer: _Offer | None = st.session_state.get(state.TRAINING_OFFER)
    if offer is None:
        return
    with st.container(key="training-offer", border=True, gap="small"):
        if said := _words(offer):
            st.markdown(f"The code also says how it is trained: {plain(' · '.join(said))}")
        if offer.passed_over:
            st.caption(f"Passed over: {plain('; '.join(offer.passed_over))}.")
        with st.container(horizontal=True, gap="xsmall"):
            if said:
                st.button("Use it for training", key="training-use", type="primary", on_click=_use, args=(offer,))
            st.button("Close", key="training-close", on_click=_close)


def _words(offer: _Offer) -> list[str]:
    """The data set and each setting, in the words in which a run says them."""
    words = [describe(offer.dataset).title] if offer.dataset else []
    words += [setting_words(name, value) for name, value in offer.settings.items() if name not in VALIDATION]
    if offer.settings.keys() & set(VALIDATION):
        words.append(validation_words(*({**_UNSET, **offer.settings}[name] for name in VALIDATION)))
    return words


@callback
def _use(offer: _Offer) -> None:
    document = state.document()
    if offer.dataset is not None:
        state.set_document(document.with_architecture(document.architecture, offer.dataset))
    if offer.settings:
        state.offer_training(offer.settings)
    st.session_state[state.TRAINING_TAKEN] = True
    _close()


@callback
def _close() -> None:
    st.session_state.pop(state.TRAINING_OFFER, None)
