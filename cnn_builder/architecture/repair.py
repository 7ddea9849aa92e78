"""Ranked fixes for the first layer that does not fit. Each fix, applied, gives a stack that traces to its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cnn_builder.architecture.architecture import MAX_LAYERS, Architecture
from cnn_builder.architecture.layers.base import times
from cnn_builder.architecture.trace import trace


@dataclass(frozen=True)
class Repair:
    """A named change and the architecture it leads to."""

    title: str
    architecture: Architecture

    @property
    def effect(self) -> str:
        """What the network is afterwards: output, parameters and multiply-adds."""
        after = trace(self.architecture)
        return f"output {times(after.output_shape)} · {after.total_params:,} parameters · {after.total_macs:,} MACs"


def repairs(architecture: Architecture) -> tuple[Repair, ...]:
    """Ways to make the whole stack fit, the best first; empty when it already does.

    The first layer's own suggestions come first, in their order; those that leave further layers broken are carried
    on with the best fix of each and say how many more changes they take.
    """
    found: dict[Architecture, Repair] = {}
    for title, candidate in _candidates(architecture):
        whole, more = _carry_on(candidate)
        if whole is not None and whole.layers and whole not in found:
            suffix = f" (and {more} more change{'s' if more > 1 else ''})" if more else ""
            found[whole] = Repair(title + suffix, whole)
    return tuple(found.values())


def _candidates(architecture: Architecture) -> Iterator[tuple[str, Architecture]]:
    error = trace(architecture).error
    if error is None:
        return
    layers, index = architecture.layers, error.index
    for suggestion in layers[index].suggestions(error.input_shape):
        changed = (*layers[:index], *suggestion.layers, *layers[index + 1 :])
        if len(changed) <= MAX_LAYERS:
            yield suggestion.title, replace(architecture, layers=changed)
    if len(error.input_shape) == 1 or layers[index].window() is not None:
        yield from _earlier(architecture, index, len(error.input_shape) == 1)
    yield f"Remove layer {index + 1} ({error.type})", architecture.remove(index)


def _earlier(architecture: Architecture, index: int, needs_map: bool) -> Iterator[tuple[str, Architecture]]:
    """Fixes before the broken layer: move what ended the map behind it, or undo the last halving."""
    layers = architecture.layers
    for place in range(index - 1, -1, -1):
        window = layers[place].window()
        if needs_map and layers[place].ends_map:
            name = layers[place].type
            yield f"Move {name} after layer {index + 1}", architecture.move(place, index)
            yield f"Remove layer {place + 1} ({name})", architecture.remove(place)
            return
        if not needs_map and window is not None and max(window.strides) > 1 and not layers[place].linear:
            yield f"Remove layer {place + 1} ({layers[place].type})", architecture.remove(place)
            return


def _carry_on(architecture: Architecture) -> tuple[Architecture | None, int]:
    """The architecture with each further misfit mended by its first workable fix, and how many that took."""
    more, place = 0, -1
    while (error := trace(architecture).error) is not None:
        if error.index < place:
            return None, more
        place = error.index
        following = next((fixed for _, fixed in _candidates(architecture) if _reaches(fixed, place)), None)
        if following is None or more > MAX_LAYERS:
            return None, more
        architecture, more = following, more + 1
    return architecture, more


def _reaches(architecture: Architecture, place: int) -> bool:
    """Whether the stack now fits up to and including the layer that stands at ``place``."""
    error = trace(architecture).error
    return error is None or error.index > place or (error.index == place and len(architecture.layers) > place)
