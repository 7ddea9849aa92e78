"""LeakyReLU."""

from __future__ import annotations

from typing import Annotated, ClassVar

from cnn_builder.architecture.layers.base import Layer
from cnn_builder.architecture.layers.settings import Real


class LeakyReLU(Layer):
    """x, or negative_slope·x below zero."""

    category: ClassVar[str] = "Activation"
    rank: ClassVar[int] = 3
    summary: ClassVar[str] = "Like ReLU, but lets a little of the negative values through."

    negative_slope: Annotated[float, Real(maximum=1e6, help="Slope below zero.")] = 0.3
