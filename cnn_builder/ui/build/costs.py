"""The Costs view: where parameters, multiply-adds and memory live, and how long an epoch will take."""

import streamlit as st

from cnn_builder.architecture import Architecture, Trace
from cnn_builder.architecture.memory import (
    BYTES_PER_NUMBER,
    activation_counts,
    bytes_text,
    inference_bytes,
    training_memory,
)
from cnn_builder.data import describe, find_dataset
from cnn_builder.documents.document import Document
from cnn_builder.figures.bars import Bar, bars_html
from cnn_builder.figures.colours import CATEGORY_COLOURS, INPUT_COLOUR
from cnn_builder.figures.locale_text import number_text
from cnn_builder.figures.memory_table import memory_table
from cnn_builder.figures.quantities import seconds_text
from cnn_builder.limits import MAX_BATCH_SIZE
from cnn_builder.runs import RunSettings, StoreError
from cnn_builder.runs.forecast import ADAM_SLOTS, Calibration, forecast
from cnn_builder.runs.forecast.calibration import Standing
from cnn_builder.runs.forecast.forecast_check import last_like
from cnn_builder.runs.image_counts import images_of
from cnn_builder.ui import server
from cnn_builder.ui.shared import analysis_state
from cnn_builder.ui.shared.errors import callback, fragment
from cnn_builder.ui.shared.text import plain

POLL = "1s"


def costs(document: Document, traced: Trace) -> None:
    """Bars for parameters, multiply-adds and activations, the memory, and the forecast."""
    batch = _batch_size()
    with st.container(key="costs"):
        left, middle, right = st.columns(3, gap="medium")
        left.html(bars_html("Parameters", _bars(document, [row.params for row in traced.rows])))
        middle.html(bars_html("MACs an image", _bars(document, [row.macs for row in traced.rows])))
        numbers = [BYTES_PER_NUMBER * batch * count for count in activation_counts(traced)]
        rows = [Bar("Input", numbers[0], INPUT_COLOUR), *_bars(document, numbers[1:])]
        right.html(bars_html(f"Activations of {batch}", rows, bytes_text))
        left, right = st.columns(2, gap="large")
        with left:
            st.markdown("### Memory")
            st.html(memory_table(training_memory(traced, batch, ADAM_SLOTS), batch, inference_bytes(traced)))
        with right:
            st.markdown("### Time")
            _time(document, traced, batch)


def _batch_size() -> int:
    """The batch the estimates are for."""
    kept, key = analysis_state.batch_size(), "costs-batch-field"
    st.session_state[key] = kept

    def changed() -> None:
        analysis_state.set_batch_size(st.session_state[key])

    with st.container(width=180):
        st.number_input(
            "Batch size", 1, MAX_BATCH_SIZE, key=key, on_change=callback(changed), help="Images a training step."
        )
    return kept


def _bars(document: Document, amounts: list[int]) -> list[Bar]:
    """A bar for each layer that is reached."""
    layers = document.architecture.layers
    return [
        Bar(f"{place} {layer.type}", amount, CATEGORY_COLOURS.get(layer.category, "currentColor"))
        for place, (layer, amount) in enumerate(zip(layers, amounts, strict=False), 1)
    ]


# The forecast --------------------------------------------------------------------------------------------


def _time(document: Document, traced: Trace, batch: int) -> None:
    if traced.error is not None:
        st.caption("The network does not fit together yet, so it cannot be trained.")
        return
    if not traced.trainable_params:
        st.caption("Nothing in this network can be trained yet.")
        return
    if find_dataset(document.dataset) is None:
        st.caption("Choose a data set for a forecast.")
        return
    standing = analysis_state.calibrator().poll()
    # A timer runs only while there is something to wait for; when it is over, the page draws this without one.
    if standing.status in analysis_state.UNMEASURED:
        fragment(_wait, run_every=POLL)()
    else:
        show(standing, document, batch)


def _wait() -> None:
    status = analysis_state.calibrator().poll().status
    if status not in analysis_state.UNMEASURED:
        st.rerun()
    st.caption(analysis_state.measuring_words(status))


def show(standing: Standing, document: Document, batch: int) -> None:
    """The forecast, or why there is none."""
    if standing.calibration is None:
        st.error(f"There is no forecast: {plain(standing.reason)}.")
        st.button("Measure again", key="calibrate-again", on_click=callback(analysis_state.calibrator().again))
        return
    info = describe(document.dataset)
    images, validated = images_of(info, RunSettings())
    expected = forecast(standing.calibration, document.architecture, images, validated, batch)
    st.markdown(f"About **{seconds_text(expected.seconds)}** an epoch")
    st.caption(
        f"An estimate for {_measured(standing.calibration)}: {plain(info.title)}, {number_text(images)} images in "
        f"{number_text(expected.steps)} steps of {batch} with Adam, then {number_text(validated)} images to validate "
        "on. The first epoch takes a second or two more."
    )
    if standing.calibration.busy:
        st.caption("This machine was busy with something else when it was measured, so this may be too long.")
    _hindsight(standing.calibration, document.architecture, document.dataset)
    st.button(
        "Measure this machine again",
        key="calibrate-again",
        type="tertiary",
        on_click=callback(analysis_state.calibrator().again),
    )


def _measured(calibration: Calibration) -> str:
    """What the forecast is for."""
    return f"this machine ({plain(calibration.device)})" if calibration.device else "this machine"


def _hindsight(calibration: Calibration, architecture: Architecture, dataset: str) -> None:
    """The last run of this network, held against its forecast."""
    try:
        taken = last_like(server.store(), calibration, architecture, dataset)
    except StoreError as error:
        st.caption(plain(str(error)))
        return
    if taken is not None:
        st.caption(
            f"The last run of this network, with its own settings: forecast {seconds_text(taken.forecast)} an epoch, "
            f"took {seconds_text(taken.seconds)}."
        )
