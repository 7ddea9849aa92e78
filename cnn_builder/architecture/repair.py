"""Ranked fixes for the first layer that does not fit. Each fix, applied, gives a stack that traces to its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cnn_builder.architecture.architecture import Architecture
from cnn_builder.architecture.effect import Effect
from cnn_builder.architecture.errors import LayerFitError
from cnn_builder.architecture.input_shapes import square_image
from cnn_builder.architecture.layers.base import Layer, Replacement, Shape, times
from cnn_builder.architecture.layers.reshape import Reshape
from cnn_builder.architecture.trace import Trace
from cnn_builder.limits import MAX_LAYERS


@dataclass(frozen=True)
class Repair:
    """A named change and the architecture it leads to."""

    title: str
    architecture: Architecture

    def effect(self, before: Architecture, traced: Trace | None = None) -> Effect:
        """What it does to ``before``; ``traced`` is that one's trace, where it is known already."""
        return Effect.between(before, self.architecture, traced)


def repairs(architecture: Architecture) -> tuple[Repair, ...]:
    """Ways to make the whole stack fit, the best first; empty when it already does.

    The first layer's own suggestions come first, in their order; those that leave further layers broken are carried
    on with the best fix of each and say how many more changes they take.
    """
    start = _walk(architecture.layers, (architecture.input_shape,))
    found: dict[tuple[Layer, ...], Repair] = {}
    for title, stack in _steps(start):
        whole, more = _carry_on(stack)
        if whole.layers and whole.layers not in found:
            suffix = f" (and {more} more change{'s' if more > 1 else ''})" if more else ""
            found[whole.layers] = Repair(title + suffix, replace(architecture, layers=whole.layers))
    return tuple(found.values())


@dataclass(frozen=True)
class _Stack:
    """Layers, and the shapes that reach them: one for each layer up to the misfit, or one more than there are layers.

    Shapes are all that is walked, and only from the change on: a long stack may need many changes.
    """

    layers: tuple[Layer, ...]
    inputs: tuple[Shape, ...]

    @property
    def misfit(self) -> int:
        """Place of the first layer that does not fit; the number of layers when all do."""
        return len(self.inputs) - 1

    @property
    def left(self) -> int:
        """How many layers are not known to fit."""
        return len(self.layers) - self.misfit

    def changed(self, place: int, layers: tuple[Layer, ...]) -> _Stack:
        """With other layers from ``place`` on."""
        return _walk(layers, self.inputs[: place + 1])


def _walk(layers: tuple[Layer, ...], known: tuple[Shape, ...]) -> _Stack:
    inputs = list(known)
    for layer in layers[len(inputs) - 1 :]:
        try:
            inputs.append(layer.output_shape(inputs[-1]))
        except LayerFitError:
            break
    return _Stack(layers, tuple(inputs))


def _steps(stack: _Stack) -> Iterator[tuple[str, _Stack]]:
    """The fixes of the first misfit, the best first: each leaves fewer layers that are not known to fit."""
    return ((title, fixed) for title, fixed in _candidates(stack) if fixed.left < stack.left)


def _candidates(stack: _Stack) -> Iterator[tuple[str, _Stack]]:
    if not stack.left:
        return
    layers, index, shape = stack.layers, stack.misfit, stack.inputs[-1]
    if len(shape) == 2:
        yield from _suggested(stack, _with_channels(layers[index], shape))
    yield from _suggested(stack, layers[index].suggestions(shape))
    if len(shape) == 1 or layers[index].window() is not None:
        yield from _earlier(stack, len(shape) == 1)
    if len(shape) == 1:  # where something flattened a map, moving that is nearer
        yield from _suggested(stack, _with_channels(layers[index], shape))
    yield f"Remove layer {index + 1} ({layers[index].type})", stack.changed(index, _without(layers, index))
    if len(shape) == 1 and square_image(shape[0]) is None:
        yield from _suggested(stack, _reshaped(layers[index], (1, 1, *shape)))


def _with_channels(layer: Layer, shape: Shape) -> tuple[Replacement, ...]:
    """A Reshape to the map that a shape without a channel axis can be, before a layer that needs one."""
    image = (*shape, 1) if len(shape) == 2 else square_image(shape[0])
    return () if image is None else _reshaped(layer, image)


def _reshaped(layer: Layer, image: Shape) -> tuple[Replacement, ...]:
    if isinstance(layer, Reshape) or not _needs_map(layer):
        return ()
    return (Replacement(f"Insert Reshape to {times(image)} before it", (Reshape(target_shape=image), layer)),)


def _suggested(stack: _Stack, suggestions: tuple[Replacement, ...], again: int = 2) -> Iterator[tuple[str, _Stack]]:
    """Suggestions for the misfit; where one leaves it a misfit for another reason, together with one for that."""
    layers, index = stack.layers, stack.misfit
    for suggestion in suggestions:
        changed = (*layers[:index], *suggestion.layers, *layers[index + 1 :])
        if len(changed) > MAX_LAYERS:
            continue
        fixed = stack.changed(index, changed)
        if again and fixed.left == stack.left and suggestion.layers:
            more = fixed.layers[fixed.misfit].suggestions(fixed.inputs[-1])
            for title, whole in _suggested(fixed, more, again - 1):
                yield f"{suggestion.title}, {title[0].lower()}{title[1:]}", whole
        else:
            yield suggestion.title, fixed


def _earlier(stack: _Stack, needs_map: bool) -> Iterator[tuple[str, _Stack]]:
    """Fixes before the broken layer: move what ended the map behind it, or undo the last halving."""
    layers, index = stack.layers, stack.misfit
    for place in range(index - 1, -1, -1):
        layer, window = layers[place], layers[place].window()
        without = stack.changed(place, _without(layers, place))
        if needs_map and layer.ends_map:
            maps = [at for at in range(index, without.misfit) if _needs_map(without.layers[at])]
            to = maps[-1] + 1 if maps else index
            moved = (*without.layers[:to], layer, *without.layers[to:])
            yield f"Move {layer.type} after layer {to + 1}", stack.changed(place, moved)
            yield f"Remove layer {place + 1} ({layer.type})", without
            return
        if not needs_map and window is not None and max(window.strides) > 1 and not layer.linear:
            yield f"Remove layer {place + 1} ({layer.type})", without
            return


def _needs_map(layer: Layer) -> bool:
    try:
        layer.output_shape((1,))
    except LayerFitError:
        return True
    return False


def _without(layers: tuple[Layer, ...], place: int) -> tuple[Layer, ...]:
    return layers[:place] + layers[place + 1 :]


def _carry_on(stack: _Stack) -> tuple[_Stack, int]:
    """The stack with each further misfit mended by its first workable fix, and how many that took.

    Ends because removing the misfit is always one of the fixes, and each fix leaves fewer layers to look at.
    """
    more = 0
    while stack.left:
        stack = next(fixed for _, fixed in _steps(stack))
        more += 1
    return stack, more
