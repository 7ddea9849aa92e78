"""A table to write each layer's output shape and number of parameters into, and to have them checked."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from cnn_builder.ui.components import register

_mount = register("answers", Path(__file__).parent)
_KEY = "answers"

Given = dict[str, tuple[str, str]]
"""What was written, by layer id: the shape and the number of parameters."""


def answers(rows: Sequence[Mapping[str, Any]], told: str) -> None:
    """Draw it.

    Args:
        rows: of each layer its ``id``, ``number`` (from 1), ``type``, ``label``, whether it is ``open`` (it has an
            answer), ``given`` (the two texts that were checked) and ``right`` (for each, true, false or null).
        told: how many answers are right, in words.
    """
    _mount(key=_KEY, data={"rows": [dict(row) for row in rows], "told": told}, on_given_change=lambda: None)


def written() -> Given | None:
    """What the browser sent to be checked; None where it sent nothing sensible."""
    state: Any = st.session_state.get(_KEY) or {}
    sent = state.get("given")
    if not isinstance(sent, dict):
        return None
    return {
        str(layer): (texts[0], texts[1])
        for layer, texts in sent.items()
        if isinstance(texts, list) and len(texts) == 2 and all(isinstance(text, str) for text in texts)
    }
