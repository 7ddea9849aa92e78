"""RandomErasing."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from cnn_builder.architecture.layers.augmentation import Augmentation, percent_range
from cnn_builder.architecture.layers.base import Shape
from cnn_builder.architecture.layers.number_pairs import NumberRange, Range
from cnn_builder.architecture.layers.settings import Real

_KERAS_RANGE = (0.0, 255.0)


class RandomErasing(Augmentation):
    """Fills a rectangle at a random place with one value or with noise.

    Each side is the square root of a number in ``scale``, as a share of the image's side: the area is a share in
    ``scale``. ``factor`` is how likely an image gets one. Z. Zhong et al., "Random erasing data augmentation", AAAI
    2020.
    """

    rank: ClassVar[int] = 5
    summary: ClassVar[str] = "Covers a random rectangle of each image while training."
    example_settings: ClassVar[dict[str, Any]] = {"scale": (0.1, 0.4), "fill_value": 0.0, "value_range": (0.0, 1.0)}
    positional: ClassVar[tuple[str, ...]] = ("factor", "scale", "fill_value", "value_range", "seed", "data_format")

    factor: Annotated[
        Range,
        NumberRange(minimum=0.0, step=0.05, scalar="above", help="How likely an image gets one, itself by chance."),
    ] = (0.0, 1.0)
    scale: Annotated[
        Range, NumberRange(minimum=0.0, scalar="above", help="The rectangle's area as a share of the image's.")
    ] = (0.02, 0.33)
    fill_value: Annotated[
        float | None, Real(minimum=-1e6, maximum=1e6, step=0.1, optional=True, help="Empty fills it with noise.")
    ] = None
    value_range: Annotated[
        Range,
        NumberRange(minimum=-1e6, maximum=1e6, step=0.1, scalar="none", help="Of the images, which come as 0…1."),
    ] = _KERAS_RANGE

    def label(self) -> str:
        return percent_range(self.scale)

    def change(self, input_shape: Shape) -> str:
        filled = "with noise" if self.fill_value is None else f"with {self.fill_value:g}"
        return f"a rectangle of {percent_range(self.scale)} of the image's area is filled {filled}"

    def warning(self, input_shape: Shape) -> str | None:
        if self.value_range == _KERAS_RANGE and (self.fill_value is None):
            return (
                "Keras' value_range (0, 255) makes the noise 255 times as strong as the images, which come as 0…1. "
                "Set value_range to (0, 1)."
            )
        return None
