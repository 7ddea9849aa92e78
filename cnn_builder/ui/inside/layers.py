"""The Layers view: what every filter of a layer makes of the image, and the filters themselves."""

import numpy as np
import streamlit as st

from cnn_builder.architecture.layers.base import times
from cnn_builder.figures.kernel import number
from cnn_builder.figures.tiles import tiles_html
from cnn_builder.ui.inside.subject import Subject

_LAYER, _OWN, _SOURCE = "inspect-layer", "inspect-own-scale", "inspect-filter-input"
MOST_TILES = 1024


def layer_names(subject: Subject) -> list[str]:
    """``"1 · Conv2D · 26×26×32"`` for every layer."""
    return [f"{row.index + 1} · {row.type} · {times(row.output_shape)}" for row in subject.traced.rows]


def layers(subject: Subject) -> None:
    names = layer_names(subject)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        name = st.selectbox("Layer", names, key=_LAYER, width=360)
        each_own = st.toggle("Own scale", key=_OWN, help="Each map on a scale of its own, so that faint ones show.")
    index = names.index(name)
    values = subject.ask.activations(subject.image, index)
    maps = np.moveaxis(values, -1, 0) if values.ndim == 3 else values.reshape(-1, 1, 1)
    st.caption(said(maps))
    shown = maps[:MOST_TILES]
    st.html(tiles_html(shown, [_name(place, one) for place, one in enumerate(shown)], f"Output of {name}", each_own))
    if len(maps) > MOST_TILES:
        st.caption(f"The first {MOST_TILES:,} of {len(maps):,}.")
    kernel = subject.ask.weights(index).get("kernel")
    if kernel is not None and kernel.ndim == 4 and max(kernel.shape[:2]) > 1:
        _filters(kernel, getattr(subject.architecture.layers[index], "groups", 1) > 1)


def said(maps: np.ndarray) -> str:
    """How many maps there are, and how many say nothing for this image."""
    silent = int((maps.reshape(len(maps), -1) == 0).all(axis=1).sum())
    what = "maps" if maps[0].size > 1 else "numbers"
    words = f"{len(maps):,} {what}, from {number(float(maps.min()))} to {number(float(maps.max()))}"
    return f"{words}; {silent:,} are silent for this image" if silent else words


def _name(place: int, values: np.ndarray) -> str:
    if values.size == 1:
        return f"{place + 1}: {number(float(values.flat[0]))}"
    active = float((values != 0).mean())
    return f"{place + 1}: highest {number(float(values.max()))}, not zero in {active:.0%} of its places"


def _filters(kernel: np.ndarray, grouped: bool) -> None:
    """The weights, one tile a filter, for one input channel; of a convolution in groups, of each filter's group."""
    channels = kernel.shape[2]
    st.markdown("#### Filters")
    channel = 1
    if channels > 1:
        help = "Of those in the filter's own group." if grouped else None
        channel = int(st.number_input("Input channel", 1, channels, key=_SOURCE, help=help))
    weights = kernel[:, :, min(channel, channels) - 1, :]
    tiles = np.moveaxis(weights, -1, 0)[:MOST_TILES]
    st.caption("Red weights add where the input is bright, blue ones take away.")
    st.html(tiles_html(tiles, [f"Filter {place + 1}" for place in range(len(tiles))], "Filters of the layer"))
