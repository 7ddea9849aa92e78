"""RandomZoom."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from cnn_builder.architecture.layers.augmentation import Augmentation, FillMode, FillValue, Interpolation, percent_range
from cnn_builder.architecture.layers.base import Shape
from cnn_builder.architecture.layers.number_pairs import NumberRange, Range


class RandomZoom(Augmentation):
    """Makes each image's content smaller (positive factors) or larger (negative ones), the image's size staying."""

    rank: ClassVar[int] = 3
    summary: ClassVar[str] = "Zooms in or out by a random share while training."
    example_settings: ClassVar[dict[str, Any]] = {"height_factor": 0.1}
    positional: ClassVar[tuple[str, ...]] = (
        *("height_factor", "width_factor", "fill_mode", "interpolation", "seed", "fill_value", "data_format"),
    )

    height_factor: Annotated[Range, NumberRange(excluded=-1.0, help="Positive zooms out, negative zooms in.")]
    width_factor: Annotated[
        Range | None, NumberRange(excluded=-1.0, optional=True, help="Empty keeps the proportions, as the height's.")
    ] = None
    fill_mode: FillMode = "reflect"
    interpolation: Interpolation = "bilinear"
    fill_value: FillValue = 0.0

    def label(self) -> str:
        height = percent_range(self.height_factor)
        return height if self.width_factor is None else f"{height}, {percent_range(self.width_factor)}"

    def change(self, input_shape: Shape) -> str:
        height = f"the window grows by {percent_range(self.height_factor)}"
        if self.width_factor is None:
            return f"{height}, keeping the proportions"
        return f"{height} in height and by {percent_range(self.width_factor)} in width"
