"""What the pooling layers share; the types stand in files of their own."""

from __future__ import annotations

from typing import Annotated, ClassVar

from cnn_builder.architecture.layers.base import Explanation, Layer, Replacement, Shape, Window, require_map, times
from cnn_builder.architecture.layers.settings import Choice, Flag, Pair
from cnn_builder.architecture.layers.windows import fitting_kernel, output_map, size_lines, size_rules, stride_warning

PoolSize = Annotated[tuple[int, int], Pair(help="Height and width of the window.")]
PoolStrides = Annotated[
    tuple[int, int] | None, Pair(help="How far the window moves each time; empty means the pool size.", optional=True)
]
PoolPadding = Annotated[str, Choice(options=("valid", "same"), help="'same' keeps the last, partial window.")]


class Pooling2D(Layer):
    """Base of the pools. Input (height, width, channels), output (height', width', channels)."""

    category: ClassVar[str] = "Pooling"

    pool_size: PoolSize
    strides: PoolStrides = None
    padding: PoolPadding = "valid"

    def label(self) -> str:
        return times(self.pool_size)

    def window(self) -> Window:
        return Window(self.pool_size, self.strides or self.pool_size)

    def output_shape(self, input_shape: Shape) -> Shape:
        require_map(self, input_shape)
        return (*output_map(input_shape, self.window(), self.padding, "window"), input_shape[2])

    def warning(self, input_shape: Shape) -> str | None:
        return stride_warning(input_shape, self.window())

    def explain(self, input_shape: Shape) -> Explanation:
        self.output_shape(input_shape)
        lines = [*size_lines(input_shape, self.window(), self.padding), f"channels stay {input_shape[2]}"]
        return Explanation(lines, ["no parameters: pooling learns nothing"], ["no multiply-adds"])

    def rules(self) -> Explanation:
        return Explanation(size_rules(self.padding))

    def suggestions(self, input_shape: Shape) -> tuple[Replacement, ...]:
        if len(input_shape) != 3:
            return ()
        size = fitting_kernel(input_shape, self.window())
        return (
            Replacement("Remove this pooling", ()),
            Replacement("Use padding 'same'", (self.changed(padding="same"),)),
            Replacement(f"Shrink the window to {times(size)}", (self.changed(pool_size=size),)),
        )


class GlobalPooling2D(Layer):
    """Base of the global pools. Input (height, width, channels), output (channels,)."""

    category: ClassVar[str] = "Pooling"
    ends_map: ClassVar[bool] = True
    positional: ClassVar[tuple[str, ...]] = ("data_format", "keepdims")

    keepdims: Annotated[bool, Flag(help="Keep height and width as 1×1.")] = False

    def output_shape(self, input_shape: Shape) -> Shape:
        require_map(self, input_shape)
        return (1, 1, input_shape[2]) if self.keepdims else (input_shape[2],)

    def explain(self, input_shape: Shape) -> Explanation:
        out = self.output_shape(input_shape)
        line = f"one number a channel: {times(input_shape)} → {times(out)}"
        return Explanation([line], ["no parameters: pooling learns nothing"], ["no multiply-adds"])

    def rules(self) -> Explanation:
        return Explanation(["h×w×c → 1×1×c" if self.keepdims else "h×w×c → c"])

    def suggestions(self, input_shape: Shape) -> tuple[Replacement, ...]:
        return (Replacement(f"Remove {self.type}", ()),)
