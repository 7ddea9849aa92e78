"""RandomRotation."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from cnn_builder.architecture.layers.augmentation import Augmentation, FillMode, FillValue, Interpolation, span
from cnn_builder.architecture.layers.base import Shape
from cnn_builder.architecture.layers.number_pairs import NumberRange, Range


class RandomRotation(Augmentation):
    """Turns each image around its centre by an angle in ``factor`` × 360°; positive is counter-clockwise."""

    rank: ClassVar[int] = 1
    summary: ClassVar[str] = "Turns images by a random angle while training."
    example_settings: ClassVar[dict[str, Any]] = {"factor": 0.03}
    positional: ClassVar[tuple[str, ...]] = (
        *("factor", "fill_mode", "interpolation", "seed", "fill_value", "data_format"),
    )

    factor: Annotated[Range, NumberRange(help="The angle as a share of a full turn: 0.03 is 11°.")]
    fill_mode: FillMode = "reflect"
    interpolation: Interpolation = "bilinear"
    fill_value: FillValue = 0.0

    def label(self) -> str:
        low, high = (round(360 * share) for share in self.factor)
        return span(low, high, "°")

    def change(self, input_shape: Shape) -> str:
        low, high = (round(360 * share, 4) for share in self.factor)
        return f"turned by an angle from {low:g}° to {high:g}°".replace("-", "−")
