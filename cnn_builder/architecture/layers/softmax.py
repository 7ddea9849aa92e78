"""Softmax."""

from __future__ import annotations

from typing import ClassVar

from cnn_builder.architecture.layers.base import Layer


class Softmax(Layer):
    """exp(x) / sum(exp(x)) over the last axis: numbers to probabilities."""

    category: ClassVar[str] = "Activation"
    rank: ClassVar[int] = 1
    summary: ClassVar[str] = "Turns the last numbers into probabilities that sum to 1."
    mixes_last_axis: ClassVar[bool] = True
    positional: ClassVar[tuple[str, ...]] = ("axis",)
