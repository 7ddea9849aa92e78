"""SpatialDropout2D."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from cnn_builder.architecture.layers.base import Layer, Shape, require_map
from cnn_builder.architecture.layers.settings import Real


class SpatialDropout2D(Layer):
    """Sets a random share ``rate`` of whole channels to 0 while training: Tompson et al., 2014."""

    category: ClassVar[str] = "Regularization"
    training_only: ClassVar[bool] = True
    rank: ClassVar[int] = 2
    summary: ClassVar[str] = "Silences whole channels at random while training."
    example_settings: ClassVar[dict[str, Any]] = {"rate": 0.1}
    positional: ClassVar[tuple[str, ...]] = ("rate", "data_format")

    rate: Annotated[float, Real(help="Share of the channels that is silenced.")]

    def label(self) -> str:
        return f"{self.rate:g}"

    def output_shape(self, input_shape: Shape) -> Shape:
        require_map(self, input_shape)
        return input_shape
