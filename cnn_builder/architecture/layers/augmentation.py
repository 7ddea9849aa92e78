"""What the augmentations share; the types stand in files of their own."""

from __future__ import annotations

from typing import Annotated, ClassVar

from cnn_builder.architecture.layers.base import Explanation, Layer, Replacement, Shape, require_map, times
from cnn_builder.architecture.layers.number_pairs import Range
from cnn_builder.architecture.layers.settings import Choice, Real

FILL_MODES = ("reflect", "constant", "wrap", "nearest")
FillMode = Annotated[
    str, Choice(options=FILL_MODES, help="What stands beyond the edge: the image mirrored, one value, round again …")
]
Interpolation = Annotated[str, Choice(options=("bilinear", "nearest"), help="How values between pixels are found.")]
FillValue = Annotated[
    float, Real(minimum=-1e6, maximum=1e6, step=0.1, help="The value beyond the edge when fill_mode is 'constant'.")
]


class Augmentation(Layer):
    """Base of the augmentations: input and output (height, width, channels). At work in training only.

    Each image of each batch is changed by chance of its own; predictions and scores see images as they are.
    """

    category: ClassVar[str] = "Augmentation"
    training_only: ClassVar[bool] = True

    def output_shape(self, input_shape: Shape) -> Shape:
        require_map(self, input_shape)
        return input_shape

    def change(self, input_shape: Shape) -> str:
        """What is done to one image while training, with this layer's numbers."""
        return self.summary

    def explain(self, input_shape: Shape) -> Explanation:
        out = self.output_shape(input_shape)
        return Explanation(
            [f"output = input = {times(out)}", f"in training: {self.change(input_shape)}", "in use: nothing changes"],
            ["no parameters: chance is not learned"],
            ["none counted: it does nothing once trained"],
        )

    def suggestions(self, input_shape: Shape) -> tuple[Replacement, ...]:
        return (Replacement(f"Remove {self.type}", ()),)


def span(low: float, high: float, unit: str = "") -> str:
    """``±0.1`` or ``−0.2 … 0.3``, for people."""
    return f"±{high:g}{unit}" if low == -high else f"{low:g}{unit} … {high:g}{unit}".replace("-", "−")


def percent_range(factor: Range) -> str:
    """A range of shares as ``±10 %``."""
    low, high = (round(100 * share, 4) for share in factor)
    return span(low, high, " %")
