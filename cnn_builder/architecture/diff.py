"""What differs between two networks, layer by layer and in total."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from cnn_builder.architecture.architecture import Architecture
from cnn_builder.architecture.layers.base import Layer, Shape
from cnn_builder.architecture.trace import Trace, trace

Kind = Literal["kept", "changed", "added", "removed"]


@dataclass(frozen=True)
class SettingChange:
    """One setting of a layer: its value as in a file, before and after."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class ComparedLayer:
    """A layer in one of the two networks. ``index`` counts from 0; shape, params and macs are None past a misfit."""

    index: int
    layer: Layer
    output_shape: Shape | None
    params: int | None
    macs: int | None


@dataclass(frozen=True)
class LayerChange:
    """What became of a layer. A kept or changed one is in both networks, an added or removed one in one of them."""

    kind: Kind
    before: ComparedLayer | None
    after: ComparedLayer | None
    settings: tuple[SettingChange, ...] = ()

    @property
    def layer(self) -> Layer:
        """The layer, as it is afterwards where it still is."""
        part = self.after or self.before
        assert part is not None, "a change has at least one side"
        return part.layer


@dataclass(frozen=True)
class Diff:
    """Two networks, aligned. ``before`` and ``after`` are their traces, with the totals."""

    names: tuple[str, str]
    before: Trace
    after: Trace
    layers: tuple[LayerChange, ...]

    @property
    def is_same(self) -> bool:
        """Whether input and layers are equal, whatever the names."""
        return self.before.input_shape == self.after.input_shape and not self.counts(("changed", "added", "removed"))

    def counts(self, kinds: tuple[Kind, ...]) -> int:
        """How many layers became one of ``kinds``."""
        return sum(change.kind in kinds for change in self.layers)

    def to_dict(self) -> dict[str, Any]:
        """The diff as JSON takes it; places count from 0."""
        return {
            "same": self.is_same,
            "before": _side(self.names[0], self.before),
            "after": _side(self.names[1], self.after),
            "layers": [_change(change) for change in self.layers],
        }


def diff(a: Architecture, b: Architecture) -> Diff:
    """What changes from ``a`` to ``b``. Layers are paired so that as few as possible are added, removed or changed."""
    before, after = trace(a), trace(b)
    changes: list[LayerChange] = []
    for i, j in _pairs(a.layers, b.layers):
        old = None if i is None else _part(i, a.layers[i], before)
        new = None if j is None else _part(j, b.layers[j], after)
        settings = _settings(old.layer, new.layer) if old and new else ()
        kind: Kind = "removed" if new is None else "added" if old is None else "changed" if settings else "kept"
        changes.append(LayerChange(kind, old, new, settings))
    return Diff((a.name, b.name), before, after, tuple(changes))


def _part(index: int, layer: Layer, traced: Trace) -> ComparedLayer:
    if index >= len(traced.rows):
        return ComparedLayer(index, layer, None, None, None)
    row = traced.rows[index]
    return ComparedLayer(index, layer, row.output_shape, row.params, row.macs)


def _settings(before: Layer, after: Layer) -> tuple[SettingChange, ...]:
    kinds, old, new = type(after).kinds(), before.settings(), after.settings()
    return tuple(
        SettingChange(name, kinds[name].to_data(old[name]), kinds[name].to_data(new[name]))
        for name in kinds
        if old[name] != new[name]
    )


# Alignment ------------------------------------------------------------------------------------------------

_ALONE = 1.0
"""Cost of a layer that is added or removed."""


def _pairs(a: tuple[Layer, ...], b: tuple[Layer, ...]) -> list[tuple[int | None, int | None]]:
    """Places in ``a`` and ``b`` side by side, None where a layer has no partner.

    What is equal at the start and at the end is paired at once; between, the cheapest way from one to the other:
    Wagner and Fischer, "The string-to-string correction problem", 1974.
    """
    same = min(len(a), len(b))
    head = next((i for i in range(same) if a[i] != b[i]), same)
    tail = next((i for i in range(same - head) if a[-1 - i] != b[-1 - i]), same - head)
    pairs: list[tuple[int | None, int | None]] = [(i, i) for i in range(head)]
    middle = _cheapest(a[head : len(a) - tail], b[head : len(b) - tail])
    pairs += [(None if i is None else head + i, None if j is None else head + j) for i, j in middle]
    return pairs + [(len(a) - tail + i, len(b) - tail + i) for i in range(tail)]


def _cheapest(a: tuple[Layer, ...], b: tuple[Layer, ...]) -> list[tuple[int | None, int | None]]:
    old, new = [_Face(layer) for layer in a], [_Face(layer) for layer in b]
    distinct = {(x.text, y.text): (x, y) for x in old for y in new}
    known = {texts: _paired(*faces) for texts, faces in distinct.items()}
    together = [[known[x.text, y.text] for y in new] for x in old]
    cost = [[(i + j) * _ALONE for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            alone = min(cost[i - 1][j], cost[i][j - 1]) + _ALONE
            cost[i][j] = min(alone, cost[i - 1][j - 1] + together[i - 1][j - 1])
    pairs: list[tuple[int | None, int | None]] = []
    i, j = len(a), len(b)
    while i or j:
        if i and j and cost[i][j] == cost[i - 1][j - 1] + together[i - 1][j - 1]:
            i, j = i - 1, j - 1
            pairs.append((i, j))
        # Walked from the end: taking the added ones first puts the removed ones before them.
        elif j and cost[i][j] == cost[i][j - 1] + _ALONE:
            j -= 1
            pairs.append((None, j))
        else:
            i -= 1
            pairs.append((i, None))
    return pairs[::-1]


class _Face:
    """What the alignment compares, as text: comparing the layers themselves 10,000 times is slow."""

    def __init__(self, layer: Layer) -> None:
        self.type = layer.type
        self.settings = {name: repr(value) for name, value in layer.keras_kwargs().items()}
        self.text = f"{self.type} {self.settings}"


def _paired(a: _Face, b: _Face) -> float:
    """Cost of taking ``b`` for what became of ``a``: nothing when equal, less than two alone when of one type."""
    if a.text == b.text:
        return 0.0
    if a.type != b.type:
        return 2.5 * _ALONE
    # Eighths are exact in binary, so that the way back finds the same sums; many changes cost no more than a few.
    return 0.75 + min(sum(a.settings[name] != b.settings[name] for name in a.settings), 8) / 8


# JSON -----------------------------------------------------------------------------------------------------


def _side(name: str, traced: Trace) -> dict[str, Any]:
    return {
        "name": name,
        "input_shape": list(traced.input_shape),
        "output_shape": list(traced.output_shape),
        "total_params": traced.total_params,
        "trainable_params": traced.trainable_params,
        "total_macs": traced.total_macs,
        "error": traced.error.message if traced.error else None,
    }


def _change(change: LayerChange) -> dict[str, Any]:
    return {
        "change": change.kind,
        "type": change.layer.type,
        "before": _part_dict(change.before),
        "after": _part_dict(change.after),
        "settings": {item.name: {"before": item.before, "after": item.after} for item in change.settings},
    }


def _part_dict(part: ComparedLayer | None) -> dict[str, Any] | None:
    if part is None:
        return None
    shape = None if part.output_shape is None else list(part.output_shape)
    return {"index": part.index, "output_shape": shape, "params": part.params, "macs": part.macs}
