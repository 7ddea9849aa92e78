"""No non-linearity between two layers of weights, which then do no more than one; or one that cannot be computed."""

from __future__ import annotations

from collections.abc import Iterator

from cnn_builder.architecture.architecture import Architecture
from cnn_builder.architecture.layers.activation import Activation
from cnn_builder.architecture.layers.base import Layer
from cnn_builder.architecture.layers.batch_normalization import BatchNormalization
from cnn_builder.architecture.layers.relu import ReLU
from cnn_builder.architecture.notices.notice import CheckedNetwork, Notice, layer_place, listed
from cnn_builder.architecture.repair import Repair
from cnn_builder.limits import MAX_LAYERS

STRAIGHT = frozenset(
    {
        *("Flatten", "Reshape", "ZeroPadding2D", "Rescaling", "AveragePooling2D", "GlobalAveragePooling2D"),
        *("Dropout", "SpatialDropout2D", "BatchNormalization"),
    }
)
"""Layers without weights of their own kind that keep sums sums. What is not known to be straight counts as bending."""

UNUSABLE = "threshold"
"""Among Keras' names of activations, but its function takes two numbers more, which no layer gives it."""

MEANT = frozenset({"DepthwiseConv2D"})
"""Beside these a convolution without an activation is the custom: Chollet 2017, Sandler et al. 2018 (MobileNetV2)."""


def unusable(seen: CheckedNetwork) -> Iterator[Notice]:
    """An activation that Keras knows by name and cannot compute, all layers in one notice."""
    found = [index for index, layer in enumerate(seen.layers) if getattr(layer, "activation", None) == UNUSABLE]
    if not found:
        return
    who = layer_place(found[0], seen.layers[found[0]]) if len(found) == 1 else f"Layers {listed(found)}"
    fixed = seen.architecture
    for index in found:
        fixed = fixed.replace(index, fixed.layers[index].changed(activation="relu"))
    message = f"{who}: Keras' threshold needs two numbers more than a layer can give it, so it cannot be computed."
    yield Notice("activation_unusable", found[0], message, Repair("Use relu", fixed), blocks_training=True)


def linear_pairs(seen: CheckedNetwork) -> Iterator[Notice]:
    """Pairs of layers with weights and no non-linearity between them, all in one notice."""
    pairs = list(_pairs(seen.layers))
    if not pairs:
        return
    first, second = pairs[0]
    names = f"layers {first + 1} ({seen.layers[first].type}) and {second + 1} ({seen.layers[second].type})"
    more = [second for _, second in pairs[1:]]
    again = f" The same holds before layer{'s' if len(more) > 1 else ''} {listed(more)}." if more else ""
    message = f"There is no activation between {names}: without one they can do no more than a single layer.{again}"
    where = f"after layer {first + 1}" if not more else f"in {len(pairs)} places"
    fix = _bent(seen.architecture, pairs)
    yield Notice("linear_pair", first, message, Repair(f"Add relu {where}", fix))


def _pairs(layers: tuple[Layer, ...]) -> Iterator[tuple[int, int]]:
    """(place of a layer with weights, place of the next), where all from the first's output to the second is linear."""
    straight: int | None = None
    for index, layer in enumerate(layers):
        if layer.linear:
            if straight is not None and not MEANT & {layer.type, layers[straight].type}:
                yield straight, index
            straight = index if _is_identity(layer) else None
        elif layer.type not in STRAIGHT and not (isinstance(layer, Activation) and _is_identity(layer)):
            straight = None


def _is_identity(layer: Layer) -> bool:
    return getattr(layer, "activation", None) in (None, "linear")


def _bent(architecture: Architecture, pairs: list[tuple[int, int]]) -> Architecture:
    """With relu in each pair: as the first layer's activation, or behind the normalization that follows it."""
    for first, second in reversed(pairs):  # from the end, so that places before stay what they are
        between = architecture.layers[first + 1 : second]
        norms = [first + 1 + at for at, layer in enumerate(between) if isinstance(layer, BatchNormalization)]
        if norms and len(architecture.layers) < MAX_LAYERS:
            architecture = architecture.insert(norms[-1] + 1, ReLU())
        else:
            architecture = architecture.replace(first, architecture.layers[first].changed(activation="relu"))
    return architecture
