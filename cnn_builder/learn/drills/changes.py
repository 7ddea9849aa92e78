"""Drills about a change: which one halves the parameters, which padding keeps the size."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from cnn_builder.architecture import Architecture, Layer, Trace, TraceRow, trace
from cnn_builder.architecture.errors import LayerFitError, LayerSettingError
from cnn_builder.architecture.layers.base import Shape, times
from cnn_builder.learn.drills.drill import Drill, call_of

MOST_CHOICES = 4
_LARGEST = 8
"""Layers that are tried: a smaller one decides nothing about the network's parameters."""
_WIDTHS = ("filters", "units")
PADDINGS = ("valid", "same", "both", "neither")


@dataclass(frozen=True)
class _Change:
    title: str
    architecture: Architecture


def halving_drills(architecture: Architecture, traced: Trace, rng: random.Random) -> Iterator[Drill]:
    """Which change halves a layer's parameters, exactly; and which brings the network's nearest to half."""
    for row in traced.rows:
        yield from _half_a_layer(architecture, traced, row, rng)
    if traced.error is None and traced.total_params:
        yield from _half_the_network(architecture, traced, rng)


def _half_a_layer(architecture: Architecture, traced: Trace, row: TraceRow, rng: random.Random) -> Iterator[Drill]:
    layer = architecture.layers[row.index]
    if not row.params or not layer.linear:
        return
    before = row.index - 1
    found = [
        *_narrower(architecture, row.index),
        *_others(architecture, row.index),
        *(_narrower(architecture, before) if before >= 0 else ()),
    ]
    counted = [(change, params) for change in found if (params := _params_at(change.architecture, traced, row.index))]
    halves = [change for change, params in counted if 2 * params == row.params]
    rest = [change for change, params in counted if 2 * params != row.params]
    if len(halves) != 1 or len(rest) < 2:
        return
    right = halves[0]
    narrower = right.architecture.layers[row.index]
    shape = _input_at(right.architecture, traced, row.index)
    half = narrower.params(shape).total
    lines = (
        *layer.explain(row.input_shape).params,
        *narrower.explain(shape).params,
        f"{half:,} is half of {row.params:,}",
    )
    told = (
        f"Layer {row.index + 1}, {call_of(layer)}, receives {times(row.input_shape)} and has {row.params:,} "
        "parameters. Which change halves them exactly?"
    )
    yield _choice(architecture, 2, told, right, rest, rng, row.index, lines)


def _half_the_network(architecture: Architecture, traced: Trace, rng: random.Random) -> Iterator[Drill]:
    largest = sorted((row for row in traced.rows if row.params), key=lambda row: -row.params)[:_LARGEST]
    weighted = sorted(row.index for row in largest)
    last = max(row.index for row in traced.rows if row.params)  # its width is the number of classes
    found = [change for index in weighted if index != last for change in _narrower(architecture, index)]
    found += [change for index in weighted for change in _others(architecture, index)]
    counted = []
    for change in found:
        walked = trace(change.architecture)
        if walked.error is None and walked.output_shape == traced.output_shape:
            counted.append((abs(walked.total_params / traced.total_params - 0.5), change, walked.total_params))
    counted.sort(key=lambda one: one[0])
    if not counted or counted[0][0] > 0.12:
        return
    rest = [change for distance, change, _ in counted[1:] if distance > counted[0][0] + 0.15]
    if len(rest) < 2:
        return
    _, right, total = counted[0]
    told = (
        f"The network has {traced.total_params:,} parameters. Which change brings them nearest to half? "
        "Look for the layer that has most of them."
    )
    most = max(traced.rows, key=lambda row: row.params)
    lines = (
        f"most are in layer {most.index + 1} ({most.type}): {most.params:,}",
        f"{right.title}: {total:,} of {traced.total_params:,}",
    )
    yield _choice(architecture, 3, told, right, rest, rng, None, lines)


def _choice(
    architecture: Architecture,
    level: int,
    told: str,
    right: _Change,
    rest: list[_Change],
    rng: random.Random,
    index: int | None,
    lines: tuple[str, ...],
) -> Drill:
    shown = [right, *rng.sample(rest, min(len(rest), MOST_CHOICES - 1))]
    rng.shuffle(shown)
    return Drill(
        "halve_params", level, told, right.title, architecture, index,
        choices=tuple(change.title for change in shown), outcomes=tuple(change.architecture for change in shown),
        explanation=lines, lists_network=index is None,
    )  # fmt: skip


