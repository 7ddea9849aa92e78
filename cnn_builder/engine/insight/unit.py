"""One number of a layer's output, taken apart: the window it saw, the weights, and what came out."""

from dataclasses import dataclass

import numpy as np

from cnn_builder.architecture.layers.windows import same_padding
from cnn_builder.engine.backend import keras
from cnn_builder.engine.insight.inside import Inside


@dataclass(frozen=True)
class Unit:
    """What made one output number.

    Args:
        window: what it saw, (kernel height, kernel width, channels); NaN where it hung over the edge (padding).
        kernel: the weights of the same shape; None where there are none (pooling).
        bias: what was added; 0 without a bias.
        total: Σ window·kernel + bias; for pooling the maximum or the mean.
        output: the layer's number itself, after its activation.
    """

    window: np.ndarray
    kernel: np.ndarray | None
    bias: float
    total: float
    output: float


def unit(inside: Inside, image: np.ndarray, index: int, place: tuple[int, int, int]) -> Unit:
    """The output number of layer `index` at `place`, (row, column, channel), all from 0.

    Works for convolutions (separable and depthwise too, whose kernels are multiplied out) and for pooling.
    Raises ValueError for another layer, or a place outside its map.
    """
    layer = inside.layer(index)
    shape = inside.shapes[index]
    if len(shape) != 3 or not _has_window(layer):
        raise ValueError(f"Layer {index + 1} ({type(layer).__name__}) has no window. Choose a convolution or a pool.")
    if not all(0 <= at < size for at, size in zip(place, shape, strict=True)):
        raise ValueError(f"Layer {index + 1} has places up to {shape}, counted from 1; {place} counted from 0 is none.")
    seen = inside.layer_input(index, image)
    output = float(inside.activations(image)[index][place])
    window = _window(layer, seen, place)
    if isinstance(layer, _POOLS):
        values = window[..., place[2] : place[2] + 1]
        inner = values[~np.isnan(values)]
        total = float(inner.max() if isinstance(layer, keras.layers.MaxPooling2D) else inner.mean())
        return Unit(values, None, 0.0, total, output)
    kernel, channels = _kernel(layer, place[2], seen.shape[-1])
    values = window[..., channels]
    bias = float(np.asarray(layer.bias)[place[2]]) if layer.use_bias else 0.0
    return Unit(values, kernel, bias, float(np.nansum(values.astype(np.float64) * kernel) + bias), output)


_POOLS = (keras.layers.MaxPooling2D, keras.layers.AveragePooling2D)
_CONVOLUTIONS = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D)


def _has_window(layer: "keras.Layer") -> bool:
    return isinstance(layer, (*_POOLS, *_CONVOLUTIONS))


def _window(layer: "keras.Layer", seen: np.ndarray, place: tuple[int, int, int]) -> np.ndarray:
    """The values under the window, all channels: (kernel height, kernel width, channels), NaN outside the input."""
    kernel = layer.pool_size if isinstance(layer, _POOLS) else layer.kernel_size
    dilation = (1, 1) if isinstance(layer, _POOLS) else layer.dilation_rate
    window = np.full((*kernel, seen.shape[-1]), np.nan, np.float32)
    axes = []
    for axis in (0, 1):
        n, k, s, d = seen.shape[axis], kernel[axis], layer.strides[axis], dilation[axis]
        before = same_padding(n, k, s, d)[0] if layer.padding == "same" else 0
        axes.append(place[axis] * s - before + d * np.arange(k))
    inside = [(axis >= 0) & (axis < size) for axis, size in zip(axes, seen.shape[:2], strict=True)]
    window[np.ix_(*inside)] = seen[np.ix_(axes[0][inside[0]], axes[1][inside[1]])]
    return window


def _kernel(layer: "keras.Layer", channel: int, channels: int) -> tuple[np.ndarray, slice]:
    """The weights of one output channel, (height, width, input channels it sees), and which those channels are."""
    if isinstance(layer, keras.layers.SeparableConv2D):
        depthwise, pointwise = np.asarray(layer.depthwise_kernel), np.asarray(layer.pointwise_kernel)
        mixed = pointwise[0, 0, :, channel].reshape(depthwise.shape[2:])
        return np.einsum("hwcm,cm->hwc", depthwise, mixed), slice(0, channels)
    kernel = np.asarray(layer.kernel)
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        source, copy = divmod(channel, layer.depth_multiplier)
        return kernel[:, :, source : source + 1, copy], slice(source, source + 1)
    width = channels // layer.groups
    group = channel // (layer.filters // layer.groups)
    return kernel[..., channel], slice(group * width, (group + 1) * width)
