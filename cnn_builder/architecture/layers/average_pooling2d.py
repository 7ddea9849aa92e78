"""AveragePooling2D."""

from __future__ import annotations

from typing import Any, ClassVar

from cnn_builder.architecture.layers.pooling import Pooling2D


class AveragePooling2D(Pooling2D):
    """Mean of each window. Keras requires its ``pool_size``."""

    rank: ClassVar[int] = 1
    summary: ClassVar[str] = "Averages each window: smaller, smoother maps."
    example_settings: ClassVar[dict[str, Any]] = {"pool_size": 2}
