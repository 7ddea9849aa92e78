"""RandomTranslation."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from cnn_builder.architecture.layers.augmentation import Augmentation, FillMode, FillValue, Interpolation, percent_range
from cnn_builder.architecture.layers.base import Shape
from cnn_builder.architecture.layers.number_pairs import NumberRange, Range


class RandomTranslation(Augmentation):
    """Shifts each image by a share of its height and of its width; positive is down and to the right."""

    rank: ClassVar[int] = 2
    summary: ClassVar[str] = "Shifts images by a random distance while training."
    example_settings: ClassVar[dict[str, Any]] = {"height_factor": 0.1, "width_factor": 0.1}
    positional: ClassVar[tuple[str, ...]] = (
        *("height_factor", "width_factor", "fill_mode", "interpolation", "seed", "fill_value", "data_format"),
    )

    height_factor: Annotated[Range, NumberRange(help="Shift as a share of the height; positive is down.")]
    width_factor: Annotated[Range, NumberRange(help="Shift as a share of the width; positive is to the right.")]
    fill_mode: FillMode = "reflect"
    interpolation: Interpolation = "bilinear"
    fill_value: FillValue = 0.0

    def label(self) -> str:
        height, width = percent_range(self.height_factor), percent_range(self.width_factor)
        return height if height == width else f"{height}, {width}"

    def change(self, input_shape: Shape) -> str:
        axes = zip(("rows", "columns"), (self.height_factor, self.width_factor), input_shape, strict=False)
        shifts = [f"{low * size:g} to {high * size:g} {name}" for name, (low, high), size in axes]
        return f"shifted by {' and by '.join(shifts)}".replace("-", "−")
