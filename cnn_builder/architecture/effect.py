"""What a change of a network does to its shapes, parameters and multiply-adds, in numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from cnn_builder.architecture.architecture import Architecture
from cnn_builder.architecture.layers.base import Shape, times
from cnn_builder.architecture.trace import Trace, trace


@dataclass(frozen=True)
class Effect:
    """The totals of two networks, and what a layer that did not fit now gets or gives.

    Args:
        before: trace of the network as it is; its totals compare with the others only where it fits.
        after: trace of the network as it would be.
        mended: a sentence's part about the layer that did not fit, "" where there is none or it is gone.
    """

    before: Trace
    after: Trace
    mended: str = ""

    @classmethod
    def between(cls, before: Architecture, after: Architecture, traced: Trace | None = None) -> Self:
        """What changes from ``before`` to ``after``; ``traced`` is the trace of ``before``, if known already."""
        now, then = traced or trace(before), trace(after)
        return cls(now, then, _mended(before, after, now, then))

    def changes(self) -> tuple[str, ...]:
        """Of ``parts`` those that change."""
        if self.before.error is not None:
            return self.parts()
        pairs = zip(self.parts(), _totals(self.before), _totals(self.after), strict=True)
        return tuple(part for part, before, after in pairs if before != after)

    def parts(self) -> tuple[str, ...]:
        """For people: shape, parameters and MACs, as they become and, where both networks fit, by how much."""
        output, params, macs = _totals(self.after)
        if self.before.error is not None:
            sizes = (f"output {times(output)}", f"{params:,} parameters", f"{macs:,} MACs")
            return (self.mended, *sizes) if self.mended else sizes
        was_output, was_params, was_macs = _totals(self.before)
        moved = f"output {times(was_output)} → {times(output)}" if was_output != output else f"output {times(output)}"
        return (moved, _change(was_params, params, "parameters"), _change(was_macs, macs, "MACs"))

    def __str__(self) -> str:
        return " · ".join(self.parts())


def signed(change: int) -> str:
    """``-1200`` as ``−1,200``, ``0`` as ``±0``."""
    return "±0" if not change else f"{'+' if change > 0 else '−'}{abs(change):,}"


def _change(before: int, after: int, unit: str) -> str:
    return f"{signed(after - before)} {unit} ({after:,})" if before != after else f"{after:,} {unit} as before"


def _totals(traced: Trace) -> tuple[Shape, int, int]:
    return traced.output_shape, traced.total_params, traced.total_macs


def _mended(before: Architecture, after: Architecture, now: Trace, then: Trace) -> str:
    """What reaches the layer that did not fit, or what it gives now that it is another."""
    if now.error is None or then.error is not None:
        return ""
    layer, place = before.layers[now.error.index], now.error.index
    for row, other in zip(then.rows, after.layers, strict=True):
        # The very same object: a layer set just alike elsewhere in the stack is another one.
        if other is layer and row.input_shape != now.error.input_shape:
            return f"{layer.type} gets {times(row.input_shape)} instead of {times(now.error.input_shape)}"
    if len(after.layers) == len(before.layers) and then.rows[place].type == layer.type:
        return f"{layer.type} gives {times(then.rows[place].output_shape)}"
    return ""
