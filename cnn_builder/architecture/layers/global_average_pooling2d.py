"""GlobalAveragePooling2D."""

from __future__ import annotations

from typing import ClassVar

from cnn_builder.architecture.layers.pooling import GlobalPooling2D


class GlobalAveragePooling2D(GlobalPooling2D):
    """Mean of each channel."""

    rank: ClassVar[int] = 2
    summary: ClassVar[str] = "Averages each whole channel to one number: a vector without parameters."
