"""BatchNormalization."""

from __future__ import annotations

from typing import Annotated, ClassVar

from cnn_builder.architecture.layers.base import Explanation, Layer, Shape, Weight, times
from cnn_builder.architecture.layers.settings import Flag, Real


class BatchNormalization(Layer):
    """Normalizes each channel (last axis) over the batch: Ioffe and Szegedy, 2015."""

    category: ClassVar[str] = "Regularization"
    rank: ClassVar[int] = 1
    summary: ClassVar[str] = "Keeps each channel's values centred and scaled: faster, steadier training."
    positional: ClassVar[tuple[str, ...]] = ("axis", "momentum", "epsilon", "center", "scale")

    momentum: Annotated[float, Real(help="How slowly the running mean and variance follow.", step=0.01)] = 0.99
    epsilon: Annotated[float, Real(minimum=1e-12, step=0.001, help="Keeps the division away from zero.")] = 0.001
    center: Annotated[bool, Flag(help="Learn an offset per channel.")] = True
    scale: Annotated[bool, Flag(help="Learn a factor per channel.")] = True

    def weights(self, input_shape: Shape) -> tuple[Weight, ...]:
        each = (input_shape[-1],)
        learned = (("gamma", self.scale), ("beta", self.center))
        kept = ("moving_mean", "moving_variance")
        return (
            *(Weight(name, each) for name, used in learned if used),
            *(Weight(name, each, trainable=False) for name in kept),
        )

    def explain(self, input_shape: Shape) -> Explanation:
        channels, counted = input_shape[-1], self.params(input_shape)
        return Explanation(
            [f"output = input = {times(input_shape)}"],
            [
                f"{self.center + self.scale}·{channels} trained + 2·{channels} running statistics = {counted.total:,}",
                f"{counted.total - counted.trainable:,} of them are not trainable",
            ],
            ["none counted: it folds into the layer before it"],
        )

    def rules(self) -> Explanation:
        return Explanation([], ["(scale + offset)·channels + (mean + variance)·channels"])
