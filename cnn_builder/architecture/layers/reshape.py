"""Reshape."""

from __future__ import annotations

from math import prod
from typing import Annotated, Any, ClassVar

from cnn_builder.architecture.errors import LayerFitError
from cnn_builder.architecture.layers.base import Explanation, Layer, Replacement, Shape, times
from cnn_builder.architecture.layers.target_shape import REST, TargetShape
from cnn_builder.limits import MAX_TARGET_NUMBERS


class Reshape(Layer):
    """The same numbers in the same order, under another shape: row by row, channels last."""

    category: ClassVar[str] = "Shape"
    rank: ClassVar[int] = 3
    summary: ClassVar[str] = "Gives the same numbers another shape, such as 784 as 28×28×1."
    example_settings: ClassVar[dict[str, Any]] = {"target_shape": [REST]}

    target_shape: Annotated[
        tuple[int, ...], TargetShape(help="Sizes without the batch, such as 28, 28, 1; -1 stands for what is left.")
    ]

    def label(self) -> str:
        # With a -1 as it is typed: signs between × are hard to read.
        return ", ".join(map(str, self.target_shape)) if REST in self.target_shape else times(self.target_shape)

    def output_shape(self, input_shape: Shape) -> Shape:
        numbers, known = prod(input_shape), self._known()
        if REST in self.target_shape:
            if numbers % known:
                raise LayerFitError(
                    f"the {numbers:,} numbers of the input ({times(input_shape)}) cannot be shared out over "
                    f"{_listed(self.target_shape)}: {known:,} does not divide {numbers:,}. Change target_shape."
                )
            return tuple(numbers // known if size == REST else size for size in self.target_shape)
        if numbers != known:
            raise LayerFitError(
                f"target_shape {_listed(self.target_shape)} holds {known:,} numbers, but the input "
                f"({times(input_shape)}) has {numbers:,}. Both must be the same."
            )
        return self.target_shape

    def keeps_places(self, input_shape: Shape) -> bool:
        """Only where a channel axis of one channel comes or goes, or nothing changes at all."""
        out = self.output_shape(input_shape)
        return len(out) > 1 and _without_channel(out) == _without_channel(input_shape)

    def explain(self, input_shape: Shape) -> Explanation:
        out = self.output_shape(input_shape)
        product = "·".join(str(size) for size in input_shape)
        total = f"{product} = {prod(input_shape):,} numbers" if len(input_shape) > 1 else f"{input_shape[0]:,} numbers"
        lines = [f"{total}, in the same order as {times(out)}"]
        if REST in self.target_shape and len(out) > 1:
            others = "·".join(str(size) for size in self.target_shape if size != REST)
            lines.append(f"what is left: {prod(input_shape):,} / ({others}) = {prod(input_shape) // self._known():,}")
        return Explanation(lines, ["no parameters"], ["no multiply-adds"])

    def rules(self) -> Explanation:
        return Explanation(["numbers out = numbers in"])

    def suggestions(self, input_shape: Shape) -> tuple[Replacement, ...]:
        """Another size along one axis, the last first, that takes all numbers; no Reshape at all; or a vector."""
        found = []
        for axis in range(len(self.target_shape) - 1, -1, -1):
            others = self._known() // max(self.target_shape[axis], 1)
            if REST not in (*self.target_shape[:axis], *self.target_shape[axis + 1 :]):
                size, rest = divmod(prod(input_shape), others)
                shape = (*self.target_shape[:axis], size, *self.target_shape[axis + 1 :])
                if not rest and size <= MAX_TARGET_NUMBERS:
                    found.append(
                        Replacement(f"Set target_shape to {times(shape)}", (self.changed(target_shape=shape),))
                    )
        one_row = Replacement("Set target_shape to -1, all in one row", (self.changed(target_shape=[REST]),))
        return (*found, Replacement(f"Remove {self.type}", ()), one_row)

    def _known(self) -> int:
        """How many numbers the sizes that are given make."""
        return prod(size for size in self.target_shape if size != REST)


def _without_channel(shape: Shape) -> Shape:
    """``(28, 28)`` for ``(28, 28, 1)``; every other shape as it is."""
    return shape[:2] if len(shape) == 3 and shape[2] == 1 else shape


def _listed(sizes: Shape) -> str:
    return f"({', '.join(str(size) for size in sizes)})"
