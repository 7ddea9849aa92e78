"""The layer types. Each module here holds one; ``LAYER_TYPES`` finds them by looking."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from cnn_builder.architecture.layers.base import CATEGORIES, Layer


def _leaves(cls: type[Layer]) -> Iterator[type[Layer]]:
    for child in cls.__subclasses__():
        if child.category and child.summary:
            yield child
        yield from _leaves(child)


def _find() -> dict[str, type[Layer]]:
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    found = set(_leaves(Layer))
    ordered = sorted(found, key=lambda cls: (CATEGORIES.index(cls.category), cls.rank, cls.__name__))
    return {cls.type: cls for cls in ordered}


LAYER_TYPES: dict[str, type[Layer]] = _find()
"""Keras class name → layer class, in the palette's order."""

__all__ = ["CATEGORIES", "LAYER_TYPES", "Layer"]
