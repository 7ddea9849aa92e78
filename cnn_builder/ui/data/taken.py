"""What was taken of the canvas, the camera and the clipboard so far."""

from dataclasses import dataclass

import streamlit as st

from cnn_builder.ui import state


@dataclass
class Taken:
    """What was taken of the canvas: the last label pressed, the last drawing added, how often the pad was cleared.

    `turn` counts what the camera and the uploader gave: each is a new field afterwards. `pasted` is the number of the
    last pasted picture, and `told` what came of it.
    """

    label: int = 0
    drawing: int = 0
    cleared: int = 0
    turn: int = 0
    words: str = ""
    pasted: int = 0
    told: str = ""


def taken_so_far() -> Taken:
    """What this session keeps of it."""
    kept: Taken = st.session_state.setdefault(state.DATA_GATHERED, Taken())
    return kept
