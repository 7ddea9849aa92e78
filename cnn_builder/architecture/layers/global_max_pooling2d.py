"""GlobalMaxPooling2D."""

from __future__ import annotations

from typing import ClassVar

from cnn_builder.architecture.layers.pooling import GlobalPooling2D


class GlobalMaxPooling2D(GlobalPooling2D):
    """Largest value of each channel."""

    rank: ClassVar[int] = 3
    summary: ClassVar[str] = "Keeps each whole channel's largest number."
