"""Errors told to people. ``str(error)`` is one line: what happened, what was expected, what was received.

CnnBuilderError
├── ArchitectureError
│   ├── ArchitectureFileError    a file or text that does not describe an architecture
│   ├── LayerSettingError        a setting that is wrong by itself
│   ├── LayerFitError            a layer that does not fit its input
│   ├── LinkError                a share link that is damaged or too new
│   └── UnknownPresetError       a preset that does not exist
└── …                            each package adds its own branch
"""

from __future__ import annotations

from typing import Any

NOTHING = object()
"""Stands for a setting that was not given."""


class CnnBuilderError(Exception):
    """Root of every error that is the user's to mend."""


class ArchitectureError(CnnBuilderError):
    """Something about a network's description."""


class ArchitectureFileError(ArchitectureError):
    """The text is not an architecture file, or one of its fields is wrong by itself."""


class LayerSettingError(ArchitectureError):
    """A setting of one layer is wrong by itself.

    Args:
        layer_type: Keras class name of the layer.
        field: name of the setting.
        expected: what the setting takes, in words.
        received: the value as it came.
    """

    def __init__(self, layer_type: str, field: str, expected: str, received: Any) -> None:
        self.layer_type, self.field, self.expected, self.received = layer_type, field, expected, received
        got = "nothing" if received is NOTHING else shown(received)
        super().__init__(f"{layer_type}: {field}: expected {expected}, received {got}.")


class LayerFitError(ArchitectureError):
    """A layer cannot take the shape that reaches it. The message is a sentence without the layer's place."""


class LinkError(ArchitectureError):
    """A share link that was cut short, edited, or made by a newer version."""


class UnknownPresetError(ArchitectureError):
    """No preset has this name."""


def shown(value: Any, limit: int = 60) -> str:
    """The value as a person may read it, cut to ``limit`` characters."""
    if isinstance(value, str):
        value = value[: limit + 1]
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        text = f"a {type(value).__name__}"
    return text if len(text) <= limit else text[: limit - 1] + "…"
