"""Dropout where it only makes the answers random."""

from __future__ import annotations

from collections.abc import Iterator

from cnn_builder.architecture.layers.base import Layer
from cnn_builder.architecture.layers.dropout import Dropout
from cnn_builder.architecture.layers.spatial_dropout2d import SpatialDropout2D
from cnn_builder.architecture.notices.notice import CheckedNetwork, Notice, layer_place
from cnn_builder.architecture.repair import Repair


def dropout_last(seen: CheckedNetwork) -> Iterator[Notice]:
    """Dropout on the answers themselves: after the last weights, with nothing behind it but activations."""
    layers = seen.layers
    if not seen.gives_vector:
        return
    for index in range(len(layers) - 1, seen.last_weights, -1):
        layer = layers[index]
        if _is_dropout(layer):
            message = (
                f"{layer_place(index, layer)} silences answers of the network itself: "
                "a class that is silenced cannot be learned from that image."
            )
            yield Notice("dropout_last", index, message, _moved(seen, index))
            return
        if layer.category != "Activation":
            return


def _moved(seen: CheckedNetwork, index: int) -> Repair:
    layer, to = seen.layers[index], seen.last_weights
    # As the first layer it would silence pixels; and without weights there is nothing to keep from overfitting.
    if to < 1:
        return Repair(f"Remove {layer.type}", seen.architecture.remove(index))
    return Repair(
        f"Move {layer.type} before layer {to + 1} ({seen.layers[to].type})", seen.architecture.move(index, to)
    )


def _is_dropout(layer: Layer) -> bool:
    return isinstance(layer, Dropout | SpatialDropout2D)
