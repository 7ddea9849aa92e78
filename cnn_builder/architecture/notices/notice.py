"""What a notice is, and what its rules look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cnn_builder.architecture.architecture import Architecture, InputShape
from cnn_builder.architecture.layers.base import Layer
from cnn_builder.architecture.repair import Repair
from cnn_builder.architecture.trace import Trace
from cnn_builder.limits import MAX_LAYERS


@dataclass(frozen=True)
class Notice:
    """A warning in Build. ``blocks_training`` makes it an error in Train. ``index`` (from 0) is the layer's place.

    ``hint``: nothing is wrong, but there is something to learn or to save; Train does not speak of it.
    """

    code: str
    index: int | None
    message: str
    fix: Repair | None = None
    blocks_training: bool = False
    hint: bool = False


@dataclass(frozen=True)
class CheckedNetwork:
    """What the rules look at: a stack, its trace, and the classes and the images' shape of its data set, if known."""

    architecture: Architecture
    traced: Trace
    classes: int | None
    data_shape: InputShape | None

    @property
    def layers(self) -> tuple[Layer, ...]:
        return self.architecture.layers

    @property
    def is_full(self) -> bool:
        """Whether no layer can be added."""
        return len(self.layers) >= MAX_LAYERS

    @property
    def gives_vector(self) -> bool:
        """Whether the output is one vector, as labels need it."""
        return len(self.traced.output_shape) == 1

    @property
    def last_weights(self) -> int:
        """Place of the last layer that multiplies by weights, −1 when there is none."""
        return max((index for index, layer in enumerate(self.layers) if layer.linear), default=-1)


Rule = Callable[[CheckedNetwork], Iterator[Notice]]


def layer_place(index: int, layer: Layer) -> str:
    """``Layer 3 (Conv2D)``, counted from 1."""
    return f"Layer {index + 1} ({layer.type})"


def listed(indices: list[int]) -> str:
    """Places from 0 as people count them: ``3``, ``3 and 5``, ``3, 5 and 4 more``."""
    numbers = [str(index + 1) for index in indices]
    if len(numbers) > 3:
        numbers = [*numbers[:2], f"{len(numbers) - 2} more"]
    return " and ".join([", ".join(numbers[:-1]), numbers[-1]] if len(numbers) > 1 else numbers)
