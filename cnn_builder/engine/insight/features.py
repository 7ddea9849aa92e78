"""What the network makes of images just before its last layer: a map of them, their neighbours, and how sure to be."""

from dataclasses import dataclass

import numpy as np

from cnn_builder.engine.backend import tf
from cnn_builder.engine.build import IMAGES, network_input
from cnn_builder.engine.insight.inside import Inside
from cnn_builder.engine.insight.time_limit import check_time

BATCH = 200
SURE_ERRORS = 0.02
"""Of the held-out images read as surely as "confident" asks, at most this share is read wrong."""
LEAST_SURE, LEAST_SURE_ERRORS = 0.05, 0.1
"""And of the least sure among them, this share of all images, at most that share: a good network's many easy images
must not speak for its few hard ones."""
FAMILIAR = 0.95
"""An image farther from the training images than this share of the held-out ones is no usual one."""
STRANGE = 0.99
"""An image farther from the training images than this share of the held-out ones is like none of them."""


def features(inside: Inside, images: np.ndarray) -> np.ndarray:
    """The input of the last layer with weights, flattened: float32 (n, features).

    `images` is uint8 (n, height, width, channels).
    """
    layers = inside.model.layers
    end = max((place for place, layer in enumerate(layers) if layer.weights), default=len(layers))

    def run(batch: "tf.Tensor") -> "tf.Tensor":
        tensor = network_input(batch, inside.architecture)
        for layer in layers[:end]:
            tensor = layer(tensor, training=False)
        return tf.reshape(tensor, [tf.shape(tensor)[0], -1])

    graph = inside.graph("features", run, IMAGES)
    parts = []
    for start in range(0, len(images), BATCH):
        check_time()
        parts.append(np.asarray(graph(images[start : start + BATCH])))
    return np.concatenate(parts)


def plane(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vectors (n, features) on their two principal axes: points (n, 2), and the share of variance each axis holds.

    The sign of an axis is chosen so that its largest weight is positive: the picture is the same each time.
    """
    centred = vectors - vectors.mean(axis=0)
    # A flattened map has tens of thousands of features, of which the squares below must be few: of the smaller side.
    wide = centred.shape[1] > centred.shape[0]
    squares = centred @ centred.T if wide else centred.T @ centred
    values, found = np.linalg.eigh(squares.astype(np.float64))
    values, found = np.maximum(values[::-1][:2], 0.0), found[:, ::-1][:, :2]
    axes = (centred.T @ found) / np.maximum(np.sqrt(values), 1e-12) if wide else found
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    points = centred @ (axes * signs)
    if points.shape[1] < 2:
        points = np.pad(points, ((0, 0), (0, 2 - points.shape[1])))
    shares = np.pad(values / max(float(np.trace(squares)), 1e-12), (0, 2))[:2]
    return points.astype(np.float32), shares.astype(np.float32)


def nearest(
    vectors: np.ndarray, vector: np.ndarray, count: int, squares: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Places of the `count` vectors (n, features) closest to one (features,), and their Euclidean distances.

    `squares`: |v|² of each vector, float32 (n,), where they are known: for every stroke the vectors are the same.
    """
    known = squared_norms(vectors) if squares is None else squares
    distances = np.sqrt(np.maximum(known - 2 * (vectors @ vector) + float(vector @ vector), 0))
    order = np.argsort(distances, kind="stable")[:count]
    return order, distances[order]


def nearest_distances(vectors: np.ndarray, others: np.ndarray) -> np.ndarray:
    """For each of `others` (m, features) the Euclidean distance to the closest of `vectors` (n, features): (m,)."""
    squares = squared_norms(vectors)
    parts = []
    for start in range(0, len(others), BATCH):
        part = others[start : start + BATCH]
        found = (squares - 2 * (part @ vectors.T)).min(axis=1) + squared_norms(part)
        parts.append(np.sqrt(np.maximum(found, 0)))
    return np.concatenate(parts)


def squared_norms(vectors: np.ndarray) -> np.ndarray:
    """|v|² of each row. |a − b|² = |a|² − 2ab + |b|² needs no array of all differences."""
    return np.asarray(np.einsum("ij,ij->i", vectors, vectors))


@dataclass(frozen=True)
class ConfidenceLevels:
    """How sure a run may be of its answers, found on images it was not trained on.

    Args:
        confident: from this probability on an answer is called confident; above 1: none is.
        familiar: only an image at most this far from its nearest training image is a usual one.
        strange: an image farther than this from every training image is like none of them.
        images: how many images it was found on.
    """

    confident: float
    familiar: float
    strange: float
    images: int


def calibration(probabilities: np.ndarray, labels: np.ndarray, distances: np.ndarray) -> ConfidenceLevels:
    """From held-out images' probabilities (n, classes), labels (n,), and distances to the nearest training image (n,).

    `confident` is the lowest probability such that, of all images read at least that surely, at most 2 % are read
    wrong (counted with one error more than was seen, since few images prove little), and at most 10 % of the least
    sure among them.
    """
    best = probabilities.max(axis=1)
    count = len(best)
    order = np.argsort(-best, kind="stable")
    seen = np.cumsum(probabilities.argmax(axis=1)[order] != labels[order])
    # Images of one probability stand or fall together.
    ends = np.append(np.diff(best[order]) < 0, True)
    least = min(count, max(20, round(LEAST_SURE * count)))
    lately = seen - np.concatenate([np.zeros(least, seen.dtype), seen])[:count]
    good = ends & (seen + 1 <= SURE_ERRORS * np.arange(1, count + 1)) & (lately <= LEAST_SURE_ERRORS * least)
    places = np.flatnonzero(good)
    confident = float(best[order[places[-1]]]) if len(places) else 1.01
    familiar, strange = (float(value) for value in np.quantile(distances, [FAMILIAR, STRANGE]))
    return ConfidenceLevels(confident, familiar, strange, count)
