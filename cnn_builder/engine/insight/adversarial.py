"""Images changed a little, each pixel by at most so many of 255 levels, so that the network reads them wrong."""

from collections.abc import Iterator, Sequence

import numpy as np

from cnn_builder.engine.backend import tf
from cnn_builder.engine.build import viewed
from cnn_builder.engine.insight.inside import Inside
from cnn_builder.engine.insight.time_limit import check_time

BATCH = 250
PGD_STEPS = 4
PIXELS = tf.TensorSpec([None, None, None, None], tf.float32)
LABELS = tf.TensorSpec([None], tf.int32)


def loss_gradient(inside: Inside, pixels: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """∂loss/∂pixel of the cross-entropy with each image's label: float32, in the shape of `pixels`.

    `pixels` float32 (n, height, width, channels) from 0 to 1, `labels` (n,).
    """

    def run(values: "tf.Tensor", truth: "tf.Tensor") -> "tf.Tensor":
        with tf.GradientTape() as tape:
            tape.watch(values)
            logits = inside.to_logits(viewed(values, inside.architecture), 0)
            loss = tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(truth, logits))
        return tape.gradient(loss, values)

    graph = inside.graph("loss_gradient", run, PIXELS, LABELS)
    parts = []
    for start in range(0, len(pixels), BATCH):
        check_time()
        part = slice(start, start + BATCH)
        parts.append(np.asarray(graph(pixels[part].astype(np.float32), labels[part].astype(np.int32))))
    return np.concatenate(parts)


def fgsm(inside: Inside, images: np.ndarray, labels: np.ndarray, levels: Sequence[float]) -> Iterator[np.ndarray]:
    """For each level the images, uint8, moved by it along the sign of the loss' gradient, cut to 0 to 255.

    Source: I. Goodfellow, J. Shlens, C. Szegedy, "Explaining and harnessing adversarial examples", ICLR 2015.
    """
    signs = np.sign(loss_gradient(inside, images / np.float32(255), labels))
    for level in levels:
        yield np.clip(images + np.float32(level) * signs, 0, 255).astype(np.uint8)


def pgd(inside: Inside, images: np.ndarray, labels: np.ndarray, levels: Sequence[float]) -> Iterator[np.ndarray]:
    """For each level, in rising order, the images, uint8, after steps along the sign, kept within the level.

    Each level goes on from the one before, whose images it may use as well; one that is read wrong stays as it is. So
    an image read wrong at one level is so at every higher one. Pixels are rounded, as image files have them.
    Source: A. Madry et al., "Towards deep learning models resistant to adversarial attacks", ICLR 2018; here without
    the random start.
    """
    found = images.astype(np.float32)
    left = np.arange(len(images))
    for level in levels:
        steps = min(PGD_STEPS, round(level)) if len(left) else 0  # a level or two is crossed in as many steps
        size, origin = 2.5 * level / max(steps, 1), images[left].astype(np.float32)
        low, high = np.maximum(origin - level, 0), np.minimum(origin + level, 255)
        now = found[left]
        for _ in range(steps):
            now = np.clip(now + size * np.sign(loss_gradient(inside, now / 255, labels[left])), low, high)
        found[left] = np.rint(now)
        result = found.astype(np.uint8)
        yield result
        if len(left):
            read = _read(inside, result[left])
            left = left[read == labels[left]]


def _read(inside: Inside, images: np.ndarray) -> np.ndarray:
    parts = [inside.probabilities(images[at : at + BATCH]).argmax(axis=1) for at in range(0, len(images), BATCH)]
    return np.concatenate(parts)
