"""PReLU."""

from __future__ import annotations

from math import prod
from typing import ClassVar

from cnn_builder.architecture.layers.base import Explanation, Layer, Params, Shape, times


class PReLU(Layer):
    """x, or a·x below zero, with one learned slope a for every value of the input: He et al., 2015."""

    category: ClassVar[str] = "Activation"
    rank: ClassVar[int] = 5
    summary: ClassVar[str] = "Like ReLU, but learns the slope below zero for every value."

    def params(self, input_shape: Shape) -> Params:
        return Params(prod(input_shape), prod(input_shape))

    def explain(self, input_shape: Shape) -> Explanation:
        product = "·".join(str(size) for size in input_shape)
        line = f"{product} = {prod(input_shape):,}" if len(input_shape) > 1 else f"{prod(input_shape):,}"
        return Explanation([f"output = input = {times(input_shape)}"], [f"one slope a value: {line}"], ["none counted"])
