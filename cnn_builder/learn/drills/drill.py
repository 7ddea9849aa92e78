"""What a drill is: a question about a network, its answer, and the formula that leads there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cnn_builder.architecture import Architecture, Layer
from cnn_builder.architecture.formats.keras_code import layer_call
from cnn_builder.architecture.layers.base import Shape

HARDEST = 3
"""Levels count from 1."""
KINDS: dict[str, str] = {
    "output_shape": "Output shape",
    "params": "Parameters",
    "total_params": "Parameters of the network",
    "receptive_field": "Receptive field",
    "macs": "MACs",
    "halve_params": "Halve the parameters",
    "misfit": "What does not fit",
    "keep_size": "Keep the size",
}
"""Kind of question, and its name for people."""

DrillAnswer = Shape | int | str


@dataclass(frozen=True)
class Drill:
    """A question with its answer.

    Args:
        kind: one of KINDS.
        level: 1 easy to HARDEST.
        question: for people; layers count from 1.
        answer: a shape without the batch or a receptive field (height, width), a whole number, or one of `choices`.
        architecture: the network the question is about; where it is "misfit", one that may have been changed.
        index: the layer's place, from 0; None where the whole network is meant.
        choices: what can be chosen, in the order shown; empty where the answer is written.
        outcomes: the network that each choice leads to, in their order; empty where choices are no changes.
        explanation: the formula with the numbers in, a line each.
        lists_network: whether one needs the list of layers to answer.
    """

    kind: str
    level: int
    question: str
    answer: DrillAnswer
    architecture: Architecture
    index: int | None
    choices: tuple[str, ...] = ()
    outcomes: tuple[Architecture, ...] = ()
    explanation: tuple[str, ...] = ()
    lists_network: bool = False

    @property
    def key(self) -> str:
        """What makes it the same question: its words and the network they are about."""
        return "\n".join([self.question, *layer_lines(self.architecture)])

    def to_dict(self) -> dict[str, Any]:
        """As the command line prints it: `index` counts from 0, a shape is a list."""
        return {
            "question": self.question,
            "kind": self.kind,
            "index": self.index,
            "answer": list(self.answer) if isinstance(self.answer, tuple) else self.answer,
            "choices": list(self.choices),
            "level": self.level,
            "explanation": list(self.explanation),
            "architecture": self.architecture.to_dict(),
        }


def call_of(layer: Layer) -> str:
    """The layer as Keras code, with the size of a pool also where it is the default: one cannot see it otherwise."""
    call = layer_call(layer)
    size = layer.settings().get("pool_size")
    if size is None or call.startswith(f"{layer.type}({size}"):
        return call
    inner = call.removeprefix(f"{layer.type}(").removesuffix(")")
    return f"{layer.type}({', '.join(filter(None, [f'pool_size={size}', inner]))})"


def layer_lines(architecture: Architecture) -> list[str]:
    """The layers as Keras code, one a line, numbered from 1, after the input."""
    shape = ", ".join(map(str, architecture.input_shape))
    calls = [f"{place}. {call_of(layer)}" for place, layer in enumerate(architecture.layers, 1)]
    return [f"Input({shape})", *calls]
