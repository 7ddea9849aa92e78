"""Drills about a network that does not fit: which layer is the first that cannot take what reaches it, and why."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress

from cnn_builder.architecture import Architecture, Layer, Trace, TraceError, trace
from cnn_builder.architecture.errors import ArchitectureFileError, LayerFitError, LayerSettingError
from cnn_builder.architecture.layers.base import times
from cnn_builder.learn.drills.counts import way_to
from cnn_builder.learn.drills.drill import Drill

_MAP, _VECTOR = "it needs a vector, but a map reaches it", "it works on a map, but a vector reaches it"
_CHANNELS = "it works on a map, but what reaches it has no channel axis"
_WINDOW = "its window is larger than the map that reaches it"
_SETTINGS = "its settings do not go together with what reaches it"
NO_LAYER = "None: every layer fits"
_MOST_TRIES = 12
_SMALL = 14
"""Side of a map up to which a window that does not fit is still one that people write."""
_SOUND = 0.3
"""How often a network in which nothing is broken is among them."""


def misfit_drills(architecture: Architecture, traced: Trace, rng: random.Random) -> Iterator[Drill]:
    """The network itself where it does not fit; else some that were broken on purpose, and now and then a sound one."""
    if traced.error is not None:
        yield _asked(architecture, traced, traced.error, 1, rng)
        return
    broken = list(_broken(architecture, traced))
    for level, candidate in rng.sample(broken, min(len(broken), _MOST_TRIES)):
        walked = trace(candidate)
        if walked.error is not None:
            yield _asked(candidate, walked, walked.error, level, rng)
    if broken and len(architecture.layers) > 1 and rng.random() < _SOUND:
        yield _sound(architecture, traced, rng)


def _broken(architecture: Architecture, traced: Trace) -> Iterator[tuple[int, Architecture]]:
    """Changes that often break a network, with the level of finding the place."""
    for row in traced.rows:
        index, layer = row.index, architecture.layers[row.index]
        if layer.ends_map or layer.type == "Reshape":
            yield 2, architecture.remove(index)
            if index > 0:
                yield 2, architecture.move(index, index - 1)
        if layer.window() is None:
            continue
        size = "pool_size" if layer.category == "Pooling" else "kernel_size"
        side = min(row.input_shape[:2])
        for larger in sorted({5, 7, side + 1 + side % 2} if side <= _SMALL else {5, 7}):
            with suppress(LayerSettingError):
                yield 3, architecture.replace(index, layer.changed(**{size: (larger, larger), "padding": "valid"}))
        if layer.category == "Pooling":
            with suppress(ArchitectureFileError):
                yield 3, architecture.duplicate(index).duplicate(index)


def reason_of(layer: Layer, error: TraceError) -> str:
    """Why the layer does not fit, in the words of the choices."""
    shape = error.input_shape
    if layer.type == "Dense":
        return _MAP
    works_on_map = not _takes(layer, (4,)) and not _takes(layer, (4, 4))
    if works_on_map and len(shape) < 3 and layer.type != "Reshape":
        return _VECTOR if len(shape) == 1 else _CHANNELS
    window = layer.window()
    if window is not None and len(shape) == 3:
        spans = [d * (k - 1) + 1 for k, d in zip(window.kernel, window.dilation, strict=True)]
        if layer.settings().get("padding") == "valid" and any(a > b for a, b in zip(spans, shape, strict=False)):
            return _WINDOW
    return _SETTINGS


def _takes(layer: Layer, shape: tuple[int, ...]) -> bool:
    try:
        layer.output_shape(shape)
    except LayerFitError:
        return False
    return True


def _asked(architecture: Architecture, traced: Trace, error: TraceError, level: int, rng: random.Random) -> Drill:
    right = _named(architecture, error.index, reason_of(architecture.layers[error.index], error))
    lines = (*way_to(traced, error.index), error.message)
    return _drill(architecture, level, error.index, right, lines, rng)


def _sound(architecture: Architecture, traced: Trace, rng: random.Random) -> Drill:
    lines = (*way_to(traced, len(traced.rows)), "Every layer can take what reaches it.")
    return _drill(architecture, 3, None, NO_LAYER, lines, rng)


def _drill(
    architecture: Architecture, level: int, index: int | None, right: str, lines: tuple[str, ...], rng: random.Random
) -> Drill:
    told = (
        f"A network begins with an input of {times(architecture.input_shape)}. Which of its layers is the first that "
        "does not fit, and why?"
    )
    wrong = [choice for choice in _wrong(architecture, index) if choice != right]
    # The right layer for a wrong reason is always there: to name the layer alone is half of the answer.
    same = [choice for choice in wrong if index is not None and choice.startswith(f"Layer {index + 1} (")][:1]
    rest = [choice for choice in wrong if choice not in same]
    choices = [right, *same, *rng.sample(rest, min(len(rest), 3 - len(same)))]
    rng.shuffle(choices)
    if NO_LAYER not in choices:
        choices.append(NO_LAYER)
    return Drill(
        "misfit", level, told, right, architecture, index, tuple(choices), explanation=lines, lists_network=True
    )  # fmt: skip


def _wrong(architecture: Architecture, index: int | None) -> list[str]:
    """Choices that sound likely: other layers, and the right one for another reason."""
    found = []
    for place, layer in enumerate(architecture.layers):
        reasons: tuple[str, ...] = ()
        if layer.type == "Dense":
            reasons = (_MAP,)
        elif layer.window() is not None:
            reasons = (_WINDOW, _VECTOR)
        elif layer.ends_map:
            reasons = (_VECTOR,)
        if place == index:
            reasons = tuple(reason for reason in (_MAP, _VECTOR, _WINDOW) if reason in (*reasons, _VECTOR))
        found += [_named(architecture, place, reason) for reason in reasons]
    return found


def _named(architecture: Architecture, index: int, reason: str) -> str:
    return f"Layer {index + 1} ({architecture.layers[index].type}): {reason}"
