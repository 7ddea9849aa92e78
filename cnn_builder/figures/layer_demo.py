"""What a convolution, ReLU, max pooling and Flatten do to one image, with weights that people can follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from cnn_builder.figures.tiles import coloured, limits, png_url

KERNELS: dict[str, np.ndarray] = {
    "Vertical edges": np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], float),
    "Horizontal edges": np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]], float),
    "Blur": np.full((3, 3), 1 / 9),
}
"""Names of 3×3 weights. The edges are Sobel's."""


@dataclass(frozen=True)
class DemoStage:
    """A layer's name, and its output: float (height, width), or (features,) for Flatten."""

    name: str
    values: np.ndarray

    @property
    def size(self) -> str:
        """ "26×26", as people write it."""
        return "×".join(map(str, self.values.shape))


def demo_stages(image: np.ndarray, kernel: np.ndarray, padding: str) -> list[DemoStage]:
    """The image, then what each of the four layers makes of it.

    Args:
        image: uint8 (height, width, channels); its channels are averaged.
        kernel: (3, 3), applied as in Keras, without turning it round.
        padding: "valid" or "same".
    """
    grey = image.astype(float).mean(axis=-1) / 255
    framed = np.pad(grey, 1) if padding == "same" else grey
    windows = np.lib.stride_tricks.sliding_window_view(framed, (3, 3))
    convolved = np.einsum("hwij,ij->hw", windows, kernel)
    positive = np.maximum(convolved, 0)
    height, width = (size // 2 * 2 for size in positive.shape)
    pooled = positive[:height, :width].reshape(height // 2, 2, width // 2, 2).max(axis=(1, 3))
    return [
        DemoStage("Image", grey),
        DemoStage("Convolution", convolved),
        DemoStage("ReLU", positive),
        DemoStage("Max pooling 2×2", pooled),
        DemoStage("Flatten", pooled.reshape(-1)),
    ]


def demo_html(stages: Sequence[DemoStage]) -> str:
    """The stages side by side as HTML, each with its name and size."""
    return f'<div class="cnn-demo">{"".join(map(_figure, stages))}</div>'


def _figure(stage: DemoStage) -> str:
    values = stage.values if stage.values.ndim == 2 else stage.values[np.newaxis, :]
    low, high, scale = limits(values)
    picture = png_url(coloured(values, low, high, "Greys_r" if stage.name == "Image" else scale))
    kind = "row" if stage.values.ndim == 1 else "map"
    return (
        f'<figure class="{kind}"><img src="{picture}" alt="{escape(stage.name)}, {stage.size}">'
        f"<figcaption><b>{escape(stage.name)}</b> <span>{stage.size}</span></figcaption></figure>"
    )
