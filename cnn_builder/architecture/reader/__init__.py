"""Reads Keras source code into an architecture. The code is parsed with ``ast`` and never run.

python: from text to Python's syntax tree. values: what a name can stand for. arrays, array_calls: shapes of data.
objects, networks, settings: classes and their objects. layer_calls, builtins, arithmetic, containers → calls: what a
call or operator makes of values. targets, expressions, signatures, blocks → statements: what an expression is worth,
where it is stored, what a function's arguments are, what ends a block, and the walk over the statements. changes,
scan: what must not be left out. training: what compile, fit and the data set say. brackets: a bracket that is never
closed. pytorch: what is said of PyTorch code.
"""

from __future__ import annotations

import ast

from cnn_builder.architecture.architecture import Architecture
from cnn_builder.architecture.errors import ArchitectureFileError
from cnn_builder.architecture.keras_arguments import misplaced_axis
from cnn_builder.architecture.reader.brackets import Closed, completions
from cnn_builder.architecture.reader.python import syntax_tree, tidy
from cnn_builder.architecture.reader.pytorch import pytorch_error
from cnn_builder.architecture.reader.statements import Walker
from cnn_builder.architecture.reader.training import TrainingCode, training
from cnn_builder.architecture.reader.values import CodeError, Model
from cnn_builder.limits import MAX_CODE, MAX_LAYERS, MAX_NAME

__all__ = ["MAX_CODE", "Closed", "CodeError", "TrainingCode", "closed", "read_code", "read_with_training", "tidy"]


def read_code(source: str) -> Architecture:
    """The last complete model of a piece of Keras code. Raises ArchitectureFileError, with the line, from 1."""
    return read_with_training(source)[0]


def read_with_training(source: str) -> tuple[Architecture, TrainingCode]:
    """The same, and what the code says of how it is trained. Raises ArchitectureFileError."""
    if len(source) > MAX_CODE:
        raise ArchitectureFileError(
            f"The code is too long: expected at most {MAX_CODE:,} characters, received {len(source):,}."
        )
    tree = syntax_tree(source)
    try:
        return _read(tree)
    except ArchitectureFileError as error:
        raise pytorch_error(tree) or error from None


def closed(source: str) -> Closed | None:
    """The code with its unclosed brackets closed, where a network can be read from it then; None else."""
    for completion in completions(source) if len(source) <= MAX_CODE else ():
        try:
            read_code(completion.source)
        except ArchitectureFileError:
            continue
        return completion
    return None


def _read(tree: ast.Module) -> tuple[Architecture, TrainingCode]:
    walker = Walker()
    try:
        walker.walk(tree.body)
        walker.add_networks()
        if not _complete(walker.models):
            walker.call_the_uncalled()
            walker.add_networks(inside=True)
    except (RecursionError, MemoryError):
        raise ArchitectureFileError("The code is nested too deeply to be read.") from None
    architecture, model = _choose(walker)
    return architecture, training(model.noted, walker.noted)


def _complete(models: list[Model]) -> list[Model]:
    whole = [model for model in models if model.input_shape is not None and not model.inside]
    return [model for model in whole if model.layers] or whole


def _choose(walker: Walker) -> tuple[Architecture, Model]:
    complete = _complete(walker.models)
    if not complete:
        raise _nothing_found(walker)
    found = [_architecture(model) for model in complete]
    if any((other.input_shape, other.layers) != (found[-1].input_shape, found[-1].layers) for other in found):
        lines = ", ".join(str(model.line) for model in complete)
        raise CodeError(
            complete[-1].line, f"there are several models that differ, on lines {lines}. Paste one of them."
        )
    # Of models that are alike, the one that is trained says how.
    return found[-1], next((model for model in reversed(complete) if model.noted), complete[-1])


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
    if model.name and len(model.name) > MAX_NAME:
        expected = f"expected a name of at most {MAX_NAME} characters, received {len(model.name):,}"
        raise CodeError(model.line, f"{expected}. Shorten the model's name.")
    _check_unique(model)
    assert model.input_shape is not None
    made = Architecture(model.input_shape, tuple(value.layer for value in model.layers))
    misplaced = misplaced_axis(made, [value.axis for value in model.layers])
    if misplaced is not None:
        raise CodeError(model.layers[misplaced[0]].line, str(misplaced[1]))
    return made.with_name(model.name) if model.name else made


def _check_unique(model: Model) -> None:
    """Raise CodeError where a layer's weights would be shared, or two layers have one name."""
    for place, value in enumerate(model.layers):
        earlier = model.layers[:place]
        if any(value.layer is other.layer for other in earlier) and value.layer.has_weights():
            raise CodeError(
                value.line,
                f"this {value.layer.type} is used more than once. Shared weights cannot be read: make one layer for "
                "each place.",
            )
        if value.name and any(value.name == other.name and value is not other for other in earlier):
            raise CodeError(value.line, f"two layers are named {value.name!r}. Keras needs a name for each.")
