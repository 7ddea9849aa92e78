"""ELU."""

from __future__ import annotations

from typing import Annotated, ClassVar

from cnn_builder.architecture.layers.base import Layer
from cnn_builder.architecture.layers.settings import Real


class ELU(Layer):
    """x, or alpha·(exp(x) − 1) below zero."""

    category: ClassVar[str] = "Activation"
    rank: ClassVar[int] = 4
    summary: ClassVar[str] = "Like ReLU, but bends smoothly towards −alpha below zero."

    alpha: Annotated[float, Real(maximum=1e6, help="Where it flattens below zero.")] = 1.0
