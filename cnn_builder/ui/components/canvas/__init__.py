"""The canvas component: draw with mouse, finger or pen, paste a picture, and see the answer beside it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict, cast

import streamlit as st

from cnn_builder.ui.components import register
from cnn_builder.ui.components.paste import pasted_file

_mount = register("cnn_builder_canvas", Path(__file__).parent)


class Drawing(TypedDict):
    """What the browser sends: after each stroke, and now and then inside one.

    seq: counts up from the first drawing. image: base64 of 112×112 bytes, 0 black, 255 ink.
    saved: strokes and pen width, for drawing them again when the page comes back; None inside a stroke.
    """

    seq: int
    image: str
    saved: dict[str, Any] | None


@dataclass(frozen=True)
class Sent:
    """What the browser sent to a canvas; to be read before it is mounted again.

    pasted: number and bytes of a pasted picture. keep: number of a wish to keep the drawing, and its class from 0.
    steps: whether the steps of the preparation are open.
    """

    drawing: Drawing | None = None
    pasted: tuple[int, bytes] | None = None
    keep: tuple[int, int] | None = None
    steps: bool = False


@dataclass(frozen=True)
class CanvasContent:
    """What the canvas shows: `Reading.to_data`, the classes' names, and below what can be saved, or came of it.

    saved: what `Drawing.saved` last held; used only where the canvas is mounted for the first time.
    picture: `Sketch.picture`, shown in place of strokes. can_save: whether the labels save anything.
    compact: whether only the pad, the answer and the bars are there, for half a page.
    gathers: whether drawings are only labelled, and nothing answers them.
    """

    reading: Mapping[str, Any]
    classes: tuple[str, ...]
    saved: Mapping[str, Any] | None
    picture: Mapping[str, Any] | None
    can_save: bool
    words: str
    compact: bool = False
    gathers: bool = False


def sent(key: str) -> Sent:
    """What the browser sent last to the canvas mounted with this key. Anything that is not as promised is left out."""
    value = st.session_state.get(key)
    if not isinstance(value, Mapping):
        return Sent()
    drawing = value.get("drawing")
    whole = isinstance(drawing, Mapping) and isinstance(drawing.get("seq"), int)
    return Sent(
        cast(Drawing, drawing) if whole else None,
        pasted_file(value.get("pasted")),
        _keep(value.get("keep")),
        value.get("steps") is True,
    )


def _keep(value: object) -> tuple[int, int] | None:
    whole = isinstance(value, Mapping) and type(value.get("seq")) is int and type(value.get("label")) is int
    return (value["seq"], value["label"]) if isinstance(value, Mapping) and whole else None


def canvas(shown: CanvasContent, key: str, on_retry: Callable[[], None]) -> None:
    """Mounts the canvas with the answer beside it."""

    def changed() -> None:
        """What was sent is read from the session when the page is drawn anew."""

    data = {
        "reading": shown.reading, "classes": shown.classes, "saved": shown.saved, "picture": shown.picture,
        "can_save": shown.can_save, "words": shown.words, "compact": shown.compact,
        "gathers": shown.gathers,
    }  # fmt: skip
    _mount(
        key=key,
        data=data,
        on_drawing_change=changed,
        on_steps_change=changed,
        on_pasted_change=changed,
        on_keep_change=changed,
        on_retry_change=on_retry,
    )
