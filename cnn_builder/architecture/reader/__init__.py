"""Reads Keras source code into an architecture. The code is parsed with ``ast`` and never run.

python: from text to Python's syntax tree. values: what a name can stand for. layer_calls, builtins, arithmetic,
containers → calls: what a call or operator makes of values. targets, expressions → statements: what an expression is
worth, where it is stored, and the walk over the statements. changes, scan: what must not be left out.
"""

from __future__ import annotations

from cnn_builder.architecture.architecture import MAX_LAYERS, MAX_NAME, Architecture
from cnn_builder.architecture.errors import ArchitectureFileError
from cnn_builder.architecture.keras_arguments import misplaced_axis
from cnn_builder.architecture.layers import Layer
from cnn_builder.architecture.reader.python import syntax_tree, tidy
from cnn_builder.architecture.reader.statements import Walker
from cnn_builder.architecture.reader.values import CodeError, Model

MAX_CODE = 200_000

__all__ = ["MAX_CODE", "CodeError", "read", "tidy"]


def read(source: str) -> Architecture:
    """The last complete model of a piece of Keras code. Raises ArchitectureFileError, with the line, from 1."""
    if len(source) > MAX_CODE:
        raise ArchitectureFileError(
            f"The code is too long: expected at most {MAX_CODE:,} characters, received {len(source):,}."
        )
    walker = Walker()
    try:
        walker.walk(syntax_tree(source).body)
        if not _complete(walker.models):
            walker.call_the_uncalled()
    except (RecursionError, MemoryError):
        raise ArchitectureFileError("The code is nested too deeply to be read.") from None
    return _choose(walker)


def _complete(models: list[Model]) -> list[Model]:
    whole = [model for model in models if model.input_shape is not None and not model.inside]
    return [model for model in whole if model.layers] or whole


def _choose(walker: Walker) -> Architecture:
    complete = _complete(walker.models)
    if not complete:
        raise _nothing_found(walker)
    found = [_architecture(model) for model in complete]
    if any((other.input_shape, other.layers) != (found[-1].input_shape, found[-1].layers) for other in found):
        lines = ", ".join(str(model.line) for model in complete)
        raise CodeError(
            complete[-1].line, f"there are several models that differ, on lines {lines}. Paste one of them."
        )
    return found[-1]


def _nothing_found(walker: Walker) -> ArchitectureFileError:
    if walker.missed:
        return walker.missed[0]
    unfinished = next((model for model in walker.models if model.layers), None)
    if unfinished is not None:
        return CodeError(unfinished.line, "the model has no input shape. Add keras.Input(shape=(28, 28, 1)) first.")
    return ArchitectureFileError("No model found: expected a Sequential with an Input and at least one layer.")


def _architecture(model: Model) -> Architecture:
    if len(model.layers) > MAX_LAYERS:
        raise CodeError(model.line, f"expected at most {MAX_LAYERS} layers, received {len(model.layers):,}.")
    _check_unique(model)
    assert model.input_shape is not None
    made = Architecture(model.input_shape, tuple(value.layer for value in model.layers))
    misplaced = misplaced_axis(made, [value.axis for value in model.layers])
    if misplaced is not None:
        raise CodeError(model.layers[misplaced[0]].line, str(misplaced[1]))
    return made.with_name(model.name[:MAX_NAME]) if model.name else made


def _check_unique(model: Model) -> None:
    """Raise CodeError where a layer's weights would be shared, or two layers have one name."""
    for place, value in enumerate(model.layers):
        earlier = model.layers[:place]
        if any(value is other for other in earlier) and type(value.layer).params is not Layer.params:
            raise CodeError(
                value.line,
                f"this {value.layer.type} is used more than once. Shared weights cannot be read: make one layer for "
                "each place.",
            )
        if value.name and any(value.name == other.name and value is not other for other in earlier):
            raise CodeError(value.line, f"two layers are named {value.name!r}. Keras needs a name for each.")
