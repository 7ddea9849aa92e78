"""Flatten."""

from __future__ import annotations

from math import prod
from typing import ClassVar

from cnn_builder.architecture.layers.base import Explanation, Layer, Shape, times


class Flatten(Layer):
    """Any shape to a vector (features,), row by row, channels last."""

    category: ClassVar[str] = "Shape"
    rank: ClassVar[int] = 0
    summary: ClassVar[str] = "Lays the whole map out as one vector, ready for Dense."
    positional: ClassVar[tuple[str, ...]] = ("data_format",)
    ends_map: ClassVar[bool] = True

    def output_shape(self, input_shape: Shape) -> Shape:
        return (prod(input_shape),)

    def explain(self, input_shape: Shape) -> Explanation:
        product = "·".join(str(size) for size in input_shape)
        line = (
            f"{product} = {prod(input_shape):,}"
            if len(input_shape) > 1
            else f"already a vector of {times(input_shape)}"
        )
        return Explanation([line], ["no parameters"], ["no multiply-adds"])

    def rules(self) -> Explanation:
        return Explanation(["out = height·width·channels"])
