"""A status region: tells screen readers what happened, and brings what is new into view where it is out of sight."""

from pathlib import Path

from cnn_builder.ui.components import register

_mount = register("status", Path(__file__).parent)


def status(text: str, reveal: str = "", token: str = "", key: str = "status-region") -> None:
    """Put `text` into the region; it is read out when it changes.

    Args:
        reveal: a CSS selector of what is brought to the top of the window, if it is not in its upper half.
        token: it is brought there once for each token; empty for never.
    """
    _mount(key=key, data={"text": text, "reveal": reveal, "token": token})
