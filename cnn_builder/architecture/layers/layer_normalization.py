"""LayerNormalization."""

from __future__ import annotations

from typing import Annotated, ClassVar

from cnn_builder.architecture.layers.base import Explanation, Layer, Shape, Weight, times
from cnn_builder.architecture.layers.settings import Flag, Real


class LayerNormalization(Layer):
    """Normalizes over the last axis of each image by itself: Ba, Kiros and Hinton, 2016."""

    category: ClassVar[str] = "Regularization"
    rank: ClassVar[int] = 3
    summary: ClassVar[str] = "Centres and scales the channels at each place, the same in training and use."
    mixes_last_axis: ClassVar[bool] = True
    positional: ClassVar[tuple[str, ...]] = ("axis", "epsilon", "center", "scale")

    epsilon: Annotated[float, Real(minimum=1e-12, step=0.001, help="Keeps the division away from zero.")] = 0.001
    center: Annotated[bool, Flag(help="Learn an offset per channel.")] = True
    scale: Annotated[bool, Flag(help="Learn a factor per channel.")] = True

    def weights(self, input_shape: Shape) -> tuple[Weight, ...]:
        learned = (("gamma", self.scale), ("beta", self.center))
        return tuple(Weight(name, (input_shape[-1],)) for name, used in learned if used)

    def explain(self, input_shape: Shape) -> Explanation:
        learned = self.center + self.scale
        line = f"{learned}·{input_shape[-1]} = {self.params(input_shape).total:,}"
        return Explanation([f"output = input = {times(input_shape)}"], [line], ["none counted"])

    def rules(self) -> Explanation:
        learned = self.center + self.scale
        return Explanation([], [f"{learned}·channels"] if learned else [])
