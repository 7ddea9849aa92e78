"""Activation."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from cnn_builder.architecture.layers.base import Layer
from cnn_builder.architecture.layers.settings import ACTIVATIONS, Choice


class Activation(Layer):
    """An activation function by name, as a layer of its own."""

    category: ClassVar[str] = "Activation"
    rank: ClassVar[int] = 2
    summary: ClassVar[str] = "Any of Keras' activation functions, by name."
    example_settings: ClassVar[dict[str, Any]] = {"activation": "tanh"}

    # Keras takes None here as 'linear', and requires that it be said.
    activation: Annotated[str | None, Choice(options=ACTIVATIONS, optional=True)]

    def label(self) -> str:
        return self.activation or "linear"
