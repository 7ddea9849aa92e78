"""Networks to start from: the three lessons and LeNet-5."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cnn_builder.architecture.architecture import Architecture
from cnn_builder.architecture.errors import UnknownPresetError, shown


@dataclass(frozen=True)
class Preset:
    """An architecture with its one-line story and the data set it is meant for."""

    name: str
    story: str
    dataset: str
    architecture: Architecture


def _conv(filters: int, **settings: Any) -> dict[str, Any]:
    return {"type": "Conv2D", "filters": filters, "kernel_size": 3, "activation": "relu", **settings}


def _dense(units: int, activation: str = "relu") -> dict[str, Any]:
    return {"type": "Dense", "units": units, "activation": activation}


_POOL = {"type": "MaxPooling2D"}
_FLATTEN = {"type": "Flatten"}


def _preset(name: str, story: str, dataset: str, layers: list[dict[str, Any]]) -> Preset:
    data = {"version": 1, "name": name, "input_shape": [28, 28, 1], "layers": layers}
    return Preset(name, story, dataset, Architecture.from_dict(data))


def _average_pool() -> dict[str, Any]:
    return {"type": "AveragePooling2D", "pool_size": 2}


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        _preset(
            "L1",
            "A first network that reads handwritten digits: two convolutions, one pooling.",
            "mnist",
            [_conv(32), _POOL, _conv(64), _FLATTEN, _dense(64), _dense(10, "softmax")],
        ),
        _preset(
            "L2",
            "Clothes instead of digits: 'same' padding, two pools, and a gap to watch.",
            "fashion_mnist",
            [
                _conv(32, padding="same"),
                _POOL,
                _conv(64, padding="same"),
                _POOL,
                _FLATTEN,
                _dense(128),
                _dense(10, "softmax"),
            ],
        ),
        _preset(
            "L3",
            "Deeper, and broken on purpose: something is missing before Dense. Find it.",
            "mnist",
            [_conv(32), _POOL, _conv(64), _POOL, _conv(64), _dense(64), _dense(10, "softmax")],
        ),
        _preset(
            "LeNet-5",
            "The classic of 1998: tanh and average pooling read the digits on cheques.",
            "mnist",
            [
                {"type": "Conv2D", "filters": 6, "kernel_size": 5, "padding": "same", "activation": "tanh"},
                _average_pool(),
                {"type": "Conv2D", "filters": 16, "kernel_size": 5, "activation": "tanh"},
                _average_pool(),
                _FLATTEN,
                _dense(120, "tanh"),
                _dense(84, "tanh"),
                _dense(10, "softmax"),
            ],
        ),
    )
}


def get(name: str) -> Preset:
    """The preset of this name, whatever its case. Raises UnknownPresetError."""
    for preset in PRESETS.values():
        if preset.name.lower() == name.lower():
            return preset
    raise UnknownPresetError(f"Unknown preset {shown(name)}. Expected one of {', '.join(PRESETS)}.")
