"""RandomContrast."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from cnn_builder.architecture.layers.augmentation import Augmentation
from cnn_builder.architecture.layers.base import Shape
from cnn_builder.architecture.layers.number_pairs import NumberRange, Range

_KERAS_RANGE = (0.0, 255.0)


class RandomContrast(Augmentation):
    """(x − mean)·c + mean in each channel, with c by chance from 1 − low to 1 + high; then cut to ``value_range``.

    ``factor`` is (low, high). One number f is (0, f), as Keras 3.15 takes it (its documentation says (f, f)).
    """

    rank: ClassVar[int] = 4
    summary: ClassVar[str] = "Strengthens or weakens the contrast at random while training."
    example_settings: ClassVar[dict[str, Any]] = {"factor": (0.2, 0.2), "value_range": (0.0, 1.0)}
    positional: ClassVar[tuple[str, ...]] = ("factor", "value_range", "seed")

    factor: Annotated[
        Range,
        NumberRange(
            minimum=0.0, step=0.05, scalar="above", sides=("down", "up"), help="How much weaker and stronger it gets."
        ),
    ]
    value_range: Annotated[
        Range,
        NumberRange(
            minimum=-1e6, maximum=1e6, step=0.1, scalar="none", help="Values outside are cut off. Images come as 0…1."
        ),
    ] = _KERAS_RANGE

    def label(self) -> str:
        low, high = self.factor
        return f"×{1 - low:g} … {1 + high:g}"

    def change(self, input_shape: Shape) -> str:
        (low, high), (darkest, brightest) = self.factor, self.value_range
        line = f"distance to the channel's mean × {1 - low:g} … {1 + high:g}, cut to {darkest:g} … {brightest:g}"
        return line.replace("-", "−")

    def warning(self, input_shape: Shape) -> str | None:
        if self.value_range == _KERAS_RANGE:
            return (
                "Keras' value_range (0, 255) does not cut off what grows above 1, and images come as 0…1. "
                "Set value_range to (0, 1)."
            )
        return None
