"""Rescaling."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from cnn_builder.architecture.layers.base import Layer
from cnn_builder.architecture.layers.settings import Real


class Rescaling(Layer):
    """x · scale + offset. Images already reach the network as 0…1."""

    category: ClassVar[str] = "Shape"
    rank: ClassVar[int] = 2
    summary: ClassVar[str] = "Multiplies by a fixed scale and adds a fixed offset."
    example_settings: ClassVar[dict[str, Any]] = {"scale": 2.0, "offset": -1.0}

    scale: Annotated[float, Real(minimum=-1e6, maximum=1e6, help="Images come as 0…1.")]
    offset: Annotated[float, Real(minimum=-1e6, maximum=1e6, help="Added after the scale.")] = 0.0

    def label(self) -> str:
        return f"×{self.scale:g}"
