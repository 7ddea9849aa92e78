"""Takes pictures that are pasted on the page, one at a time."""

import base64
import binascii
from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st

from cnn_builder.ui.components import register

_mount = register("paste", Path(__file__).parent)


def pasted_file(value: object) -> tuple[int, bytes] | None:
    """The number and the bytes of a pasted picture, as the browser sends it; None for anything else."""
    if not isinstance(value, Mapping) or type(value.get("seq")) is not int or not isinstance(value.get("content"), str):
        return None
    try:
        return value["seq"], base64.b64decode(value["content"], validate=True)
    except (binascii.Error, ValueError):
        return None


def pasted_picture(key: str) -> tuple[int, bytes] | None:
    """The picture that was pasted last where `paste_area` is mounted with this key: for its callback."""
    value = st.session_state.get(key)
    return pasted_file(value.get("pasted")) if isinstance(value, Mapping) else None


def paste_area(words: str, told: str, ack: int, key: str, on_paste: Callable[[], None]) -> None:
    """A line that says what pasting does, and under it what came of it.

    Args:
        ack: the number of the last picture that was taken; the browser sends the next one then.
        on_paste: called for each picture.
    """
    _mount(key=key, data={"words": words, "told": told, "ack": ack}, on_pasted_change=on_paste)
