"""Dropout."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from cnn_builder.architecture.layers.base import Layer
from cnn_builder.architecture.layers.settings import Real


class Dropout(Layer):
    """Sets a random share ``rate`` of the values to 0 while training, and does nothing afterwards."""

    category: ClassVar[str] = "Regularization"
    training_only: ClassVar[bool] = True
    rank: ClassVar[int] = 0
    summary: ClassVar[str] = "Silences a random share of values while training, against overfitting."
    example_settings: ClassVar[dict[str, Any]] = {"rate": 0.25}

    rate: Annotated[float, Real(help="Share of the values that is silenced.")]

    def label(self) -> str:
        return f"{self.rate:g}"
