"""ReLU."""

from __future__ import annotations

from typing import Annotated, ClassVar

from cnn_builder.architecture.layers.base import Layer
from cnn_builder.architecture.layers.settings import Real


class ReLU(Layer):
    """max(0, x), with Keras' optional ceiling, slope below the threshold, and threshold."""

    category: ClassVar[str] = "Activation"
    rank: ClassVar[int] = 0
    summary: ClassVar[str] = "Passes positive values on and turns negative ones to zero."

    max_value: Annotated[float | None, Real(maximum=1e6, optional=True, step=1.0, help="Ceiling; empty for none.")] = (
        None
    )
    negative_slope: Annotated[float, Real(maximum=1e6, help="Slope below the threshold.")] = 0.0
    threshold: Annotated[float, Real(maximum=1e6, help="Values below are cut.")] = 0.0
