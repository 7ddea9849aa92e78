"""A network under each perturbation: which test images it still reads right, and what it makes of a single image."""

from collections.abc import Iterator

import numpy as np

from cnn_builder.data import DatasetInfo
from cnn_builder.engine.insight.adversarial import BATCH, fgsm, pgd
from cnn_builder.engine.insight.inside import Inside
from cnn_builder.engine.insight.perturb import background, perturbed
from cnn_builder.engine.insight.time_limit import check_time
from cnn_builder.runs.robustness.curve import RobustnessCurve
from cnn_builder.runs.robustness.perturbations import PERTURBATIONS, SEED

LEAST_EMPTY = 0.5
"""Of a drawing, at least this share of the pixels is background."""
EMPTY_LEVELS = 8
ATTACKS = {"fgsm": fgsm, "pgd": pgd}


def chosen_images(count: int, wanted: int) -> np.ndarray:
    """Places of `wanted` of so many test images, in order, chosen by a seed."""
    return np.sort(np.random.default_rng(SEED).permutation(count)[:wanted])


def unsuitable(key: str, info: DatasetInfo, images: np.ndarray) -> str:
    """Why a perturbation makes no sense for these images, uint8 (n, height, width, channels); "" where it does."""
    if key != "thickness" or info.preparation in ("mnist", "digits"):
        return ""
    if info.preparation == "fashion" or images.shape[-1] != 1 or not _are_drawings(images):
        return "These images are no line drawings: they have no strokes that could be thinner or thicker."
    return ""


def _are_drawings(images: np.ndarray) -> bool:
    near = np.abs(images.astype(np.float32) - background(images)) <= EMPTY_LEVELS
    return float(near.mean()) >= LEAST_EMPTY


def robustness_curve(
    inside: Inside, key: str, images: np.ndarray, labels: np.ndarray, light: bool = False
) -> RobustnessCurve:
    """Read images, uint8 (n, height, width, channels) with labels (n,), at every level of a perturbation.

    Which way each image is changed is the same at all levels, and each time. `light`: they are dark on light.
    """
    perturbation = PERTURBATIONS[key]
    levels = perturbation.levels(images.shape[1:])
    ways = np.random.default_rng([SEED, 1]).integers(0, perturbation.ways, len(images))
    right = np.zeros((len(levels), len(images)), bool)
    for place, changed in enumerate(_changed(inside, key, images, labels, levels, ways, light)):
        right[place] = _probabilities_of(inside, changed).argmax(axis=1) == labels
    return RobustnessCurve(key, perturbation.neutral, levels, right)


def one_image(inside: Inside, key: str, image: np.ndarray, light: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """One image at every level: uint8 (levels, height, width, channels), and its probabilities (levels, classes).

    Of the ways to go so far, the one that leaves the least probability to what the image itself is read as.
    """
    perturbation = PERTURBATIONS[key]
    levels = perturbation.levels(image.shape)
    ways = np.arange(perturbation.tried)
    copies = np.repeat(image[np.newaxis], len(ways), axis=0)
    label = int(inside.probabilities(image[np.newaxis])[0].argmax())
    pictures, probabilities = [], []
    for changed in _changed(inside, key, copies, np.full(len(ways), label), levels, ways, light):
        found = _probabilities_of(inside, changed)
        worst = int(found[:, label].argmin())
        flipped = np.flatnonzero(found.argmax(axis=1) != label)
        worst = int(flipped[found[flipped, label].argmin()]) if len(flipped) else worst
        pictures.append(changed[worst])
        probabilities.append(found[worst])
    return np.stack(pictures), np.stack(probabilities)


def _changed(
    inside: Inside,
    key: str,
    images: np.ndarray,
    labels: np.ndarray,
    levels: tuple[float, ...],
    ways: np.ndarray,
    light: bool,
) -> Iterator[np.ndarray]:
    if key in ATTACKS:
        yield from ATTACKS[key](inside, images, labels, levels)
        return
    for level in levels:
        check_time()
        yield perturbed(key, images, level, ways, light)


def _probabilities_of(inside: Inside, images: np.ndarray) -> np.ndarray:
    parts = []
    for start in range(0, len(images), BATCH):
        check_time()
        parts.append(inside.probabilities(images[start : start + BATCH]))
    return np.concatenate(parts)
