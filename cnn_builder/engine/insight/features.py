"""What the network makes of images just before its last layer: a map of them, their neighbours, and how sure to be."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnn_builder.engine.backend import tf
from cnn_builder.engine.build import scaled
from cnn_builder.engine.insight.inside import Inside

BATCH = 500
SURE_ERRORS = 0.02
"""Of the held-out images read as surely as "confident" asks, at most this share is read wrong."""
STRANGE = 0.99
"""An image farther from the training images than this share of the held-out ones is like none of them."""


def features(inside: Inside, images: np.ndarray) -> np.ndarray:
    """The input of the last layer with weights, flattened: float32 (n, features).

    `images` is uint8 (n, height, width, channels).
    """
    layers = inside.model.layers
    end = max((place for place, layer in enumerate(layers) if layer.weights), default=len(layers))

    def make() -> Any:
        shape = [None, *inside.architecture.input_shape]

        @tf.function(input_signature=[tf.TensorSpec(shape, tf.uint8)], jit_compile=False)
        def run(batch: "tf.Tensor") -> "tf.Tensor":
            tensor = scaled(batch)
            for layer in layers[:end]:
                tensor = layer(tensor, training=False)
            return tf.reshape(tensor, [tf.shape(tensor)[0], -1])

        return run

    run = inside.compiled("features", make)
    parts = [np.asarray(run(images[start : start + BATCH])) for start in range(0, len(images), BATCH)]
    return np.concatenate(parts)


def plane(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vectors (n, features) on their two principal axes: points (n, 2), and the share of variance each axis holds.

    The sign of an axis is chosen so that its largest weight is positive: the picture is the same each time.
    """
    centred = vectors - vectors.mean(axis=0)
    _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    axes = axes[:2]
    signs = np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])
    points = centred @ (axes * signs[:, np.newaxis]).T
    if points.shape[1] < 2:
        points = np.pad(points, ((0, 0), (0, 2 - points.shape[1])))
    shares = np.pad(sizes**2 / max(float((sizes**2).sum()), 1e-12), (0, 2))[:2]
    return points.astype(np.float32), shares.astype(np.float32)


def nearest(vectors: np.ndarray, vector: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Places of the `count` vectors (n, features) closest to one (features,), and their Euclidean distances."""
    distances = np.sqrt(np.maximum(((vectors - vector) ** 2).sum(axis=1), 0))
    order = np.argsort(distances, kind="stable")[:count]
    return order, distances[order]


@dataclass(frozen=True)
class Calibration:
    """How sure a run may be of its answers, found on images it was not trained on.

    Args:
        confident: from this probability on an answer is called confident; above 1: none is.
        strange: an image farther than this from every training image is like none of them.
        images: how many images it was found on.
    """

    confident: float
    strange: float
    images: int


def calibration(probabilities: np.ndarray, labels: np.ndarray, distances: np.ndarray) -> Calibration:
    """From held-out images' probabilities (n, classes), labels (n,), and distances to the nearest training image (n,).

    `confident` is the lowest probability such that, of all images read at least that surely, at most 2 % are read
    wrong; counted with one error more than was seen, since few images prove little.
    """
    best = probabilities.max(axis=1)
    order = np.argsort(-best, kind="stable")
    wrong = np.cumsum(probabilities.argmax(axis=1)[order] != labels[order]) + 1
    # Images of one probability stand or fall together.
    ends = np.append(np.diff(best[order]) < 0, True)
    good = np.flatnonzero(ends & (wrong <= SURE_ERRORS * np.arange(1, len(order) + 1)))
    confident = float(best[order[good[-1]]]) if len(good) else 1.01
    return Calibration(confident, float(np.quantile(distances, STRANGE)), len(labels))
