"""Conv2D."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from cnn_builder.architecture.errors import LayerFitError
from cnn_builder.architecture.layers.base import (
    Explanation,
    Layer,
    Params,
    Shape,
    Suggestion,
    Window,
    require_map,
    times,
)
from cnn_builder.architecture.layers.settings import ACTIVATIONS, Choice, Flag, Pair, Whole
from cnn_builder.architecture.layers.windows import fitting_kernel, output_map, size_lines, stride_warning


class Conv2D(Layer):
    """2D convolution. Input (height, width, channels), output (height', width', filters)."""

    category: ClassVar[str] = "Convolution"
    rank: ClassVar[int] = 0
    summary: ClassVar[str] = "Slides learned filters over the map; each gives one output channel."
    example_settings: ClassVar[dict[str, Any]] = {"filters": 32, "kernel_size": 3, "activation": "relu"}
    linear: ClassVar[bool] = True

    filters: Annotated[int, Whole(help="Output channels: how many patterns the layer can look for.")]
    kernel_size: Annotated[tuple[int, int], Pair(help="Height and width of the window.")]
    strides: Annotated[tuple[int, int], Pair(help="How far the window moves each time.")] = (1, 1)
    padding: Annotated[str, Choice(options=("valid", "same"), help="'same' adds zeros around the map.")] = "valid"
    activation: Annotated[str | None, Choice(options=ACTIVATIONS, optional=True)] = None
    dilation_rate: Annotated[tuple[int, int], Pair(help="Gaps between the window's places.")] = (1, 1)
    groups: Annotated[int, Whole(help="Channels and filters are split into this many separate groups.")] = 1
    use_bias: Annotated[bool, Flag(help="One learned number added per filter.")] = True

    def label(self) -> str:
        return f"{self.filters} @ {times(self.kernel_size)}" + (f" · {self.activation}" if self.activation else "")

    def window(self) -> Window:
        return Window(self.kernel_size, self.strides, self.dilation_rate)

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
        return (*output_map(input_shape, self.window(), self.padding, "kernel"), self.filters)

    def params(self, input_shape: Shape) -> Params:
        height, width = self.kernel_size
        count = height * width * (input_shape[2] // self.groups) * self.filters + (self.filters if self.use_bias else 0)
        return Params(count, count)

    def macs(self, input_shape: Shape) -> int:
        out_height, out_width, _ = self.output_shape(input_shape)
        height, width = self.kernel_size
        return out_height * out_width * height * width * (input_shape[2] // self.groups) * self.filters

    def warning(self, input_shape: Shape) -> str | None:
        return stride_warning(input_shape, self.window())

    def explain(self, input_shape: Shape) -> Explanation:
        out_height, out_width, _ = self.output_shape(input_shape)
        height, width = self.kernel_size
        channels = f"{input_shape[2]}" if self.groups == 1 else f"({input_shape[2]} / {self.groups})"
        weights = f"{height}·{width}·{channels}·{self.filters}"
        bias = f" + {self.filters} biases" if self.use_bias else ""
        return Explanation(
            [*size_lines(input_shape, self.window(), self.padding), f"channels = filters = {self.filters}"],
            [f"{weights}{bias} = {self.params(input_shape).total:,}"],
            [f"{out_height}·{out_width} places × {weights} = {self.macs(input_shape):,}"],
        )

    def suggestions(self, input_shape: Shape) -> tuple[Suggestion, ...]:
        if len(input_shape) != 3:
            return ()
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            return (
                Suggestion("Set dilation_rate to 1×1", (self.changed(dilation_rate=1),)),
                Suggestion("Set strides to 1×1", (self.changed(strides=1),)),
            )
        if self.filters % self.groups or input_shape[2] % self.groups:
            return (Suggestion("Set groups to 1", (self.changed(groups=1),)),)
        kernel = fitting_kernel(input_shape, self.window())
        return (
            Suggestion("Use padding 'same'", (self.changed(padding="same"),)),
            Suggestion(f"Shrink the kernel to {times(kernel)}", (self.changed(kernel_size=kernel),)),
        )
