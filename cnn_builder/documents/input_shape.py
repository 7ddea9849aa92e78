"""The input's kind and its numbers, each set by itself."""

from typing import Any

from cnn_builder.architecture.architecture import InputShape
from cnn_builder.architecture.errors import LayerSettingError
from cnn_builder.architecture.input_shapes import converted
from cnn_builder.data import find_dataset
from cnn_builder.documents.document import Document
from cnn_builder.limits import MAX_FEATURES, MAX_INPUT_SIDE

KINDS = {3: "Image with channels", 2: "Grey image without channel axis", 1: "Features"}
"""The kinds of input by their number of axes."""
AXES = {3: ("height", "width", "channels"), 2: ("height", "width"), 1: ("features",)}
"""What the numbers of each kind are."""
KIND = "kind"


def largest(shape: InputShape) -> int:
    """The most one number of this kind of input may be."""
    return MAX_FEATURES if len(shape) == 1 else MAX_INPUT_SIDE


def expected(shape: InputShape) -> str:
    """What one number of this kind of input has to be, in words."""
    return f"a whole number from 1 to {largest(shape):,}"


def set_input(document: Document, name: str, value: Any, edit: str | None = None) -> Document:
    """With another kind of input, or another of its numbers; a number that this kind has not got changes nothing.

    Raises LayerSettingError.
    """
    shape = document.architecture.input_shape
    if name == KIND:
        return document.with_input_shape(_of_kind(document, value))
    axes = AXES[len(shape)]
    if name not in axes:
        return document  # typed, and then another kind was chosen
    if type(value) is not int or not 1 <= value <= largest(shape):
        raise LayerSettingError("Input", name, expected(shape), value)
    changed = tuple(value if axis == name else old for axis, old in zip(axes, shape, strict=True))
    return document.with_input_shape(changed, edit)


def _of_kind(document: Document, kind: Any) -> InputShape:
    axes = next((count for count, label in KINDS.items() if label == kind), None)
    if axes is None:
        raise LayerSettingError("Input", KIND, "one of " + ", ".join(KINDS.values()), kind)
    info = find_dataset(document.dataset)
    shape: InputShape = converted(document.architecture.input_shape, axes, info.input_shape if info else None)
    if max(shape) > largest(shape):
        raise LayerSettingError("Input", KIND, f"at most {largest(shape):,} {AXES[axes][0]}", shape[0])
    return shape
