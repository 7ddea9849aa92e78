"""Networks for the page by itself: every layer type and activation, each in a small network of its own."""

from typing import Any

from cnn_builder.architecture import LAYER_TYPES, PRESETS, Architecture
from cnn_builder.architecture.layers.settings import ACTIVATIONS
from cnn_builder.offline.limits import obstacle

HEAD: list[dict[str, Any]] = [{"type": "Flatten"}, {"type": "Dense", "units": 10, "activation": "softmax"}]
CONV = {"type": "Conv2D", "filters": 4, "kernel_size": 3}

VARIANTS: dict[str, list[dict[str, Any]]] = {
    "Conv2D": [
        {"filters": 3, "kernel_size": [2, 3], "strides": [2, 1], "padding": "same"},
        {"filters": 4, "kernel_size": 3, "padding": "same", "dilation_rate": [2, 3], "use_bias": False},
        {"filters": 6, "kernel_size": 3, "groups": 2, "activation": "elu"},
    ],
    "DepthwiseConv2D": [
        {"kernel_size": [3, 2], "depth_multiplier": 3, "strides": 2, "padding": "same"},
        {"kernel_size": 3, "dilation_rate": 2, "use_bias": False},
    ],
    "SeparableConv2D": [
        {"filters": 5, "kernel_size": 3, "depth_multiplier": 2, "padding": "same", "strides": 2, "activation": "tanh"}
    ],
    "MaxPooling2D": [{"pool_size": [2, 3], "padding": "same"}, {"pool_size": 3, "strides": 2}],
    "AveragePooling2D": [{"pool_size": [3, 2], "strides": 2, "padding": "same"}],
    "GlobalAveragePooling2D": [{"keepdims": True}],
    "GlobalMaxPooling2D": [{"keepdims": True}],
    "Reshape": [{"target_shape": [-1, 4]}],
    "ZeroPadding2D": [{"padding": [2, 1]}],
    "ReLU": [
        {"max_value": 0.3}, {"max_value": 6.0, "negative_slope": 0.25}, {"threshold": 0.1, "negative_slope": 0.5},
        {"threshold": 0.1, "max_value": 0.3},
    ],
    "ELU": [{"alpha": 0.5}],
    "PReLU": [{"shared_axes": [1, 2]}, {"shared_axes": [1]}, {"shared_axes": [3]}],
    "BatchNormalization": [{"center": False}, {"scale": False}],
    "LayerNormalization": [{"center": False}, {"scale": False}],
}  # fmt: skip
"""Settings beyond a type's example that take another way through its function."""


def networks() -> dict[str, Architecture]:
    """By name: every preset that fits, every layer type with its variants, every activation, every kind of input."""
    found = {name: preset.architecture for name, preset in PRESETS.items() if name != "L3"}
    found["L3"] = PRESETS["L3"].architecture.insert(5, LAYER_TYPES["Flatten"].example())
    for name, cls in LAYER_TYPES.items():
        for number, settings in enumerate([cls.example().to_dict(), *VARIANTS.get(name, [])]):
            found[f"{name} {number}"] = _of([CONV, {**settings, "type": name}, *HEAD] if name != "Dense" else HEAD)
    for name in ACTIVATIONS:
        network = _of([CONV, {"type": "Activation", "activation": name}, *HEAD[:1], {**HEAD[1], "activation": name}])
        if obstacle(network, "mnist") is None:
            found[f"activation {name}"] = network
    found["logits"] = _of([*HEAD[:1], {"type": "Dense", "units": 10}])
    found["features"] = _of([{"type": "Dense", "units": 8, "activation": "relu"}, HEAD[1]], (144,))
    found["no channels"] = _of([{"type": "LayerNormalization"}, {"type": "Softmax"}, *HEAD], (12, 12))
    found["colour"] = _of([CONV, *HEAD], (12, 12, 3))
    return found


def _of(layers: list[dict[str, Any]], shape: tuple[int, ...] = (12, 12, 1)) -> Architecture:
    return Architecture.from_dict({"version": 1, "name": "one", "input_shape": list(shape), "layers": layers})
