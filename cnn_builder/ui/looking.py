"""What is kept for the views that explain a network: the output place looked at, the batch size; who measures here."""

from typing import Any

import streamlit as st

from cnn_builder.runs.calibration import Calibrator
from cnn_builder.settings import Settings
from cnn_builder.ui import state

_PLACES, _BATCH = "looked_at_places", "looked_at_batch"
DEFAULT_BATCH = 32


def place(layer_key: str, height: int, width: int) -> tuple[int, int]:
    """The output place (row, column), from 0, that is looked at in a layer; inside its ``height`` × ``width`` map."""
    row, column = _places().get(layer_key, (0, 0))
    return min(row, height - 1), min(column, width - 1)


def set_place(layer_key: str, row: int, column: int) -> None:
    _places()[layer_key] = (row, column)


def batch_size() -> int:
    """Images a step, for the estimates."""
    kept: int = st.session_state.get(_BATCH, DEFAULT_BATCH)
    return kept


def set_batch_size(size: int) -> None:
    st.session_state[_BATCH] = size


def _places() -> dict[str, Any]:
    kept: dict[str, Any] = st.session_state.setdefault(_PLACES, {})
    return kept


def calibrator() -> Calibrator:
    """The server's: it has this machine measured when nothing trains."""
    now = state.settings()
    return _calibrator(repr(now), now)


@st.cache_resource(show_spinner=False)
def _calibrator(key: str, _settings: Settings) -> Calibrator:
    store = state.store()
    return Calibrator(_settings, lambda: bool(store.active()))
