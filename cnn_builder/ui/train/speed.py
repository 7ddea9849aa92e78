"""The forecast below the form: how long an epoch will take; this machine is measured for it when nothing trains."""

import streamlit as st

from cnn_builder.figures.quantities import seconds_text
from cnn_builder.runs import RunSettings
from cnn_builder.runs.device import device_words, unused_gpu_words
from cnn_builder.runs.forecast import forecast
from cnn_builder.runs.settings import PRECISIONS
from cnn_builder.ui import server, state
from cnn_builder.ui.shared import analysis_state
from cnn_builder.ui.shared.errors import fragment
from cnn_builder.ui.shared.text import plain

POLL = "1s"


def epoch_seconds(images: tuple[int, int], settings: RunSettings) -> dict[str, float]:
    """How long an epoch will take in each precision; empty where this machine was not measured.

    Args:
        images: how many are trained on, and validated on.
    """
    calibration = analysis_state.calibrator().known()
    if calibration is None:
        return {}
    network, batch = state.document().architecture, settings.batch_size
    seconds = {name: forecast(calibration, network, *images, batch, name).seconds for name in PRECISIONS}
    least, most = sorted(seconds.values())
    # A difference within the error of the estimate is none.
    return seconds if most - least > calibration.error * most else dict.fromkeys(PRECISIONS, seconds["float32"])


def speed(settings: RunSettings, seconds: dict[str, float]) -> None:
    """The time per epoch in one line; where there is none yet, the measurement that it needs, which starts here."""
    if seconds:
        known = analysis_state.calibrator().known()
        device = known.device if known else ""
        where = f" on {plain(device_words(device))}" if device else ""
        st.caption(f"About {seconds_text(seconds[settings.precision])} per epoch{where} (estimate).")
        if unused := unused_gpu_words(device):
            st.caption(plain(unused))
    elif server.settings().calibrate and analysis_state.calibrator().poll().status != "failed":
        fragment(_measuring, run_every=POLL)()


def _measuring() -> None:
    status = analysis_state.calibrator().poll().status
    if status not in analysis_state.UNMEASURED:
        st.rerun()  # the whole page: the form shows the forecast
    st.caption(analysis_state.measuring_words(status))
