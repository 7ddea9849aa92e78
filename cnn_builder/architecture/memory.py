"""How much memory a network needs, estimated from its trace. TensorFlow itself and the images come on top.

Training keeps, in float32 (4 bytes): every weight; for each one that is trained a gradient and the optimizer's own
numbers ("slots": 2 for Adam, its two moving averages); and every layer's output, and the input, for each image of the
batch, because the gradients are computed from them. Prediction keeps the weights and, at any moment, one layer's
input and output.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import prod

from cnn_builder.architecture.architecture import Architecture
from cnn_builder.architecture.trace import Trace, trace

BYTES_PER_NUMBER = 4


@dataclass(frozen=True)
class TrainingMemory:
    """The parts of what training needs, in bytes."""

    weights: int
    gradients: int
    slots: int
    activations: int

    @property
    def total(self) -> int:
        return self.weights + self.gradients + self.slots + self.activations


def training_memory(network: Architecture | Trace, batch_size: int, optimizer_slots: int) -> TrainingMemory:
    """What training on batches of ``batch_size`` images needs, part by part.

    Args:
        network: layers up to the first that does not fit are counted.
        optimizer_slots: numbers the optimizer keeps for each trained parameter.
    """
    walked = _walked(network)
    return TrainingMemory(
        weights=BYTES_PER_NUMBER * walked.total_params,
        gradients=BYTES_PER_NUMBER * walked.trainable_params,
        slots=BYTES_PER_NUMBER * walked.trainable_params * optimizer_slots,
        activations=BYTES_PER_NUMBER * batch_size * sum(activation_counts(walked)),
    )


def heaviest(traced: Trace, batch_size: int, optimizer_slots: int) -> int:
    """Place (from 0) of the layer that takes most of ``training_memory``. Raises ValueError when there is no row."""

    def size(place: int) -> int:
        row, numbers = traced.rows[place], activation_counts(traced)[place + 1]
        return row.params + row.trainable_params * (1 + optimizer_slots) + batch_size * numbers

    return max(range(len(traced.rows)), key=size)


def training_bytes(network: Architecture | Trace, batch_size: int, optimizer_slots: int) -> int:
    """Bytes that training needs: parameters × (weight + gradient + slots) + activations × batch, 4 bytes each."""
    return training_memory(network, batch_size, optimizer_slots).total


def inference_bytes(network: Architecture | Trace, batch_size: int = 1) -> int:
    """Bytes that prediction needs: the weights, and the largest pair of a layer's input and output × batch."""
    walked = _walked(network)
    numbers = activation_counts(walked)
    widest = max((before + after for before, after in pairwise(numbers)), default=numbers[0])
    return BYTES_PER_NUMBER * (walked.total_params + widest * batch_size)


def activation_counts(walked: Trace) -> tuple[int, ...]:
    """Numbers one image makes: of the input first, then of each layer's output."""
    # Python's own integers: a wrong stack may be too big for NumPy's.
    return (prod(walked.input_shape), *(prod(row.output_shape) for row in walked.rows))


def _walked(network: Architecture | Trace) -> Trace:
    return trace(network) if isinstance(network, Architecture) else network


def bytes_text(count: int) -> str:
    """Bytes: "812 B", "3.2 kB", "640 MB", "1.5 GB" (1 GB = 10⁹ bytes)."""
    size = float(count)
    for unit in ("B", "kB", "MB"):
        if size < 999.5:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 99.5 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} GB"
