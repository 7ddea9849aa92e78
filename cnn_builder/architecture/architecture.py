"""The only truth about a network: an input shape and an ordered stack of layers. Immutable; every edit is a new one."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Self

from cnn_builder.architecture.errors import ArchitectureFileError, LayerSettingError, shown
from cnn_builder.architecture.layers import LAYER_TYPES, Layer
from cnn_builder.architecture.names import hidden_character
from cnn_builder.limits import MAX_FEATURES, MAX_INPUT_SIDE, MAX_LAYERS, MAX_NAME, MAX_TEXT_BYTES

VERSION = 1

InputShape = tuple[int, ...]
"""(height, width, channels), (height, width) without a channel axis, or (features,); without the batch."""


@dataclass(frozen=True)
class Architecture:
    """A sequential network.

    Args:
        input_shape: (height, width, channels), (height, width) or (features,), without the batch.
        layers: the stack from the input on; Input itself is not a layer.
        name: what a person calls it.
    """

    input_shape: InputShape
    layers: tuple[Layer, ...] = ()
    name: str = "Untitled"

    # Edits ------------------------------------------------------------------------------------------------

    def insert(self, index: int, layer: Layer) -> Self:
        """With ``layer`` at place ``index``. Raises ArchitectureFileError when the stack is full."""
        if len(self.layers) >= MAX_LAYERS:
            raise ArchitectureFileError(f"A network has at most {MAX_LAYERS} layers. Remove one first.")
        return replace(self, layers=(*self.layers[:index], layer, *self.layers[index:]))

    def remove(self, index: int) -> Self:
        """Without the layer at ``index``."""
        return replace(self, layers=(*self.layers[:index], *self.layers[index + 1 :]))

    def replace(self, index: int, layer: Layer) -> Self:
        """With ``layer`` in place of the one at ``index``."""
        return replace(self, layers=(*self.layers[:index], layer, *self.layers[index + 1 :]))

    def move(self, index: int, to: int) -> Self:
        """With the layer at ``index`` moved so that its place is ``to``."""
        rest = self.remove(index)
        return replace(self, layers=(*rest.layers[:to], self.layers[index], *rest.layers[to:]))

    def duplicate(self, index: int) -> Self:
        """With a copy of the layer at ``index`` right after it."""
        return self.insert(index + 1, self.layers[index])

    def with_input_shape(self, input_shape: InputShape) -> Self:
        """With another input, of any kind."""
        return replace(self, input_shape=input_shape)

    def with_name(self, name: str) -> Self:
        """With another name. Raises ArchitectureFileError for one that is too long or has control characters."""
        return replace(self, name=_name(name))

    # File -------------------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """The architecture file's content; what equals Keras' default is left out."""
        return {
            "version": VERSION,
            "name": self.name,
            "input_shape": list(self.input_shape),
            "layers": [layer.to_dict() for layer in self.layers],
        }

    def to_json(self) -> str:
        """The architecture file, one layer a line."""
        data = self.to_dict()
        layers = ",\n            ".join(json.dumps(layer, ensure_ascii=False) for layer in data["layers"])
        head = f'{{"version": {VERSION}, "name": {json.dumps(self.name, ensure_ascii=False)}, '
        return f'{head}"input_shape": {json.dumps(data["input_shape"])},\n "layers": [{layers}]}}\n'

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read an architecture file. Raises ArchitectureFileError, naming the layer's place (from 1) and field."""
        if len(text) > MAX_TEXT_BYTES:
            raise ArchitectureFileError(
                f"The architecture file is too long: expected at most {MAX_TEXT_BYTES:,} bytes, received {len(text):,}."
            )
        try:
            data = json.loads(text)
        except json.JSONDecodeError as error:
            raise ArchitectureFileError(
                f"This is not JSON: line {error.lineno}, column {error.colno}: {error.msg}."
            ) from None
        except RecursionError:
            raise ArchitectureFileError("The JSON is nested too deeply for an architecture file.") from None
        except ValueError:  # bytes that are no text, a number with thousands of digits
            raise ArchitectureFileError("This is not readable JSON text.") from None
        return cls.from_dict(data)

    @classmethod
    def from_dict(cls, data: Any) -> Self:
        """The architecture from a file's parsed content. Raises ArchitectureFileError."""
        if not isinstance(data, dict):
            raise ArchitectureFileError(f"Expected a JSON object with input_shape and layers, received {shown(data)}.")
        version = data.get("version", VERSION)
        if isinstance(version, int) and version > VERSION:
            raise ArchitectureFileError(
                f"The file has version {version}; this CNN Builder reads version {VERSION}. "
                "Update CNN Builder to open it."
            )
        if isinstance(version, bool) or version != VERSION:
            raise ArchitectureFileError(f"version: expected {VERSION}, received {shown(version)}.")
        unknown = sorted(str(key) for key in data.keys() - {"version", "name", "input_shape", "layers"})
        if unknown:
            raise ArchitectureFileError(
                f"Unknown field {shown(unknown[0])}: expected version, name, input_shape and layers."
            )
        layers = data.get("layers")
        if not isinstance(layers, list | tuple):
            raise ArchitectureFileError(f"layers: expected a list of layers, received {shown(layers)}.")
        if len(layers) > MAX_LAYERS:
            raise ArchitectureFileError(f"layers: expected at most {MAX_LAYERS}, received {len(layers):,}.")
        return cls(
            input_shape=checked_input_shape(data.get("input_shape")),
            layers=tuple(layer_from_dict(layer, place) for place, layer in enumerate(layers)),
            name=_name(data.get("name", "Untitled")),
        )


def layer_from_dict(data: Any, index: int) -> Layer:
    """One layer of a file. Raises ArchitectureFileError naming the layer's place, counted from 1."""
    place = f"Layer {index + 1} (counted from 1)"
    if not isinstance(data, dict) or not isinstance(data.get("type"), str):
        raise ArchitectureFileError(f"{place}: expected an object with a type, received {shown(data)}.")
    layer_type = LAYER_TYPES.get(data["type"])
    if layer_type is None:
        raise ArchitectureFileError(
            f"{place}: unknown layer type {shown(data['type'])}. Expected one of {', '.join(LAYER_TYPES)}."
        )
    try:
        return layer_type.create({key: value for key, value in data.items() if key != "type"})
    except LayerSettingError as error:
        raise ArchitectureFileError(
            f"Layer {index + 1} ({error.layer_type}, counted from 1): {_after(error)}"
        ) from None


def _after(error: LayerSettingError) -> str:
    return str(error).removeprefix(f"{error.layer_type}: ")


def checked_input_shape(value: Any) -> InputShape:
    """The input's shape from a file's value. Raises ArchitectureFileError."""
    good = isinstance(value, list | tuple) and 1 <= len(value) <= 3
    most = MAX_FEATURES if good and len(value) == 1 else MAX_INPUT_SIDE
    if not good or not all(type(size) is int and 1 <= size <= most for size in value):
        raise ArchitectureFileError(
            "input_shape: expected [height, width, channels], [height, width] or [features], whole numbers "
            f"from 1 to {most:,}, received {shown(value)}."
        )
    return tuple(value)


def _name(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_NAME:
        received = f"{len(value):,} characters" if isinstance(value, str) else shown(value)
        raise ArchitectureFileError(f"name: expected text of at most {MAX_NAME} characters, received {received}.")
    # Control characters and direction overrides can make a name read as something it is not.
    if hidden_character(value) is not None:
        raise ArchitectureFileError("name: expected plain text, received control characters. Remove them.")
    return value
