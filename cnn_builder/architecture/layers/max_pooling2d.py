"""MaxPooling2D."""

from __future__ import annotations

from typing import ClassVar

from cnn_builder.architecture.layers.pooling import Pooling2D, PoolSize


class MaxPooling2D(Pooling2D):
    """Largest value of each window."""

    rank: ClassVar[int] = 0
    summary: ClassVar[str] = "Keeps the largest value of each window: smaller maps, the strongest responses."

    pool_size: PoolSize = (2, 2)
