"""A model with some filters muted: what it reads then, and how well."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from cnn_builder.engine.backend import keras
from cnn_builder.engine.insight.inside import Inside
from cnn_builder.engine.insight.time_limit import check_time

BATCH = 200


@dataclass(frozen=True)
class Mute:
    """Output channels of a layer (from 0) whose weights and bias count as zero; `channels` None mutes them all."""

    layer: int
    channels: tuple[int, ...] | None = None


def accuracy(inside: Inside, images: np.ndarray, labels: np.ndarray, mutes: Sequence[Mute] = ()) -> float:
    """Share of images read right with some filters muted. uint8 (n, height, width, channels), labels (n,)."""
    with muted(inside, mutes):
        right = 0
        for start in range(0, len(images), BATCH):
            check_time()
            read = inside.probabilities(images[start : start + BATCH]).argmax(axis=1)
            right += int((read == labels[start : start + BATCH]).sum())
    return right / len(images)


@contextmanager
def muted(inside: Inside, mutes: Sequence[Mute]) -> Iterator[None]:
    """The model with some filters muted; afterwards its weights are what they were. Raises ValueError."""
    for mute in mutes:
        _check(inside, mute)
    with inside.still:
        kept = [(variable, np.array(variable)) for mute in mutes for variable in inside.layer(mute.layer).weights]
        try:
            for mute in mutes:
                _silence(inside.layer(mute.layer), mute.channels, inside.shapes[mute.layer][-1])
            yield
        finally:
            # Backwards: a layer muted twice was whole only before the first time.
            for variable, value in reversed(kept):
                variable.assign(value)


def mutable(layer: "keras.Layer") -> bool:
    """Whether the layer has filters or units that can be muted."""
    return isinstance(layer, _KINDS)


_KINDS = (keras.layers.Conv2D, keras.layers.SeparableConv2D, keras.layers.DepthwiseConv2D, keras.layers.Dense)


def _check(inside: Inside, mute: Mute) -> None:
    layer = inside.layer(mute.layer)
    if not mutable(layer):
        raise ValueError(f"Layer {mute.layer + 1} ({type(layer).__name__}) has no filters to mute.")
    size = inside.shapes[mute.layer][-1]
    if mute.channels is not None and not all(0 <= channel < size for channel in mute.channels):
        raise ValueError(f"Layer {mute.layer + 1} has filters 1 to {size}.")


def _silence(layer: "keras.Layer", channels: tuple[int, ...] | None, count: int) -> None:
    chosen = np.arange(count) if channels is None else np.array(channels, int)
    # The weights that make the outputs: of a separable convolution those that mix the channels.
    name = "pointwise_kernel" if isinstance(layer, keras.layers.SeparableConv2D) else "kernel"
    variable = getattr(layer, name)
    # A depthwise kernel's last two axes are (input channel, copy); flat, they are the output channels in order.
    weights = np.array(variable)
    flat = weights.reshape(-1, count)
    flat[:, chosen] = 0
    variable.assign(flat.reshape(weights.shape))
    if layer.use_bias:
        bias = np.array(layer.bias)
        bias[chosen] = 0
        layer.bias.assign(bias)
