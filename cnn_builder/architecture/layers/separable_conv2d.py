"""SeparableConv2D."""

from __future__ import annotations

from typing import Any, ClassVar

from cnn_builder.architecture.layers import convolution as kinds
from cnn_builder.architecture.layers.base import Explanation, Shape, Weight
from cnn_builder.architecture.layers.convolution import Convolution2D


class SeparableConv2D(Convolution2D):
    """A depthwise convolution, then a 1×1 convolution that mixes channels: Chollet, "Xception", 2017.

    Input (height, width, channels), output (height', width', filters).
    """

    rank: ClassVar[int] = 1
    summary: ClassVar[str] = "Filters each channel by itself, then mixes them: far fewer parameters."
    example_settings: ClassVar[dict[str, Any]] = {"filters": 32, "kernel_size": 3, "activation": "relu"}
    positional: ClassVar[tuple[str, ...]] = (
        *("filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate", "depth_multiplier"),
        *("activation", "use_bias", "depthwise_initializer", "pointwise_initializer", "bias_initializer"),
        *("depthwise_regularizer", "pointwise_regularizer"),
    )

    filters: kinds.Filters
    kernel_size: kinds.KernelSize
    strides: kinds.Strides = (1, 1)
    padding: kinds.Padding = "valid"
    activation: kinds.ActivationName = None
    dilation_rate: kinds.Dilation = (1, 1)
    depth_multiplier: kinds.DepthMultiplier = 1
    use_bias: kinds.UseBias = True
    depthwise_initializer: kinds.Initializer = "glorot_uniform"
    pointwise_initializer: kinds.Initializer = "glorot_uniform"
    bias_initializer: kinds.BiasInitializer = "zeros"
    depthwise_regularizer: kinds.Regularizer = kinds.NO_PENALTY
    pointwise_regularizer: kinds.Regularizer = kinds.NO_PENALTY

    def output_shape(self, input_shape: Shape) -> Shape:
        return (*self.map_size(input_shape), self.filters)

    def weights(self, input_shape: Shape) -> tuple[Weight, ...]:
        channels = input_shape[2]
        return (
            Weight("depthwise_kernel", (*self.kernel_size, channels, self.depth_multiplier)),
            Weight("pointwise_kernel", (1, 1, channels * self.depth_multiplier, self.filters)),
            *kinds.bias(self.use_bias, self.filters),
        )

    def macs(self, input_shape: Shape) -> int:
        out_height, out_width = self.map_size(input_shape)
        height, width = self.kernel_size
        middle = input_shape[2] * self.depth_multiplier
        return out_height * out_width * middle * (height * width + self.filters)

    def explain(self, input_shape: Shape) -> Explanation:
        out_height, out_width, _ = self.output_shape(input_shape)
        height, width = self.kernel_size
        middle = input_shape[2] * self.depth_multiplier
        weights = f"{height}·{width}·{middle} + {middle}·{self.filters}"
        bias = f" + {self.filters} biases" if self.use_bias else ""
        return Explanation(
            [*self.size_lines(input_shape), f"channels = filters = {self.filters}"],
            [f"{weights}{bias} = {self.params(input_shape).total:,}"],
            [f"{out_height}·{out_width} places × ({weights}) = {self.macs(input_shape):,}"],
        )

    def rules(self) -> Explanation:
        weights = "kh·kw·m + m·filters"
        return Explanation(
            self.size_rules(),
            [f"{weights}{' + filters' if self.use_bias else ''},  m = channels in·depth multiplier"],
            [f"out h·out w × ({weights})"],
        )
