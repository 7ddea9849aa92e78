"""The One output view: the input window, the kernel, their products, and the receptive field in the image."""

import numpy as np
import streamlit as st

from cnn_builder.architecture.receptive_field import receptive_field
from cnn_builder.figures.kernel import decimal_text, products_html
from cnn_builder.figures.tiles import png_url
from cnn_builder.runs.workers.service_api import UnitAnswer
from cnn_builder.ui.inspect.activations import layer_names
from cnn_builder.ui.inspect.subject import Subject

_LAYER = "inspect-unit-layer"


def one_output(subject: Subject) -> None:
    windows = [row.index for row in subject.traced.rows if _has_window(subject, row.index)]
    if not windows:
        st.info("This network has no convolution or pooling layer, so no output is computed from a window.")
        return
    names = layer_names(subject)
    name = st.selectbox("Layer", [names[index] for index in windows], key=_LAYER)
    index = names.index(name)
    row, column, channel = _place(subject, index)
    found = subject.ask.unit(subject.image, index, row, column, channel)
    left, right = st.columns([1, 2], gap="large")
    with left:
        st.html(_field(subject, index, row, column))
    with right:
        _sum(subject, index, found, channel)


def _has_window(subject: Subject, index: int) -> bool:
    layer = subject.architecture.layers[index]
    return layer.window() is not None and len(subject.traced.rows[index].output_shape) == 3


def _place(subject: Subject, index: int) -> tuple[int, int, int]:
    """Row, column and channel of the output, from 0; chosen from 1. It starts at the layer's highest activation."""
    shape = subject.traced.rows[index].output_shape
    start = np.unravel_index(int(subject.ask.activations(subject.image, index).argmax()), shape)
    chosen = []
    with st.container(horizontal=True, gap="small"):
        for title, size, first in zip(("Row", "Column", "Channel"), shape, start, strict=True):
            key = f"inspect-unit-{subject.run.run_id}-{index}-{title}"
            st.session_state.setdefault(key, int(first) + 1)
            chosen.append(int(st.number_input(title, 1, size, key=key, width=112)) - 1)
    return chosen[0], chosen[1], chosen[2]


def _field(subject: Subject, index: int, row: int, column: int) -> str:
    height, width = subject.image.shape[:2]
    if subject.traced.rows[index].receptive_field is None:
        return f'<figure class="cnn-field"><div><img src="{png_url(subject.image)}" alt="The image"></div></figure>'
    box = receptive_field(subject.architecture, index, row, column)
    style = (
        f"left:{100 * box.left / width:.3f}%;top:{100 * box.top / height:.3f}%;"
        f"width:{100 * box.width / width:.3f}%;height:{100 * box.height / height:.3f}%"
    )
    seen = f"Receptive field: {box.height}×{box.width} of the image's {height}×{width} pixels."
    return (
        f'<figure class="cnn-field"><div><img src="{png_url(subject.image)}" alt="The image">'
        f'<i style="{style}"></i></div><p>{seen}</p></figure>'
    )


def first_channel(groups: int, outputs: int, inputs: int, channel: int) -> int:
    """The first input channel, from 0, that an output channel of a convolution in groups sees."""
    return channel // (outputs // groups) * (inputs // groups)


def _sum(subject: Subject, index: int, found: UnitAnswer, output: int) -> None:
    layer, row = subject.architecture.layers[index], subject.traced.rows[index]
    channels = found.window.shape[-1]
    first = first_channel(getattr(layer, "groups", 1), row.output_shape[-1], row.input_shape[-1], output)
    channel = 0
    if channels > 1:
        sums = np.nansum(found.window * found.kernel, axis=(0, 1)) if found.kernel is not None else np.zeros(channels)
        order = [int(place) for place in np.argsort(-np.abs(sums), kind="stable")]
        channel = st.selectbox(
            "Input channel",
            order,
            format_func=lambda place: f"{first + place + 1}: contributes {decimal_text(float(sums[place]))}",
            help="Sorted by the size of their contribution.",
        )
    kernel = None if found.kernel is None else found.kernel[..., channel]
    st.html(products_html(found.window[..., channel], kernel))
    st.html(f'<p class="cnn-sum">{sentence(found, channels, getattr(layer, "activation", None))}</p>')


def sentence(found: UnitAnswer, channels: int, activation: str | None) -> str:
    """How the output number comes about, in one line."""
    if found.kernel is None:
        return f"The output is <b>{decimal_text(found.output)}</b>."
    over = f"over {channels} input channels" if channels > 1 else "of the products"
    parts = [f"sum {over} {decimal_text(found.total - found.bias)}", f"bias {decimal_text(found.bias)}"]
    after = "" if activation in (None, "linear") else f" → {activation} → <b>{decimal_text(found.output)}</b>"
    total = decimal_text(found.total)
    return f"{' + '.join(parts)} = {total if after else f'<b>{total}</b>'}{after}"
