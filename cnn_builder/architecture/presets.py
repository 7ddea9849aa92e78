"""Networks to start from: the three lessons, a classic, four ways to build a better one, a first reader, and photos."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from cnn_builder.architecture.architecture import Architecture
from cnn_builder.architecture.errors import UnknownPresetError, shown


@dataclass(frozen=True)
class Preset:
    """An architecture with its one-line story and the data set it is meant for.

    `training` has those settings of a run, by name, that differ from the defaults where the preset is trained as it is
    meant to be; empty where the defaults will do.
    """

    name: str
    story: str
    dataset: str
    architecture: Architecture
    training: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def _conv(filters: int, **settings: Any) -> dict[str, Any]:
    return {"type": "Conv2D", "filters": filters, "kernel_size": 3, "activation": "relu", **settings}


def _dense(units: int, activation: str = "relu") -> dict[str, Any]:
    return {"type": "Dense", "units": units, "activation": activation}


_INPUT_SHAPES = {"cifar10": [32, 32, 3]}
"""Of the data sets that are not 28×28 in grey."""
_POOL = {"type": "MaxPooling2D"}
_FLATTEN = {"type": "Flatten"}


def _pair(filters: int) -> list[dict[str, Any]]:
    return [_conv(filters, padding="same"), _conv(filters, padding="same"), _POOL]


def _preset(name: str, story: str, dataset: str, layers: list[dict[str, Any]], **training: Any) -> Preset:
    data = {"version": 1, "name": name, "input_shape": _INPUT_SHAPES.get(dataset, [28, 28, 1]), "layers": layers}
    return Preset(name, story, dataset, Architecture.from_dict(data), MappingProxyType(training))


def _normalized(filters: int, kernel_size: int, **settings: Any) -> list[dict[str, Any]]:
    """Convolution, batch normalization (which makes the bias needless), relu."""
    conv = {"type": "Conv2D", "filters": filters, "kernel_size": kernel_size, "use_bias": False, **settings}
    return [conv, {"type": "BatchNormalization"}, {"type": "ReLU"}]


def _varied() -> list[dict[str, Any]]:
    """Digits turned, narrowed or flattened, and moved a little, as other people's are; only while training."""
    black = {"fill_mode": "constant"}
    return [
        {"type": "RandomRotation", "factor": 0.025, **black},
        {"type": "RandomZoom", "height_factor": 0.15, "width_factor": 0.15, **black},
        {"type": "RandomTranslation", "height_factor": 0.07, "width_factor": 0.07, **black},
    ]


def _lean(*dropout: float) -> list[dict[str, Any]]:
    """Few parameters for many maps; `dropout` before and after the last convolution."""
    return [
        *_normalized(24, 5),
        _POOL,
        *_normalized(48, 3, padding="same"),
        *_normalized(48, 3),
        _POOL,
        {"type": "Dropout", "rate": dropout[0]},
        *_normalized(96, 3),
        {"type": "GlobalAveragePooling2D"},
        {"type": "Dropout", "rate": dropout[1]},
        _dense(10, "softmax"),
    ]


def _photo_layers() -> list[dict[str, Any]]:
    """Photos may be mirrored and shifted. The first pooling stands early, as most of the work is at 32×32."""
    return [
        {"type": "RandomFlip", "mode": "horizontal"},
        {"type": "RandomTranslation", "height_factor": 0.1, "width_factor": 0.1},
        *_normalized(32, 3, padding="same"),
        _POOL,
        *_normalized(64, 3, padding="same"),
        *_normalized(64, 3, padding="same"),
        _POOL,
        {"type": "Dropout", "rate": 0.2},
        *_normalized(128, 3, padding="same"),
        {"type": "GlobalAveragePooling2D"},
        {"type": "Dropout", "rate": 0.3},
        _dense(10, "softmax"),
    ]


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
        _preset(
            "VGG-style",
            "The idea of 2014: pairs of small convolutions, then a pooling.",
            "fashion_mnist",
            [
                *_pair(16),
                *_pair(32),
                *_pair(64),
                _FLATTEN,
                _dense(64),
                {"type": "Dropout", "rate": 0.5},
                _dense(10, "softmax"),
            ],
        ),
        _preset(
            "All-convolutional",
            "Strides instead of pooling, a filter a class instead of Dense.",
            "fashion_mnist",
            [
                _conv(24, padding="same"),
                _conv(24, padding="same", strides=2),
                _conv(48, padding="same"),
                _conv(48, padding="same", strides=2),
                {"type": "Dropout", "rate": 0.25},
                _conv(48),
                _conv(10, kernel_size=1, activation=None),
                {"type": "GlobalAveragePooling2D"},
                {"type": "Softmax"},
            ],
        ),
        _preset(
            "Depthwise-separable",
            "What runs on phones: filter each channel, then mix them.",
            "mnist",
            [
                _conv(16, padding="same"),
                {**_conv(32, padding="same"), "type": "SeparableConv2D"},
                _POOL,
                {**_conv(64, padding="same"), "type": "SeparableConv2D"},
                _POOL,
                {**_conv(128, padding="same"), "type": "SeparableConv2D"},
                {"type": "GlobalAveragePooling2D"},
                _dense(10, "softmax"),
            ],
        ),
        # 99.57 % of the test images (validation split 0.1, best epoch 15) with: train Lean-99.4 --dataset mnist
        # --epochs 20 --batch-size 128 --learning-rate 0.003 --schedule cosine --warmup-epochs 1. At a constant
        # rate of 0.001 it stays at 99.37 %.
        _preset(
            "Lean-99.4",
            "75,010 parameters read over 99.4 % of MNIST, with a falling learning rate.",
            "mnist",
            _lean(0.25, 0.4),
        ),
        # Without a validation split all 4,500 images train, and the last epoch is the model: the few images of a split
        # would choose an earlier one by chance, before the learning rate has fallen.
        _preset(
            "First-reader",
            "Reads other people's handwriting after half a minute of training.",
            "mnist_sample",
            [*_varied(), *_lean(0.2, 0.3)],
            epochs=12,
            learning_rate=0.002,
            schedule="cosine",
            validation_split=0.0,
            validation_data="test",
        ),
        # 64.6 % of 800 held-out images after training on 2,880 of CIFAR-10's, as a data set of one's own: more were not
        # at hand. The validation accuracy still rose at the end.
        _preset(
            "CIFAR-small",
            "Colour photos of ten kinds, mirrored and shifted while training.",
            "cifar10",
            _photo_layers(),
            epochs=30,
            learning_rate=0.003,
            schedule="cosine",
        ),
    )
}
"""The networks to start from, by name."""


def get(name: str) -> Preset:
    """The preset of this name, whatever its case. Raises UnknownPresetError."""
    for preset in PRESETS.values():
        if preset.name.lower() == name.lower():
            return preset
    raise UnknownPresetError(f"Unknown preset {shown(name)}. Expected one of {', '.join(PRESETS)}.")
