"""The Layers view of a run: weights, gradients and activations of each layer over the epochs, and its first filters."""

from pathlib import Path

import streamlit as st

from cnn_builder.figures.layer_statistics import (
    epochs_table,
    filters_html,
    histogram_chart,
    layers_table,
    layers_words,
    of_layer,
)
from cnn_builder.runs import Run
from cnn_builder.runs.layer_statistics.kept import read_statistics
from cnn_builder.runs.layer_statistics.statistics import QUANTITIES, EpochStatistics
from cnn_builder.ui import server
from cnn_builder.ui.shared.reader import localized

_STYLE = Path(__file__).with_name("layer_view.css")
CURVES, LAYERS = "Curves", "Layers"


def chosen_view() -> str:
    """The view of the run that is shown: its curves or its layers."""
    chosen = st.segmented_control(
        "View of the run", [CURVES, LAYERS], default=CURVES, key="run-view", required=True, label_visibility="collapsed"
    )
    return str(chosen)


def layer_view(run: Run) -> None:
    """Show what was kept of the layers so far. Part of the live fragment: it is drawn again with each poll."""
    st.html(_STYLE)
    epochs = read_statistics(server.settings().run_folder(run.run_id))
    if not epochs:
        st.info(_nothing(run))
        return
    latest = epochs[-1]
    st.caption(layers_words(latest))
    st.html(layers_table(latest))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        names = {layer.index: f"{layer.index + 1} · {layer.type}" for layer in latest.layers}
        index = st.selectbox("Layer", list(names), format_func=names.__getitem__, key=f"layers-{run.run_id}", width=280)
        quantity = st.segmented_control(
            "Distribution of", QUANTITIES, default=QUANTITIES[0], format_func=str.capitalize, required=True,
            key="layers-quantity",
        )  # fmt: skip
    _over_epochs(epochs, index, str(quantity))
    pictures = filters_html(epochs)
    if pictures:
        st.markdown("**Filters of the first convolution, by epoch**")
        st.html(pictures)


def _over_epochs(epochs: tuple[EpochStatistics, ...], index: int, quantity: str) -> None:
    found = of_layer(epochs, index, quantity)
    if not found:
        st.caption(f"Layer {index + 1} has no {quantity} to show." if quantity != "activations" else "None were kept.")
        return
    chart = histogram_chart(found, quantity)
    st.plotly_chart(localized(chart), key="layers-chart", width="stretch", config={"displayModeBar": False})
    with st.expander("Numbers"):
        st.html(epochs_table(found))


def _nothing(run: Run) -> str:
    if run.is_active and not run.step:
        return "The layers are shown as soon as the training begins."
    if not server.settings().layer_statistics:
        return "No statistics are kept: CNN_BUILDER_LAYER_STATISTICS is false."
    return "No statistics of the layers were kept of this run."
