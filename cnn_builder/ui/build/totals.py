"""The network's sizes in one line, and the story of the preset that it is."""

from html import escape

import streamlit as st

from cnn_builder.architecture import PRESETS, Architecture, Trace
from cnn_builder.architecture.layers.base import times
from cnn_builder.figures.locale_text import number_text
from cnn_builder.learn.glossary import meaning

HIDDEN = "Shapes and counts are hidden."
_EXERCISE = f"{HIDDEN} Write yours into the Trace below, and check them."


def totals(architecture: Architecture, traced: Trace, concealed: bool = False) -> None:
    """Parameters, multiply-adds and output; of a stack that does not fit, up to where it does."""
    parts = [f"<span>{part}</span>" for part in ([_EXERCISE] if concealed else _parts(traced))]
    if story := _story(architecture):
        parts.append(f'<span class="story">{escape(story)}</span>')
    st.html(f'<div class="cnn-totals">{"".join(parts)}</div>')


def _parts(traced: Trace) -> list[str]:
    if traced.error is not None and not traced.rows:
        return ["The first layer does not fit, so nothing can be counted yet."]
    fixed = traced.total_params - traced.trainable_params
    parts = [
        f"<b>{number_text(traced.total_params)}</b> parameters"
        + (f" ({number_text(fixed)} not trained)" if fixed else "")
    ]
    parts.append(
        f'<b>{number_text(traced.total_macs)}</b> <abbr title="{escape(meaning("MACs"))}">MACs</abbr> an image'
    )
    parts.append(f"output <b>{escape(times(traced.output_shape))}</b>")
    if traced.error is not None:
        parts.append(f"up to layer {traced.error.index}")
    return parts


def _story(architecture: Architecture) -> str:
    """What the preset is about, as long as the network is that one."""
    preset = PRESETS.get(architecture.name)
    return preset.story if preset is not None and preset.architecture.layers == architecture.layers else ""
