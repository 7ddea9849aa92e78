"""The picture of the stack: select, add, move and remove layers in it.

The picture sends operations in a queue, each with a number, and repeats those that are not acknowledged: events sent
during a rerun would be lost otherwise.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cnn_builder.ui.components import register

_mount = register("stack", Path(__file__).parent)


def stack(picture: Mapping[str, Any], ack: Mapping[str, Any], key: str) -> None:
    """Draw the stack. What it sends stands in ``st.session_state[key]["operations"]``.

    Args:
        picture: ``input`` and each of ``layers`` as ``figures.stack_picture`` makes them, ``selected`` (a layer's id,
            "input" or None), ``gap`` (the place, from 0, that waits for a new layer, or None) and ``can``, which says
            whether ``undo`` and ``redo`` have a step to go to, and ``concealed``, whether shapes are hidden.
        ack: the last operation that was taken, as ``client`` and ``seq``.
    """
    data = {**picture, "ack": dict(ack)}
    _mount(key=key, data=data, default={"operations": None}, on_operations_change=lambda: None)
