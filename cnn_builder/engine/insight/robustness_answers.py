"""Robustness as the service gives it: measured once, and kept with the run."""

import logging
import threading
from pathlib import Path

import numpy as np

from cnn_builder.data import DatasetInfo
from cnn_builder.data.sets.on_disk import taken
from cnn_builder.engine.dispatcher import array_digest
from cnn_builder.engine.insight.inside import Inside
from cnn_builder.engine.insight.robustness import chosen_images, one_image, robustness_curve, unsuitable
from cnn_builder.runs.robustness.curve import RobustnessCurve
from cnn_builder.runs.robustness.kept import Robustness, model_digest, read_robustness, write_robustness
from cnn_builder.runs.robustness.perturbations import PERTURBATIONS, images_read
from cnn_builder.runs.workers.messages import Arrays

_writing = threading.Lock()
_log = logging.getLogger(__name__)


def kept_curve(
    inside: Inside, key: str, test: tuple[np.ndarray, np.ndarray], info: DatasetInfo, folder: Path | None
) -> RobustnessCurve | str:
    """The curve of one perturbation, or why it makes no sense; read where it is kept, otherwise measured and kept.

    Args:
        test: all test images, uint8 (n, height, width, channels), and their labels (n,).
        folder: the run's own; None keeps nothing.

    Raises ValueError.
    """
    _check(key)
    places = chosen_images(len(test[0]), images_read(len(test[0]), test[0].shape[1:]))
    images, labels = taken(test[0], places), test[1][places]
    if folder is None:
        return unsuitable(key, info, images) or robustness_curve(inside, key, images, labels, info.light_background)
    model, digest = model_digest(folder), _digest(images, labels)
    found = read_robustness(folder)
    if found is not None and found.images == digest:
        if key in found.unsuitable:
            return found.unsuitable[key]
        if key in found.curves:
            return found.curves[key]
    why = unsuitable(key, info, images)
    made = why or robustness_curve(inside, key, images, labels, info.light_background)
    try:
        _keep(folder, Robustness(model, digest, {}, {}), key, made)
    except OSError as error:  # a full disk must not take the answer away
        _log.warning("What was measured could not be kept: %s", error)
    return made


def _keep(folder: Path, empty: Robustness, key: str, made: RobustnessCurve | str) -> None:
    """Add it to what is kept of the same model and images; nothing where the run has another model by now."""
    with _writing:  # another question may have added to the file meanwhile
        found = read_robustness(folder)
        if found is None or found.images != empty.images:
            found = empty
        if found.model == model_digest(folder):
            added = found.with_unsuitable(key, made) if isinstance(made, str) else found.with_curve(made)
            write_robustness(folder, added)


def picture_levels(inside: Inside, key: str, image: np.ndarray, info: DatasetInfo) -> Arrays | str:
    """One image, uint8 (height, width, channels), at every level; or why the perturbation makes no sense for it.

    Raises ValueError.
    """
    _check(key)
    why = unsuitable(key, info, image[np.newaxis])
    if why:
        return why
    images, probabilities = one_image(inside, key, image, info.light_background)
    levels = np.array(PERTURBATIONS[key].levels(image.shape))
    return {"levels": levels, "images": images, "probabilities": probabilities}


def _check(key: str) -> None:
    if key not in PERTURBATIONS:
        raise ValueError(f"perturbation: expected one of {', '.join(PERTURBATIONS)}, received {key!r:.40}.")


def _digest(images: np.ndarray, labels: np.ndarray) -> str:
    return (array_digest(images) + array_digest(labels)).hex()
