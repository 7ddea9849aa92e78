"""What the frame does in the browser on every page: Tab, a phone's menu, light and dark, history, after sign-in."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from cnn_builder.ui.components import register

Door = Literal["shut", "open"]

_mount = register("frame", Path(__file__).parent)


def frame(paths: Sequence[str], learner: str = "", place: str = "", door: Door | None = None) -> None:
    """Put it in place; it shows nothing. ``paths`` are the pages' addresses without a slash.

    ``learner`` is the id of whoever learns here, kept in a cookie; "" for nobody. ``place`` names the page and what it
    shows of several things: with another one, it begins at its top. ``door``: while it is shut, as somebody has to
    sign in, the address is kept; once it is open, that is gone to from the first page.
    """
    _mount(key="frame", data={"paths": list(paths), "learner": learner, "place": place, "door": door})
