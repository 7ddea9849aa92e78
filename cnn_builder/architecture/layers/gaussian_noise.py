"""GaussianNoise."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from cnn_builder.architecture.layers.base import Layer
from cnn_builder.architecture.layers.settings import Real


class GaussianNoise(Layer):
    """Adds noise with mean 0 and standard deviation ``stddev`` to every value while training, nothing afterwards."""

    category: ClassVar[str] = "Regularization"
    training_only: ClassVar[bool] = True
    rank: ClassVar[int] = 3
    summary: ClassVar[str] = "Adds random noise to every value while training."
    example_settings: ClassVar[dict[str, Any]] = {"stddev": 0.1}
    positional: ClassVar[tuple[str, ...]] = ("stddev", "seed")

    stddev: Annotated[
        float, Real(help="Standard deviation of the noise; images come as 0…1, so 0.1 is a tenth of their range.")
    ]

    def label(self) -> str:
        return f"{self.stddev:g}"
