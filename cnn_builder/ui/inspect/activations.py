"""The Activations view: a layer's activations for the image, and its filters."""

import numpy as np
import streamlit as st

from cnn_builder.architecture.layers.base import times
from cnn_builder.figures.kernel import decimal_text
from cnn_builder.figures.locale_text import number_text
from cnn_builder.figures.percentages import percent
from cnn_builder.figures.tiles import tiles_html
from cnn_builder.ui.inspect.subject import Subject

_LAYER, _OWN, _SOURCE = "inspect-layer", "inspect-own-scale", "inspect-filter-input"
MOST_TILES = 1024


def layer_names(subject: Subject) -> list[str]:
    """``"1 · Conv2D · 26×26×32"`` for every layer."""
    return [f"{row.index + 1} · {row.type} · {times(row.output_shape)}" for row in subject.traced.rows]


def activations(subject: Subject) -> None:
    names = layer_names(subject)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        name = st.selectbox("Layer", names, key=_LAYER, width=360)
        each_own = st.toggle(
            "Own scale", key=_OWN, help="Each map gets its own colour scale, so that weak activations show, too."
        )
    index = names.index(name)
    values = subject.ask.activations(subject.image, index)
    maps = as_maps(values)
    st.caption(maps_summary(maps))
    shown = maps[:MOST_TILES]
    st.html(tiles_html(shown, [_name(place, one) for place, one in enumerate(shown)], f"Output of {name}", each_own))
    if len(maps) > MOST_TILES:
        st.caption(f"Only the first {number_text(MOST_TILES)} of {number_text(len(maps))} are shown.")
    kernel = subject.ask.weights(index).get("kernel")
    if kernel is not None and kernel.ndim == 4 and max(kernel.shape[:2]) > 1:
        _filters(kernel, getattr(subject.architecture.layers[index], "groups", 1) > 1)


def as_maps(values: np.ndarray) -> np.ndarray:
    """A layer's output as maps (n, height, width): one a channel, one where there is no channel axis, one a number."""
    if values.ndim == 3:
        return np.moveaxis(values, -1, 0)
    return values[np.newaxis] if values.ndim == 2 else values.reshape(-1, 1, 1)


def maps_summary(maps: np.ndarray) -> str:
    """How many maps there are, their range, and how many of them are zero everywhere."""
    zero = int((maps.reshape(len(maps), -1) == 0).all(axis=1).sum())
    kind = "feature map" if maps[0].size > 1 else "activation"
    count = f"1 {kind}" if len(maps) == 1 else f"{number_text(len(maps))} {kind}s"
    words = f"{count}, from {decimal_text(float(maps.min()))} to {decimal_text(float(maps.max()))}"
    return f"{words}; {number_text(zero)} of them zero for this image" if zero else words


def _name(place: int, values: np.ndarray) -> str:
    if values.size == 1:
        return f"{place + 1}: {decimal_text(float(values.flat[0]))}"
    active = float((values != 0).mean())
    return f"{place + 1}: maximum {decimal_text(float(values.max()))}, nonzero at {percent(active, 0)} of its positions"


def _filters(kernel: np.ndarray, grouped: bool) -> None:
    """The weights, one tile per filter, for one input channel; of a grouped convolution, of each filter's group."""
    channels = kernel.shape[2]
    st.markdown("## Filters")
    channel = 1
    if channels > 1:
        help = "Counted within the filter's own group." if grouped else None
        channel = int(st.number_input("Input channel", 1, channels, key=_SOURCE, help=help))
    weights = kernel[:, :, min(channel, channels) - 1, :]
    tiles = np.moveaxis(weights, -1, 0)[:MOST_TILES]
    st.caption("Red weights are positive, blue ones negative.")
    st.html(tiles_html(tiles, [f"Filter {place + 1}" for place in range(len(tiles))], "Filters of the layer"))
