"""Reads Keras source code into an architecture. The code is parsed with ``ast`` and never run.

values → layer_calls → calls → expressions → statements: what a name can stand for, what a call makes of it, what an
expression is worth, and the walk over the statements.
"""

from __future__ import annotations

import ast
import warnings

from cnn_builder.architecture.architecture import MAX_LAYERS, MAX_NAME, Architecture
from cnn_builder.architecture.errors import ArchitectureFileError
from cnn_builder.architecture.reader.statements import Walker
from cnn_builder.architecture.reader.values import CodeError, Model

MAX_CODE = 200_000

__all__ = ["MAX_CODE", "CodeError", "read"]


def read(source: str) -> Architecture:
    """The last complete model of a piece of Keras code. Raises ArchitectureFileError, with the line, from 1."""
    if len(source) > MAX_CODE:
        raise ArchitectureFileError(
            f"The code is too long: expected at most {MAX_CODE:,} characters, received {len(source):,}."
        )
    walker = Walker()
    try:
        walker.run(_parse(source).body)
    except RecursionError:
        raise ArchitectureFileError("The code is nested too deeply to be read.") from None
    return _choose(walker.models)


def _parse(source: str) -> ast.Module:
    # A notebook's magics and shell lines are no Python; the line count stays.
    lines = ["" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines()]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            return ast.parse("\n".join(lines))
    except SyntaxError as error:
        column = f", column {error.offset}" if error.offset else ""
        raise CodeError(error.lineno or 1, f"this is not Python{column}: {error.msg}.") from None
    except (ValueError, MemoryError):  # NUL bytes, absurd nesting
        raise ArchitectureFileError(
            "This is not Python code: it has characters or nesting that Python refuses."
        ) from None


def _choose(models: list[Model]) -> Architecture:
    whole = [model for model in models if model.input_shape is not None and not model.inside]
    complete = [model for model in whole if model.layers] or whole
    if not complete:
        unfinished = next((model for model in models if model.layers), None)
        if unfinished is not None:
            raise CodeError(unfinished.line, "the model has no input shape. Add keras.Input(shape=(28, 28, 1)) first.")
        raise ArchitectureFileError("No model found: expected a Sequential with an Input and at least one layer.")
    found = [_architecture(model) for model in complete]
    if any((other.input_shape, other.layers) != (found[-1].input_shape, found[-1].layers) for other in found):
        lines = ", ".join(str(model.line) for model in complete)
        raise CodeError(
            complete[-1].line, f"there are several models that differ, on lines {lines}. Paste one of them."
        )
    return found[-1]


def _architecture(model: Model) -> Architecture:
    if len(model.layers) > MAX_LAYERS:
        raise CodeError(model.line, f"expected at most {MAX_LAYERS} layers, received {len(model.layers):,}.")
    assert model.input_shape is not None
    made = Architecture(model.input_shape, tuple(model.layers))
    return made.with_name(model.name[:MAX_NAME]) if model.name else made
