"""Tells PyTorch code from Keras code, for an error that says what to write instead."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cnn_builder.architecture.layers import LAYER_TYPES
from cnn_builder.architecture.reader.values import CodeError

_PACKAGES = ("torch", "torchvision", "pytorch_lightning", "lightning", "fastai")
_OTHERS = ("keras", "tensorflow", "tf_keras")
_KERAS = {
    "Conv2d": "Conv2D", "LazyConv2d": "Conv2D", "ConvTranspose2d": "Conv2DTranspose", "MaxPool2d": "MaxPooling2D",
    "AvgPool2d": "AveragePooling2D", "AdaptiveAvgPool2d": "GlobalAveragePooling2D",
    "AdaptiveMaxPool2d": "GlobalMaxPooling2D", "Linear": "Dense", "LazyLinear": "Dense",
    "BatchNorm2d": "BatchNormalization", "BatchNorm1d": "BatchNormalization", "LayerNorm": "LayerNormalization",
    "Dropout2d": "SpatialDropout2D", "ZeroPad2d": "ZeroPadding2D", "Upsample": "UpSampling2D",
}  # fmt: skip
_USUAL = ("Conv2d", "MaxPool2d", "Linear")


def pytorch_error(tree: ast.Module) -> CodeError | None:
    """What to say of code that is PyTorch's; None for any other. ``import torch`` beside Keras is Keras' backend."""
    imported = list(_imported(tree))
    packages = {package: line for line, package in reversed(imported)}
    used = dict(reversed([(name, line) for line, name in _used(tree, "nn" in packages)]))
    lines = [line for package, line in packages.items() if package in _PACKAGES]
    if not used and (not lines or any(package in _OTHERS for package in packages)):
        return None
    ours = [name for name in used if _KERAS.get(name) in LAYER_TYPES] or list(_USUAL)
    instead = ", ".join(f"{_KERAS[name]} for {name}" for name in sorted(ours))
    return CodeError(
        min([*used.values(), *lines]),
        "this is PyTorch code, and only Keras code can be read. Write the network as "
        f"keras.Sequential([keras.Input(shape=(28, 28, 1)), …]) with the layers of Keras: {instead}.",
    )


def _imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The packages that are imported; ``nn`` too, where that name is of another one, as TensorFlow's is."""
    for node in ast.walk(tree):
        names: list[tuple[str, str | None]] = []
        if isinstance(node, ast.Import):
            names = [(alias.name, alias.asname) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [(f"{node.module}.{alias.name}", alias.asname or alias.name) for alias in node.names]
        for path, name in names:
            package = path.partition(".")[0]
            yield node.lineno, package  # type: ignore[attr-defined]
            if name == "nn" and package not in _PACKAGES:
                yield node.lineno, "nn"  # type: ignore[attr-defined]


def _used(tree: ast.Module, taken: bool) -> Iterator[tuple[int, str]]:
    """The names of PyTorch alone that the code uses, with their lines. ``taken``: nn is no name of PyTorch's here."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in (*_KERAS, "Module", "Sequential", "ModuleList"):
            if isinstance(node.value, ast.Name) and node.value.id == "nn" and not taken:
                yield node.lineno, node.attr
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Conv2d", "MaxPool2d"):
            yield node.lineno, node.func.id
