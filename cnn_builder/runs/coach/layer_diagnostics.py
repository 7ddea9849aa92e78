"""What a run's layers show: dead ReLUs, gradients that vanish or explode on their way back.

Each returns its evidence as a sentence, empty where it does not apply; its thresholds are conventions, stated with it.
"""

from collections.abc import Sequence

from cnn_builder.runs.layer_statistics.statistics import EpochStatistics, LayerStatistics

DEAD_SHARE = 0.5
"""From this share of a layer's units on, dead ones are told; a third is usual in a healthy Dense layer."""
FEWEST_UNITS = 4
VANISHED = 1e-3
"""Of the last layer's gradients, the first layer's are less than this. Healthy networks are near 1."""
EXPLODED = 100.0
"""Gradients are so many times the weights that they would change: at a learning rate of 0.01, a step is as large."""


def dead_layer(layers: Sequence[EpochStatistics]) -> LayerStatistics | None:
    """The layer with the largest share of dead ReLUs after the last epoch, if that is at least a half."""
    if not layers or not layers[-1].epoch:
        return None
    found = [layer for layer in layers[-1].layers if layer.units >= FEWEST_UNITS]
    worst = max(found, key=lambda layer: layer.dead / layer.units, default=None)
    return worst if worst is not None and worst.dead >= DEAD_SHARE * worst.units else None


def dead_relus(layers: Sequence[EpochStatistics]) -> str:
    """At least half of the units of a ReLU are 0 for every image that was looked at."""
    worst = dead_layer(layers)
    if worst is None:
        return ""
    many = [one for one in layers if (before := one.layer(worst.index)) is not None and _is_dead(before)]
    since = next(one.epoch for one in many if all(later in many for later in layers if later.epoch >= one.epoch))
    when = f"since epoch {since}" if since else "from the start"
    last = layers[-1]
    return (
        f"In layer {worst.index + 1} ({worst.type}) {worst.dead} of {worst.units} units are 0 for all {last.images} "
        f"training images looked at after epoch {last.epoch}; at least half of them {when}."
    )


def _is_dead(layer: LayerStatistics) -> bool:
    return layer.units > 0 and layer.dead >= DEAD_SHARE * layer.units


def vanishing(layers: Sequence[EpochStatistics]) -> str:
    """The first layer's gradients are less than a thousandth of the last's (root mean square), of three or more."""
    found = _with_gradients(layers)
    if len(found) < 3:
        return ""
    (first, small), (last, large) = found[0], found[-1]
    if small >= VANISHED * large:
        return ""
    return (
        f"After epoch {layers[-1].epoch} the gradients (root mean square) are {small:.2g} in layer {first.index + 1} "
        f"({first.type}) and {large:.2g} in layer {last.index + 1} ({last.type}): the first layers hardly learn."
    )


def exploding(layers: Sequence[EpochStatistics]) -> str:
    """A layer's gradients are more than a hundred times its weights, root mean square."""
    if not layers:
        return ""
    ratios = [(ratio, layer) for layer in layers[-1].layers if (ratio := layer.gradient_ratio) is not None]
    worst = max(ratios, key=lambda pair: pair[0], default=None)
    if worst is None or worst[0] <= EXPLODED:
        return ""
    ratio, layer = worst
    slopes = layer.gradients.rms if layer.gradients is not None else 0.0
    return (
        f"After epoch {layers[-1].epoch} the gradients of layer {layer.index + 1} ({layer.type}) are {slopes:.2g} "
        f"(root mean square), {ratio:,.0f} times its weights."
    )


def _with_gradients(layers: Sequence[EpochStatistics]) -> list[tuple[LayerStatistics, float]]:
    """Layers after the last epoch with the root mean square of their gradients, from the first on."""
    if not layers or not layers[-1].epoch:
        return []
    return [(layer, layer.gradients.rms) for layer in layers[-1].layers if layer.gradients is not None]
