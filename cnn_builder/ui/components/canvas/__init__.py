"""The canvas component: draw with mouse, finger or pen, and see the answer beside it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypedDict, cast

import streamlit as st

from cnn_builder.ui.components import clean, register

_mount = register("cnn_builder_canvas", Path(__file__).parent)


class Drawing(TypedDict):
    """What the browser sends: after each stroke, and now and then inside one.

    seq: counts up from the first drawing. image: base64 of 112×112 bytes, 0 black, 255 ink.
    saved: strokes and pen width, for drawing them again when the page comes back; None inside a stroke.
    """

    seq: int
    image: str
    saved: dict[str, Any] | None


def sent(key: str) -> Drawing | None:
    """What the browser sent last to the canvas mounted with this key; to be read before it is mounted again."""
    value = st.session_state.get(key)
    drawing = value.get("drawing") if isinstance(value, Mapping) else None
    whole = isinstance(drawing, Mapping) and isinstance(drawing.get("seq"), int)
    return cast(Drawing, drawing) if whole else None


def canvas(
    reading: Mapping[str, Any],
    classes: tuple[str, ...],
    saved: Mapping[str, Any] | None,
    key: str,
    on_retry: Callable[[], None],
) -> None:
    """Mounts the canvas with the answer beside it.

    reading: `Reading.to_data`. saved: what `Drawing.saved` last held; used only where the canvas is made anew.
    """
    _mount(
        key=key,
        data=clean({"reading": reading, "classes": classes, "saved": saved}),
        on_drawing_change=lambda: None,
        on_retry_change=on_retry,
    )
