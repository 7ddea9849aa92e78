"""Conv2D."""

from __future__ import annotations

from typing import Any, ClassVar

from cnn_builder.architecture.errors import LayerFitError
from cnn_builder.architecture.layers import convolution as kinds
from cnn_builder.architecture.layers.base import Explanation, Replacement, Shape, Weight, require_map, times
from cnn_builder.architecture.layers.convolution import Convolution2D


class Conv2D(Convolution2D):
    """2D convolution. Input (height, width, channels), output (height', width', filters)."""

    rank: ClassVar[int] = 0
    summary: ClassVar[str] = "Slides learned filters over the map; each gives one output channel."
    example_settings: ClassVar[dict[str, Any]] = {"filters": 32, "kernel_size": 3, "activation": "relu"}
    positional: ClassVar[tuple[str, ...]] = (
        *("filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate", "groups", "activation"),
        *("use_bias", "kernel_initializer", "bias_initializer", "kernel_regularizer"),
    )

    filters: kinds.Filters
    kernel_size: kinds.KernelSize
    strides: kinds.Strides = (1, 1)
    padding: kinds.Padding = "valid"
    activation: kinds.ActivationName = None
    dilation_rate: kinds.Dilation = (1, 1)
    groups: kinds.Groups = 1
    use_bias: kinds.UseBias = True
    kernel_initializer: kinds.Initializer = "glorot_uniform"
    bias_initializer: kinds.BiasInitializer = "zeros"
    kernel_regularizer: kinds.Regularizer = kinds.NO_PENALTY

    def output_shape(self, input_shape: Shape) -> Shape:
        require_map(self, input_shape)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise LayerFitError(
                f"strides {times(self.strides)} and dilation_rate {times(self.dilation_rate)} cannot both be above 1. "
                "Set one of them to 1."
            )
        if self.filters % self.groups or input_shape[2] % self.groups:
            raise LayerFitError(
                f"groups={self.groups} must divide both the {input_shape[2]} input channels and the "
                f"{self.filters} filters. Use a common divisor, such as 1."
            )
        return (*self.map_size(input_shape), self.filters)

    def weights(self, input_shape: Shape) -> tuple[Weight, ...]:
        kernel = Weight("kernel", (*self.kernel_size, input_shape[2] // self.groups, self.filters))
        return (kernel, *kinds.bias(self.use_bias, self.filters))

    def macs(self, input_shape: Shape) -> int:
        out_height, out_width = self.map_size(input_shape)
        height, width = self.kernel_size
        return out_height * out_width * height * width * (input_shape[2] // self.groups) * self.filters

    def explain(self, input_shape: Shape) -> Explanation:
        out_height, out_width, _ = self.output_shape(input_shape)
        height, width = self.kernel_size
        channels = f"{input_shape[2]}" if self.groups == 1 else f"({input_shape[2]} / {self.groups})"
        weights = f"{height}·{width}·{channels}·{self.filters}"
        bias = f" + {self.filters} biases" if self.use_bias else ""
        return Explanation(
            [*self.size_lines(input_shape), f"channels = filters = {self.filters}"],
            [f"{weights}{bias} = {self.params(input_shape).total:,}"],
            [f"{out_height}·{out_width} places × {weights} = {self.macs(input_shape):,}"],
        )

    def rules(self) -> Explanation:
        channels = "channels in" if self.groups == 1 else "(channels in / groups)"
        weights = f"kh·kw·{channels}·filters"
        return Explanation(
            self.size_rules(),
            [f"{weights}{' + filters' if self.use_bias else ''}"],
            [f"out h·out w × {weights}"],
        )

    def suggestions(self, input_shape: Shape) -> tuple[Replacement, ...]:
        if len(input_shape) != 3:
            return ()
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            return (
                Replacement("Set dilation_rate to 1×1", (self.changed(dilation_rate=1),)),
                Replacement("Set strides to 1×1", (self.changed(strides=1),)),
            )
        if self.filters % self.groups or input_shape[2] % self.groups:
            return (Replacement("Set groups to 1", (self.changed(groups=1),)),)
        return super().suggestions(input_shape)
