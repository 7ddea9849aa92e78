"""The arithmetic of sliding windows, written once for convolution and pooling, per axis.

Source: V. Dumoulin, F. Visin, "A guide to convolution arithmetic for deep learning" (2016), as Keras and TensorFlow
apply it. n input size, k kernel, s stride, d dilation.
"""

from __future__ import annotations

from cnn_builder.architecture.errors import LayerFitError
from cnn_builder.architecture.layers.base import Shape, Window, times


def extent(kernel: int, dilation: int) -> int:
    """Places a dilated kernel spans: d·(k − 1) + 1."""
    return dilation * (kernel - 1) + 1


def output_size(n: int, kernel: int, stride: int, dilation: int, padding: str) -> int:
    """Positions a window takes along an axis; 0 or less when a 'valid' window does not fit.

    valid: floor((n − d·(k − 1) − 1) / s) + 1. same: ceil(n / s).
    """
    if padding == "same":
        return -(-n // stride)
    return (n - extent(kernel, dilation)) // stride + 1


def same_padding(n: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """Zeros added (before, after) an axis by 'same' padding; the odd one goes after."""
    out = output_size(n, kernel, stride, dilation, "same")
    total = max((out - 1) * stride + extent(kernel, dilation) - n, 0)
    return total // 2, total - total // 2


def output_map(input_shape: Shape, window: Window, padding: str, what: str) -> tuple[int, int]:
    """(height, width) of the output. Raises LayerFitError when the window does not fit; ``what`` names it."""
    axes = list(zip(input_shape[:2], window.kernel, window.strides, window.dilation, strict=True))
    height, width = (output_size(n, k, s, d, padding) for n, k, s, d in axes)
    if height < 1 or width < 1:
        spans = tuple(extent(k, d) for _, k, _, d in axes)
        dilated = f" (spanning {times(spans)} with its dilation)" if spans != window.kernel else ""
        raise LayerFitError(
            f"a {times(window.kernel)} 'valid' {what}{dilated} does not fit a {times(input_shape[:2])} input. "
            f"Use padding 'same' or a {what} that spans at most {times(input_shape[:2])}."
        )
    return height, width


def fitting_kernel(input_shape: Shape, window: Window) -> tuple[int, int]:
    """The largest kernel, at most the window's own, that fits the input with its dilation."""
    axes = zip(input_shape[:2], window.kernel, window.dilation, strict=True)
    height, width = (min(k, (n - 1) // d + 1) for n, k, d in axes)
    return height, width


def size_rules(padding: str) -> list[str]:
    """The shape rule in letters: n input size, k kernel, s stride, d dilation, p zeros on each side, so 2p in all.

    The last line is the rule as tutorials write it, for both kinds of padding; they leave the dilation out.
    """
    usual = "often written ⌊(n + 2p − k) / s⌋ + 1"
    if padding == "same":
        return ["out = ⌈n / s⌉", "2p = max((out − 1)·s + d·(k − 1) + 1 − n, 0)", usual]
    return ["out = ⌊(n − d·(k − 1) − 1) / s⌋ + 1", usual]


def size_lines(input_shape: Shape, window: Window, padding: str) -> list[str]:
    """The shape rule of each axis with its numbers in; one axis where both are alike."""
    axes = list(zip(input_shape[:2], window.kernel, window.strides, window.dilation, strict=True))
    if axes[0] == axes[1]:
        return _axis_lines("height = width", ("above and left", "below and right"), axes[0], padding)
    return [
        *_axis_lines("height", ("above", "below"), axes[0], padding),
        *_axis_lines("width", ("left", "right"), axes[1], padding),
    ]


def _axis_lines(name: str, sides: tuple[str, str], axis: tuple[int, int, int, int], padding: str) -> list[str]:
    n, k, s, d = axis
    out = output_size(n, k, s, d, padding)
    if padding != "same":
        return [f"{name} = ⌊({n} − {d}·({k} − 1) − 1) / {s}⌋ + 1 = {out}", _usual(axis, 0, out)]
    before, after = same_padding(n, k, s, d)
    zeros = f"2p = max({out - 1}·{s} + {d}·{k - 1} + 1 − {n}, 0) = {before + after}"
    split = f": {before} {sides[0]}, {after} {sides[1]}" if before + after else ": no zeros"
    return [f"{name} = ⌈{n} / {s}⌉ = {out}", zeros + split, _usual(axis, before + after, out)]


def _usual(axis: tuple[int, int, int, int], zeros: int, out: int) -> str:
    """The rule as tutorials write it, with its numbers; ``zeros`` are both sides' together, which may be odd."""
    n, k, s, d = axis
    both = f"{zeros}" if zeros % 2 else f"2·{zeros // 2}"
    dilated = f"k = {extent(k, d)} with its gaps: " if d > 1 else ""
    return f"{dilated}⌊({n} + {both} − {extent(k, d)}) / {s}⌋ + 1 = {out}"


def stride_warning(input_shape: Shape, window: Window) -> str | None:
    """A sentence when a stride is larger than the input, which Keras allows."""
    if any(s > n for s, n in zip(window.strides, input_shape[:2], strict=True)):
        return (
            f"Strides of {times(window.strides)} are larger than the {times(input_shape[:2])} input: "
            "only its first position is seen."
        )
    return None