def _input_at(architecture: Architecture, traced: Trace, index: int) -> Shape:
    """What reaches the layer at ``index`` where it or the one before was changed; ``traced`` is of the old network.

    Two layers are walked, not the whole stack: a long one is asked about often. Raises LayerFitError.
    """
    if index == 0:
        return architecture.input_shape
    return architecture.layers[index - 1].output_shape(traced.rows[index - 1].input_shape)


def _params_at(architecture: Architecture, traced: Trace, index: int) -> int | None:
    try:
        shape = _input_at(architecture, traced, index)
        architecture.layers[index].output_shape(shape)
    except LayerFitError:
        return None
    return architecture.layers[index].params(shape).total


def _narrower(architecture: Architecture, index: int) -> Iterator[_Change]:
    layer = architecture.layers[index]
    for name in _WIDTHS:
        value = layer.settings().get(name)
        if isinstance(value, int) and value % 2 == 0:
            yield from _set(architecture, index, name, value // 2, f"{value}", f"{value // 2}")


def _others(architecture: Architecture, index: int) -> Iterator[_Change]:
    """Changes of the layer that look as if they made it smaller."""
    layer = architecture.layers[index]
    have = layer.settings()
    if have.get("kernel_size", (1, 1)) != (1, 1):
        yield from _set(architecture, index, "kernel_size", (1, 1), times(have["kernel_size"]), "1×1")
    if have.get("strides") == (1, 1) and have.get("dilation_rate", (1, 1)) == (1, 1):
        yield from _set(architecture, index, "strides", (2, 2), "1×1", "2×2")
    if have.get("use_bias") is True:
        yield from _set(architecture, index, "use_bias", False, "true", "false")
    if have.get("padding") in ("valid", "same"):
        other = "same" if have["padding"] == "valid" else "valid"
        yield from _set(architecture, index, "padding", other, str(have["padding"]), other)


def _set(
    architecture: Architecture, index: int, name: str, value: object, before: str, after: str
) -> Iterator[_Change]:
    try:
        changed = architecture.layers[index].changed(**{name: value})
    except LayerSettingError:
        return
    yield _Change(f"Layer {index + 1}: {name} {before} → {after}", architecture.replace(index, changed))


def padding_drills(architecture: Architecture, traced: Trace) -> Iterator[Drill]:
    """Which padding keeps height and width; as the layer is, and with strides of 2."""
    for row in traced.rows:
        layer = architecture.layers[row.index]
        if layer.settings().get("padding") not in ("valid", "same") or len(row.input_shape) != 3:
            continue
        yield from _keeping(architecture, row, layer, 1 if layer.category == "Convolution" else 2)
        if layer.settings().get("strides") == (1, 1) and layer.settings().get("dilation_rate", (1, 1)) == (1, 1):
            yield from _keeping(architecture, row, layer.changed(strides=(2, 2)), 2)


def _keeping(architecture: Architecture, row: TraceRow, layer: Layer, level: int) -> Iterator[Drill]:
    networks, keep, lines = [], [], []
    for padding in ("valid", "same"):
        candidate = layer.changed(padding=padding)
        networks.append(architecture.replace(row.index, candidate))
        try:
            out = candidate.output_shape(row.input_shape)
        except LayerFitError:
            lines.append(f"{padding}: does not fit {times(row.input_shape[:2])}")
            keep.append(False)
        else:
            lines += [f"{padding}: {line}" for line in candidate.explain(row.input_shape).shape if " = " in line][:1]
            keep.append(out[:2] == row.input_shape[:2])
    answer = {(True, False): "valid", (False, True): "same", (True, True): "both", (False, False): "neither"}
    # How it is set now would be half of the answer.
    call = call_of(layer.changed(padding="valid"))
    told = (
        f"Layer {row.index + 1} is {call} and receives {times(row.input_shape)}. Which padding keeps the height and "
        "the width?"
    )
    network = architecture.replace(row.index, layer)
    yield Drill(
        "keep_size", level, told, answer[(keep[0], keep[1])], network, row.index,
        choices=PADDINGS, outcomes=tuple(networks), explanation=tuple(lines),
    )  # fmt: skip
