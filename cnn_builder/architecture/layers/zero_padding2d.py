"""ZeroPadding2D."""

from __future__ import annotations

from typing import Annotated, ClassVar

from cnn_builder.architecture.layers.base import Explanation, Layer, Shape, require_map, times
from cnn_builder.architecture.layers.settings import Pair


class ZeroPadding2D(Layer):
    """Adds zeros around the map: ``padding`` (height, width) places on each side."""

    category: ClassVar[str] = "Shape"
    rank: ClassVar[int] = 1
    summary: ClassVar[str] = "Adds a frame of zeros around the map."

    padding: Annotated[tuple[int, int], Pair(minimum=0, help="Zeros on each side: rows, columns.")] = (1, 1)

    def label(self) -> str:
        return times(self.padding)

    def output_shape(self, input_shape: Shape) -> Shape:
        require_map(self, input_shape)
        height, width, channels = input_shape
        return (height + 2 * self.padding[0], width + 2 * self.padding[1], channels)

    def explain(self, input_shape: Shape) -> Explanation:
        out = self.output_shape(input_shape)
        axes = zip(("height", "width"), input_shape, self.padding, out, strict=False)
        lines = [f"{name} = {size} + 2·{zeros} = {total}" for name, size, zeros, total in axes]
        return Explanation(lines, ["no parameters"], ["no multiply-adds"])

    def rules(self) -> Explanation:
        return Explanation(["out = n + 2·padding"])
