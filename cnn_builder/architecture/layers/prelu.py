"""PReLU."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Annotated, Any, ClassVar

from cnn_builder.architecture.errors import LayerFitError
from cnn_builder.architecture.layers.base import Explanation, Layer, Replacement, Shape, Weight, times
from cnn_builder.architecture.layers.settings import Choice


@dataclass(frozen=True)
class SharedAxes(Choice):
    """Some of a map's axes, counted from 1 as in Keras: '1, 2' here, [1, 2] in files."""

    options: tuple[str, ...] = ("1, 2", "1, 2, 3", "1", "2", "3", "1, 3", "2, 3")

    @property
    def expected(self) -> str:
        return "some of the axes 1 (height), 2 (width) and 3 (channels), such as [1, 2]"

    def accept(self, value: Any) -> str:
        if isinstance(value, list | tuple):
            if not all(type(axis) is int for axis in value):
                raise ValueError
            value = ", ".join(str(axis) for axis in sorted(set(value)))
        return super().accept(value)

    def to_data(self, value: str | None) -> Any:
        return None if value is None else [int(axis) for axis in value.split(", ")]

    def to_code(self, value: str | None) -> str:
        return repr(self.to_data(value))


class PReLU(Layer):
    """x, or a·x below zero, with one learned slope a for every value of the input: He et al., 2015."""

    category: ClassVar[str] = "Activation"
    rank: ClassVar[int] = 5
    summary: ClassVar[str] = "Like ReLU, but learns the slope below zero for every value."
    positional: ClassVar[tuple[str, ...]] = (
        *("alpha_initializer", "alpha_regularizer", "alpha_constraint", "shared_axes"),
    )

    shared_axes: Annotated[
        str | None,
        SharedAxes(
            optional=True, help="Axes that share a slope: 1 height, 2 width, 3 channels. '1, 2': one slope a channel."
        ),
    ] = None

    def _slopes(self, input_shape: Shape) -> Shape:
        shared = self._shared()
        return tuple(1 if axis in shared else size for axis, size in enumerate(input_shape, start=1))

    def output_shape(self, input_shape: Shape) -> Shape:
        if max(self._shared(), default=0) > len(input_shape):
            raise LayerFitError(
                f"shared_axes [{self.shared_axes}] names axes of a map (height × width × channels), but the input is "
                f"{_said(input_shape)}. Leave shared_axes empty."
            )
        return input_shape

    def weights(self, input_shape: Shape) -> tuple[Weight, ...]:
        return (Weight("alpha", self._slopes(input_shape)),)

    def explain(self, input_shape: Shape) -> Explanation:
        self.output_shape(input_shape)
        slopes = self._slopes(input_shape)
        product = "·".join(str(size) for size in slopes)
        line = f"{product} = {prod(slopes):,}" if len(slopes) > 1 else f"{prod(slopes):,}"
        each = "value" if self.shared_axes is None else "place that shares none"
        return Explanation(
            [f"output = input = {times(input_shape)}"], [f"one slope a {each}: {line}"], ["none counted"]
        )

    def rules(self) -> Explanation:
        own = [name for axis, name in enumerate(("height", "width", "channels"), 1) if axis not in self._shared()]
        return Explanation([], ["·".join(own) or "1"])

    def _shared(self) -> tuple[int, ...]:
        return () if self.shared_axes is None else tuple(int(axis) for axis in self.shared_axes.split(", "))

    def suggestions(self, input_shape: Shape) -> tuple[Replacement, ...]:
        return (Replacement("Share no axes", (self.changed(shared_axes=None),)),)


def _said(shape: Shape) -> str:
    return f"a vector of {shape[0]:,} numbers" if len(shape) == 1 else f"{times(shape)} without channels"
