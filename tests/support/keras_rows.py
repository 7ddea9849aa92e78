"""What Keras makes of a stack, layer by layer, for comparing with the trace."""

from math import prod
from typing import Any

import keras

from cnn_builder.architecture import Architecture, Layer

KerasRow = tuple[tuple[int, ...], int, int, int]
"""Output shape without the batch, parameters, trainable parameters, multiply-adds."""


def keras_rows(network: Architecture) -> tuple[list[KerasRow], int | None]:
    """A row for each layer that Keras takes, and the place of the first it refuses."""
    tensor: Any = keras.KerasTensor((None, *network.input_shape))
    rows: list[KerasRow] = []
    for index, layer in enumerate(network.layers):
        if refused_later(layer, len(tensor.shape) - 1):
            return rows, index
        try:
            made = getattr(keras.layers, layer.type)(**layer.keras_kwargs())
            tensor = made(tensor)
        except (ValueError, TypeError, IndexError):
            return rows, index
        rows.append((tuple(tensor.shape[1:]), *counts(made, tuple(tensor.shape[1:]))))
    return rows, None


def refused_later(layer: Layer, rank: int) -> bool:
    """What Keras builds and fails at when images come: Dense on a map at the loss, an augmentation on a vector."""
    return (layer.type == "Dense" and rank != 1) or (layer.category == "Augmentation" and rank != 3)


def counts(made: Any, output_shape: tuple[int, ...]) -> tuple[int, int, int]:
    """Parameters, trainable parameters and multiply-adds of a built Keras layer.

    Every number of a kernel is used once for each output position: height × width of them on a map, 1 on a vector.
    """
    positions = prod(output_shape[:-1])
    kernels = [weight for weight in made.weights if weight.name.endswith("kernel")]
    return (
        sum(prod(weight.shape) for weight in made.weights),
        sum(prod(weight.shape) for weight in made.trainable_weights),
        positions * sum(prod(weight.shape) for weight in kernels),
    )
