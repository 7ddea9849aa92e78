"""RandomFlip."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from cnn_builder.architecture.layers.augmentation import Augmentation
from cnn_builder.architecture.layers.base import Shape
from cnn_builder.architecture.layers.settings import Choice

_MODES = {
    "horizontal": "left and right change places",
    "vertical": "top and bottom change places",
    "horizontal_and_vertical": "it is turned by half",
}


class RandomFlip(Augmentation):
    """Mirrors half of the images. Digits and letters do not bear it: a mirrored 3 is no 3."""

    rank: ClassVar[int] = 0
    summary: ClassVar[str] = "Mirrors images at random while training; not for digits, which it would make wrong."
    example_settings: ClassVar[dict[str, Any]] = {"mode": "horizontal"}
    positional: ClassVar[tuple[str, ...]] = ("mode", "seed", "data_format")

    mode: Annotated[str, Choice(options=tuple(_MODES), help="The direction that is mirrored.")] = (
        "horizontal_and_vertical"
    )

    def label(self) -> str:
        return self.mode.replace("_and_", " + ")

    def change(self, input_shape: Shape) -> str:
        return f"with chance 1/2, {_MODES[self.mode]}"
