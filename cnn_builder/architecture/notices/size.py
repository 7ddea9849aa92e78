"""Where a network is larger or longer than it need be."""

from __future__ import annotations

from collections.abc import Iterator

from cnn_builder.architecture.layers.base import times
from cnn_builder.architecture.layers.dense import Dense
from cnn_builder.architecture.layers.flatten import Flatten
from cnn_builder.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from cnn_builder.architecture.layers.pooling import Pooling2D
from cnn_builder.architecture.layers.reshape import Reshape
from cnn_builder.architecture.notices.notice import CheckedNetwork, Notice, layer_place, listed
from cnn_builder.architecture.repair import Repair

HEAVY_SHARE = 0.9
WORTH_SAVING = 20_000
"""Parameters below which a heavy Dense costs nobody anything."""


def heavy_dense(seen: CheckedNetwork) -> Iterator[Notice]:
    """One Dense after Flatten that holds most of all parameters."""
    rows, total = seen.traced.rows, seen.traced.total_params
    row = max(rows, key=lambda row: row.params, default=None)
    if row is None or row.params < WORTH_SAVING or row.params <= HEAVY_SHARE * total:
        return
    dense, flatten = seen.layers[row.index], _flatten_before(seen, row.index)
    if not isinstance(dense, Dense) or flatten is None:
        return
    height, width, channels = rows[flatten].input_shape
    message = (
        f"{layer_place(row.index, dense)} holds {_percent(row.params / total)} of all parameters: Flatten hands it "
        f"{height * width * channels:,} numbers, GlobalAveragePooling2D would hand it {channels:,}."
    )
    fix = Repair("Try GlobalAveragePooling2D", seen.architecture.replace(flatten, GlobalAveragePooling2D()))
    yield Notice("dense_heavy", row.index, message, fix, hint=True)


def _percent(share: float) -> str:
    return f"{share:.0%}" if share < 0.995 else "nearly all"


def _flatten_before(seen: CheckedNetwork, index: int) -> int | None:
    """Place of the Flatten that feeds the layer at ``index`` with a map that convolutions made; None if not so."""
    for before in range(index - 1, -1, -1):
        layer, shape = seen.layers[before], seen.traced.rows[before].input_shape
        if isinstance(layer, Flatten) and len(shape) == 3:
            made = any(other.linear for other in seen.layers[:before])
            return before if made and shape[0] * shape[1] > 1 else None
        if layer.linear or isinstance(layer, Reshape):
            return None
    return None


def idle_places(seen: CheckedNetwork) -> list[int]:
    """Places of the pools that get a map one place large."""
    return [
        row.index
        for row, layer in zip(seen.traced.rows, seen.layers, strict=False)  # rows end where a layer does not fit
        if isinstance(layer, Pooling2D) and row.input_shape[:2] == (1, 1)
    ]


def idle_pools(seen: CheckedNetwork) -> Iterator[Notice]:
    """Pools of maps that are one place large: they pass every number on as it is. All in one notice."""
    idle = idle_places(seen)
    if not idle:
        return
    first = seen.layers[idle[0]]
    shape = times(seen.traced.rows[idle[0]].input_shape)
    who = layer_place(idle[0], first) if len(idle) == 1 else f"Layers {listed(idle)}"
    message = f"{who} pool{'s' if len(idle) == 1 else ''} a {shape} map: one place is left, so nothing changes."
    without = seen.architecture
    for index in reversed(idle):
        without = without.remove(index)
    title = f"Remove layer {idle[0] + 1} ({first.type})" if len(idle) == 1 else f"Remove these {len(idle)} layers"
    yield Notice("pool_idle", idle[0], message, Repair(title, without), hint=True)
