"""The selected layer's settings as native fields, its actions, and why a setting was refused.

It sends no operations itself: it hands them to the picture of the stack, whose queue numbers and repeats them, so that
what is typed and what is done with keys keep their order.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cnn_builder.ui.components import register

_mount = register("inspector", Path(__file__).parent)
_KEY = "inspector"


def inspector(layer: Mapping[str, Any], ack: Mapping[str, Any]) -> None:
    """Draw the fields.

    Args:
        layer: ``layer`` (id), ``index`` (from 0; None for the input, which has no actions), ``title``, ``summary``,
            ``fields``, ``errors`` (why the last value was refused, by setting), ``types`` of all layers and ``most``
            layers allowed.
            A field has ``name``, ``label``, ``kind`` ("int", "float", "choice", "bool" or "text"), ``value``,
            ``expected``, ``help``, ``optional``, ``more``; numbers have ``minimum``, ``maximum`` and ``step``,
            choices ``options``, a number of a pair its ``side`` (0 or 1).
        ack: the last operation that was taken, as ``client`` and ``seq``.
    """
    _mount(key=_KEY, data={**layer, "ack": dict(ack)})
