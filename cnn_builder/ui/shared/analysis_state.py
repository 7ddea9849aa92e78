"""What is kept for the views that explain a network: the output place looked at, the batch size; who measures here."""

from typing import Any

import streamlit as st

from cnn_builder.runs.forecast.calibration import Calibrator
from cnn_builder.settings import Settings
from cnn_builder.ui import server, state

DEFAULT_BATCH = 32
UNMEASURED = ("measuring", "waiting")
"""Where the measurement of this machine stands while there is something to wait for."""


def output_place(layer_key: str, height: int, width: int) -> tuple[int, int]:
    """The output place (row, column), from 0, that is looked at in a layer; inside its ``height`` × ``width`` map."""
    row, column = _places().get(layer_key, (0, 0))
    return min(row, height - 1), min(column, width - 1)


def set_place(layer_key: str, row: int, column: int) -> None:
    _places()[layer_key] = (row, column)


def batch_size() -> int:
    """Images a step, for the estimates."""
    kept: int = st.session_state.get(state.BATCH_SIZE, DEFAULT_BATCH)
    return kept


def set_batch_size(size: int) -> None:
    st.session_state[state.BATCH_SIZE] = size


def _places() -> dict[str, Any]:
    kept: dict[str, Any] = st.session_state.setdefault(state.OUTPUT_PLACES, {})
    return kept


def calibrator() -> Calibrator:
    """The server's: it has this machine measured when nothing trains."""
    now = server.machine_settings()
    return _calibrator(repr(now), now)


@st.cache_resource(show_spinner=False)
def _calibrator(key: str, _settings: Settings) -> Calibrator:
    store = server.machine_store()
    return Calibrator(_settings, lambda: bool(store.active()), last_device=store.last_device)


def measuring_words(status: str) -> str:
    """What is said while this machine is not measured yet; the same on every page."""
    if status == "waiting":
        return ":material/timer: A run is training: this machine is measured for the time per epoch when it has ended."
    return ":material/timer: Measuring this machine for the time per epoch, once, for about 15 seconds …"
