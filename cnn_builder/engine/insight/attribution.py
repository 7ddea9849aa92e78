"""Where in the image an answer comes from: saliency, Grad-CAM, occlusion."""

import numpy as np

from cnn_builder.engine.backend import tf
from cnn_builder.engine.build import IMAGES, network_input, scaled, viewed
from cnn_builder.engine.insight.inside import Inside
from cnn_builder.engine.insight.time_limit import check_time

OCCLUSION_STEPS = 14
OCCLUSION_BATCH = 49
LABEL = tf.TensorSpec([], tf.int32)


def saliency(inside: Inside, image: np.ndarray, label: int) -> np.ndarray:
    """How strongly each pixel moves the logit of class `label`: |∂logit/∂pixel|, the largest over the channels.

    Returns (height, width), from 0 up, in logits per full range of a pixel. Raises ValueError.
    Source: K. Simonyan, A. Vedaldi, A. Zisserman, "Deep inside convolutional networks", 2013.
    """
    _check_label(inside, label)

    def run(images: "tf.Tensor", wanted: "tf.Tensor") -> "tf.Tensor":
        pixels = scaled(images)
        with tf.GradientTape() as tape:
            tape.watch(pixels)
            score = tf.gather(inside.to_logits(viewed(pixels, inside.architecture), 0), wanted, axis=1)
        return tape.gradient(score, pixels)

    graph = inside.graph("saliency", run, IMAGES, LABEL)
    gradient = np.asarray(graph(inside.checked(image)[np.newaxis], label))[0]
    return np.abs(gradient).max(axis=-1)


def grad_cam(inside: Inside, image: np.ndarray, label: int, layer: int) -> np.ndarray:
    """Which places of a layer's map speak for class `label`: (map height, map width), from 0 to 1.

    The maps are weighted by the mean gradient of the logit over each, summed, and what speaks against is dropped.
    All zeros where nothing speaks for the class. Raises ValueError where the layer has no map.
    Source: R. Selvaraju et al., "Grad-CAM", ICCV 2017.
    """
    _check_label(inside, label)
    inside.layer(layer)
    if len(inside.shapes[layer]) != 3:
        raise ValueError(f"Layer {layer + 1} has no map. Choose a layer before the network flattens it.")

    def run(images: "tf.Tensor", wanted: "tf.Tensor") -> "tf.Tensor":
        tensor = network_input(images, inside.architecture)
        for part in inside.model.layers[: layer + 1]:
            tensor = part(tensor, training=False)
        with tf.GradientTape() as tape:
            tape.watch(tensor)
            score = tf.gather(inside.to_logits(tensor, layer + 1), wanted, axis=1)
        weights = tf.reduce_mean(tape.gradient(score, tensor), axis=(1, 2), keepdims=True)
        return tf.nn.relu(tf.reduce_sum(weights * tensor, axis=-1))

    graph = inside.graph(("grad_cam", layer), run, IMAGES, LABEL)
    cam = np.asarray(graph(inside.checked(image)[np.newaxis], label))[0]
    return cam / cam.max() if cam.max() > 0 else cam


def occlusion(inside: Inside, image: np.ndarray, label: int) -> tuple[np.ndarray, int]:
    """How much the probability of class `label` falls when a patch is covered, and the patch's side in pixels.

    Returns (rows, columns) of differences, above 0 where the patch mattered, for patches centred on an even grid of
    about 14 × 14; covered with the median of the image's border, which is what "nothing there" looks like.
    Source: M. Zeiler, R. Fergus, "Visualizing and understanding convolutional networks", ECCV 2014.
    """
    _check_label(inside, label)
    height, width = inside.checked(image).shape[:2]
    side = max(1, round(min(height, width) / 6))
    rows, columns = _centres(height), _centres(width)
    border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    nothing = np.median(border, axis=0).astype(np.uint8)
    covered = np.repeat(image[np.newaxis], len(rows) * len(columns), axis=0)
    for place, (row, column) in enumerate((r, c) for r in rows for c in columns):
        top, left = max(0, row - side // 2), max(0, column - side // 2)
        covered[place, top : row - side // 2 + side, left : column - side // 2 + side] = nothing
    before = inside.probabilities(image[np.newaxis])[0, label]
    parts = []
    for start in range(0, len(covered), OCCLUSION_BATCH):
        check_time()
        parts.append(inside.probabilities(covered[start : start + OCCLUSION_BATCH])[:, label])
    after = np.concatenate(parts)
    return (before - after).reshape(len(rows), len(columns)), side


def _centres(size: int) -> np.ndarray:
    steps = min(size, OCCLUSION_STEPS)
    return ((np.arange(steps) + 0.5) * size / steps).astype(int)


def _check_label(inside: Inside, label: int) -> None:
    classes = inside.shapes[-1][-1]
    if not 0 <= label < classes:
        raise ValueError(f"The network tells classes 0 to {classes - 1} apart, not {label}.")
