"""DepthwiseConv2D."""

from __future__ import annotations

from typing import Any, ClassVar

from cnn_builder.architecture.layers import convolution as kinds
from cnn_builder.architecture.layers.base import Explanation, Shape, Weight
from cnn_builder.architecture.layers.convolution import Convolution2D


class DepthwiseConv2D(Convolution2D):
    """Convolves each channel by itself: input (height, width, channels), output (…, channels·depth_multiplier)."""

    rank: ClassVar[int] = 2
    summary: ClassVar[str] = "Filters each channel by itself, without mixing them."
    example_settings: ClassVar[dict[str, Any]] = {"kernel_size": 3, "activation": "relu"}
    positional: ClassVar[tuple[str, ...]] = (
        *("kernel_size", "strides", "padding", "depth_multiplier", "data_format", "dilation_rate", "activation"),
        *("use_bias", "depthwise_initializer", "bias_initializer", "depthwise_regularizer"),
    )

    kernel_size: kinds.KernelSize
    strides: kinds.Strides = (1, 1)
    padding: kinds.Padding = "valid"
    depth_multiplier: kinds.DepthMultiplier = 1
    activation: kinds.ActivationName = None
    dilation_rate: kinds.Dilation = (1, 1)
    use_bias: kinds.UseBias = True
    depthwise_initializer: kinds.Initializer = "glorot_uniform"
    bias_initializer: kinds.BiasInitializer = "zeros"
    depthwise_regularizer: kinds.Regularizer = kinds.NO_PENALTY

    def output_shape(self, input_shape: Shape) -> Shape:
        return (*self.map_size(input_shape), input_shape[2] * self.depth_multiplier)

    def weights(self, input_shape: Shape) -> tuple[Weight, ...]:
        kernel = Weight("kernel", (*self.kernel_size, input_shape[2], self.depth_multiplier))
        return (kernel, *kinds.bias(self.use_bias, input_shape[2] * self.depth_multiplier))

    def macs(self, input_shape: Shape) -> int:
        out_height, out_width, channels = self.output_shape(input_shape)
        height, width = self.kernel_size
        return out_height * out_width * height * width * channels

    def explain(self, input_shape: Shape) -> Explanation:
        out_height, out_width, channels = self.output_shape(input_shape)
        height, width = self.kernel_size
        bias = f" + {channels} biases" if self.use_bias else ""
        return Explanation(
            [*self.size_lines(input_shape), f"channels = {input_shape[2]}·{self.depth_multiplier} = {channels}"],
            [f"{height}·{width}·{channels}{bias} = {self.params(input_shape).total:,}"],
            [f"{out_height}·{out_width} places × {height}·{width}·{channels} = {self.macs(input_shape):,}"],
        )

    def rules(self) -> Explanation:
        return Explanation(
            self.size_rules(),
            [f"kh·kw·channels out{' + channels out' if self.use_bias else ''}"],
            ["out h·out w × kh·kw·channels out"],
        )
