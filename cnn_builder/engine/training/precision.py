"""Mixed precision: which layers multiply in bfloat16, while weights, last layer and scores stay float32."""

from collections.abc import Iterator
from contextlib import contextmanager

from cnn_builder.architecture import Architecture
from cnn_builder.engine.backend import keras


def lowered(model: "keras.Sequential", architecture: Architecture) -> list["keras.Layer"]:
    """The layers between the first and the last with weights, the first included: those that gain by bfloat16.

    The last one with weights, and what follows it, give the probabilities: Keras' guide to mixed precision keeps them
    in float32. Augmentation computes places in an image, for which bfloat16's 8 bits are too few.
    """
    weighted = [place for place, layer in enumerate(model.layers) if layer.weights]
    if not weighted:
        return []
    inner = range(weighted[0], weighted[-1])
    return [model.layers[place] for place in inner if architecture.layers[place].category != "Augmentation"]


@contextmanager
def computing(precision: str, layers: list["keras.Layer"]) -> Iterator[None]:
    """Within, the layers compute by this dtype policy of Keras; a graph that is traced within keeps it.

    Their weights stay as they are, float32, so that the same model is then scored and saved in float32.
    """
    before = [layer.dtype_policy for layer in layers]
    for layer in layers:
        layer.dtype_policy = precision
    try:
        yield
    finally:
        for layer, policy in zip(layers, before, strict=True):
            layer.dtype_policy = policy
