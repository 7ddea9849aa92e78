"""The network's sizes in one line, and the story of the preset that it is."""

from html import escape

import streamlit as st

from cnn_builder.architecture import PRESETS, Architecture, Trace
from cnn_builder.architecture.layers.base import times

_MACS = "Multiply-adds: one multiplication and one addition each, for one image"


def totals(architecture: Architecture, traced: Trace) -> None:
    """Parameters, multiply-adds and output; of a stack that does not fit, up to where it does."""
    with st.container(key="totals"):
        parts = [f"<span>{part}</span>" for part in _parts(traced)]
        if story := _story(architecture):
            parts.append(f'<span class="story">{escape(story)}</span>')
        st.html(f'<div class="cnn-totals">{"".join(parts)}</div>')


def _parts(traced: Trace) -> list[str]:
    if traced.error is not None and not traced.rows:
        return ["The first layer does not fit, so nothing can be counted yet."]
    fixed = traced.total_params - traced.trainable_params
    parts = [f"<b>{traced.total_params:,}</b> parameters" + (f" ({fixed:,} not trained)" if fixed else "")]
    parts.append(f'<b>{traced.total_macs:,}</b> <abbr title="{_MACS}">MACs</abbr> an image')
    parts.append(f"output <b>{escape(times(traced.output_shape))}</b>")
    if traced.error is not None:
        parts.append(f"up to layer {traced.error.index}")
    return parts


def _story(architecture: Architecture) -> str:
    """What the preset is about, as long as the network is that one."""
    preset = PRESETS.get(architecture.name)
    return preset.story if preset is not None and preset.architecture.layers == architecture.layers else ""
