"""Activation."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from cnn_builder.architecture.layers.base import Layer, Shape
from cnn_builder.architecture.layers.settings import ACTIVATIONS, Choice

OVER_LAST_AXIS = ("softmax", "log_softmax", "sparsemax")
"""Functions of all the numbers along the last axis; every other one takes them one by one."""


class Activation(Layer):
    """An activation function by name, as a layer of its own. Keras has GELU in this form only."""

    category: ClassVar[str] = "Activation"
    rank: ClassVar[int] = 2
    summary: ClassVar[str] = "Any of Keras' activation functions, by name."
    example_settings: ClassVar[dict[str, Any]] = {"activation": "tanh"}
    further_examples: ClassVar[dict[str, dict[str, Any]]] = {"GELU": {"activation": "gelu"}}

    # Keras takes None here as 'linear', and requires that it be said.
    activation: Annotated[str | None, Choice(options=ACTIVATIONS, optional=True, help="The function's name.")]

    def keeps_places(self, input_shape: Shape) -> bool:
        return len(input_shape) != 2 or self.activation not in OVER_LAST_AXIS

    def label(self) -> str:
        return self.activation or "linear"
