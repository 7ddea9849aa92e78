"""The distributions of a layer's weights, gradients and activations after an epoch, and their form in a file."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

BINS = 30
MOST_SAMPLED = 16_384
"""Values that the numbers of a larger array are of, evenly spread over it."""
_AXES = 2 * 3 * 5 * 7
QUANTITIES = ("weights", "gradients", "activations")
_DIGITS = 5
MOST_FILTERS, MOST_CHANNELS = 32, 3
"""Of the first convolution's filters and their input channels, so many are kept."""


def sampled(values: np.ndarray) -> np.ndarray:
    """At most `MOST_SAMPLED` of the values, evenly spread, float32 (n,); all where there are no more."""
    flat = np.asarray(values).ravel()
    step = max(math.ceil(flat.size / MOST_SAMPLED), 1)
    while step > 1 and math.gcd(step, _AXES) > 1:  # else always the same channels, whose number has such factors
        step += 1
    return np.asarray(flat[::step], np.float32)


@dataclass(frozen=True)
class Distribution:
    """Some numbers: mean, standard deviation, lowest, highest, the share of zeros, and a histogram.

    `counts` are of `BINS` bins of one width from `minimum` to `maximum`.
    """

    mean: float
    std: float
    minimum: float
    maximum: float
    zeros: float
    counts: tuple[int, ...]

    @property
    def rms(self) -> float:
        """Root mean square."""
        return math.hypot(self.mean, self.std)

    @property
    def edges(self) -> np.ndarray:
        return np.linspace(self.minimum, self.maximum, len(self.counts) + 1)

    @classmethod
    def of(cls, values: np.ndarray) -> Distribution | None:
        """The distribution of an array of any shape; None where it is empty or holds what is not a number.

        Of an array of more than `MOST_SAMPLED` values, of so many of them.
        """
        flat = sampled(values)
        if not flat.size:
            return None
        low, high = float(flat.min()), float(flat.max())
        if not (math.isfinite(low) and math.isfinite(high)):
            return None
        mean, std = float(flat.mean(dtype=np.float64)), float(flat.std())
        zeros = 1 - int(np.count_nonzero(flat)) / flat.size
        counts = np.histogram(flat, BINS, (low, high))[0] if high > low else [len(flat)] + [0] * (BINS - 1)
        return cls(mean, std, low, high, zeros, tuple(int(count) for count in counts))

    def to_data(self) -> list[Any]:
        numbers = (self.mean, self.std, self.minimum, self.maximum, self.zeros)
        return [*(float(f"{number:.{_DIGITS}g}") for number in numbers), list(self.counts)]

    @classmethod
    def from_data(cls, data: Any) -> Distribution | None:
        """Raises ValueError or TypeError where this is not what `to_data` gives, or null."""
        if data is None:
            return None
        *numbers, counts = data
        mean, std, low, high, zeros = (float(number) for number in numbers)
        return cls(mean, std, low, high, zeros, tuple(int(count) for count in counts))


@dataclass(frozen=True)
class LayerStatistics:
    """One layer after an epoch. `index` counts from 0.

    Attributes:
        weights, gradients: of all trainable weights together; None where it has none.
        activations: of its outputs for the probe images; None where they say no more than the layer before.
        units: how many channels or units a ReLU gives, 0 where the layer has none.
        dead: how many of them are 0 for all probe images, at every place.
    """

    index: int
    type: str
    weights: Distribution | None = None
    gradients: Distribution | None = None
    activations: Distribution | None = None
    units: int = 0
    dead: int = 0

    @property
    def gradient_ratio(self) -> float | None:
        """Root mean square of the gradients over that of the weights; None where there is nothing to divide by."""
        if self.weights is None or self.gradients is None or not self.weights.rms:
            return None
        return self.gradients.rms / self.weights.rms

    def distribution(self, quantity: str) -> Distribution | None:
        """One of `QUANTITIES`."""
        found: Distribution | None = getattr(self, quantity)
        return found


@dataclass(frozen=True, eq=False)
class EpochStatistics:
    """All layers after an epoch, 0 before training.

    Attributes:
        images: how many training images activations and gradients are of.
        filters: float32 (height, width, channels, filters), the first convolution's kernel, or its first part; None
            without one.
    """

    epoch: int
    images: int
    layers: tuple[LayerStatistics, ...]
    filters: np.ndarray | None = None

    def layer(self, index: int) -> LayerStatistics | None:
        return next((layer for layer in self.layers if layer.index == index), None)

    def to_data(self) -> dict[str, Any]:
        layers = [
            {
                "index": layer.index, "type": layer.type, "units": layer.units, "dead": layer.dead,
                **{name: one.to_data() for name in QUANTITIES if (one := layer.distribution(name)) is not None},
            }
            for layer in self.layers
        ]  # fmt: skip
        filters = None if self.filters is None else _packed(self.filters)
        return {"epoch": self.epoch, "images": self.images, "layers": layers, "filters": filters}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> EpochStatistics:
        """Raises ValueError, KeyError or TypeError where this is not what `to_data` gives."""
        layers = tuple(_layer(one) for one in data["layers"])
        filters = None if data["filters"] is None else _unpacked(data["filters"])
        return cls(int(data["epoch"]), int(data["images"]), layers, filters)


def _layer(data: Mapping[str, Any]) -> LayerStatistics:
    weights, gradients, activations = (Distribution.from_data(data.get(name)) for name in QUANTITIES)
    index, kind, units, dead = int(data["index"]), str(data["type"]), int(data["units"]), int(data["dead"])
    return LayerStatistics(index, kind, weights, gradients, activations, units, dead)


def _packed(kernel: np.ndarray) -> dict[str, Any]:
    """The first filters in 8 bits each: what a picture shows, in a fraction of the space."""
    kept = kernel[:, :, :MOST_CHANNELS, :MOST_FILTERS]
    scale = float(np.abs(kept).max()) / 127 or 1.0
    values = np.rint(kept / scale).astype(np.int8)
    text = base64.b64encode(values.tobytes()).decode("ascii")
    return {"shape": list(kept.shape), "scale": float(f"{scale:.6g}"), "values": text}


def _unpacked(data: Mapping[str, Any]) -> np.ndarray:
    values = np.frombuffer(base64.b64decode(data["values"]), np.int8).reshape([int(size) for size in data["shape"]])
    if values.ndim != 4:
        raise ValueError(f"expected four axes, received {values.ndim}")
    return values.astype(np.float32) * np.float32(data["scale"])
