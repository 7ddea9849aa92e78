"""The questions a page can ask of a trained model, by name. Layers, channels, places and classes count from 0."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import DatasetInfo
from cnn_builder.engine.insight import ablation, attribution, features
from cnn_builder.engine.insight.gallery import Gallery
from cnn_builder.engine.insight.inside import Inside
from cnn_builder.engine.insight.robustness_answers import kept_curve, picture_levels
from cnn_builder.engine.insight.unit import unit
from cnn_builder.runs import Run
from cnn_builder.runs.image_kind import image_kind
from cnn_builder.runs.workers.messages import Answer, Arrays, Header

_log = logging.getLogger(__name__)

TEST_IMAGES = 1000
MOST_IMAGES = 10_000


class Question:
    """One question with what it needs: fields of the header, an image, the model, and the run's images when asked.

    The model is read by others at the same time; `copy` gives one whose weights may be changed. `run` is the one asked
    about, `folder` where what was measured of its best model is kept; None where the model is another epoch's.
    """

    def __init__(
        self,
        header: Header,
        arrays: Arrays,
        inside: Inside,
        gallery: Callable[[], Gallery],
        copy: Callable[[], Inside] | None = None,
        run: Run | None = None,
        folder: Path | None = None,
    ) -> None:
        self._header = header
        self._arrays = arrays
        self.inside = inside
        self._gallery = gallery
        self.copy = copy or (lambda: inside)
        self._run = run
        self.folder = folder

    @property
    def gallery(self) -> Gallery:
        return self._gallery()

    @property
    def info(self) -> DatasetInfo:
        """What kind of images the run takes. Raises ValueError, DatasetError."""
        if self._run is None:
            raise ValueError("The question names no run.")
        return image_kind(self._run)

    @property
    def image(self) -> np.ndarray:
        """The image asked about, uint8 (height, width, channels). Raises ValueError."""
        if "image" not in self._arrays:
            raise ValueError("The question has no image.")
        return self.inside.checked(self._arrays["image"])

    def whole(self, name: str, default: int | None = None) -> int:
        """A whole number of the header. Raises ValueError."""
        value = self._header.get(name, default)
        if type(value) is not int:
            raise ValueError(f"{name}: expected a whole number, received {value!r:.40}.")
        return value

    def value(self, name: str, default: Any = None) -> Any:
        return self._header.get(name, default)


def predict(question: Question) -> Answer:
    return {}, {"probabilities": question.inside.probabilities(question.image[np.newaxis])[0]}


def read(question: Question) -> Answer:
    """Probabilities, how sure the run may be of them, and the nearest training images.

    With "wait": false the first answers hold probabilities only, "settled": false, while the rest is prepared in the
    background. Where the run's images are gone, "why" says so.
    """
    inside, image = question.inside, question.image
    arrays = {"probabilities": inside.probabilities(image[np.newaxis])[0]}
    soon = inside.soon("known", lambda: question.gallery.known(inside))
    if question.value("wait", True) is False and not soon.done():
        return {"settled": False}, arrays
    try:
        known = soon.result()
    except CnnBuilderError as error:
        return {"settled": True, "why": str(error)}, arrays
    except Exception as error:  # whatever went wrong in the background must not take the probabilities away
        _log.exception("The calibration failed")
        return {"settled": True, "why": f"Measuring it failed ({type(error).__name__})."}, arrays
    vector = features.features(inside, image[np.newaxis])[0]
    places, distances = known.nearest(vector, question.whole("count", 5))
    images, labels = question.gallery.part("train")
    found = known.calibration
    header = {
        "settled": True, "confident": found.confident, "familiar": found.familiar, "strange": found.strange,
        "held_out": found.images,
    }  # fmt: skip
    return header, {**arrays, "distances": distances, "images": images[places], "labels": labels[places]}


def activations(question: Question) -> Answer:
    index = question.whole("layer")
    question.inside.layer(index)
    return {}, {"values": question.inside.activations(question.image)[index]}


def filters(question: Question) -> Answer:
    layer = question.inside.layer(question.whole("layer"))
    return {}, {weight.name: np.asarray(weight) for weight in layer.weights}


def saliency(question: Question) -> Answer:
    return {}, {"values": attribution.saliency(question.inside, question.image, question.whole("label"))}


def grad_cam(question: Question) -> Answer:
    label, layer = question.whole("label"), question.whole("layer")
    return {}, {"values": attribution.grad_cam(question.inside, question.image, label, layer)}


def occlusion(question: Question) -> Answer:
    values, side = attribution.occlusion(question.inside, question.image, question.whole("label"))
    return {"side": side}, {"values": values}


def one_unit(question: Question) -> Answer:
    place = (question.whole("row"), question.whole("column"), question.whole("channel"))
    found = unit(question.inside, question.image, question.whole("layer"), place)
    arrays = {"window": found.window}
    if found.kernel is not None:
        arrays["kernel"] = found.kernel
    return {"bias": found.bias, "total": found.total, "output": found.output}, arrays


def mute(question: Question) -> Answer:
    """What an image is read as, and how many test images are read right, before and after some filters are muted."""
    inside, image = question.inside, question.image
    mutes = [_mute(item) for item in question.value("mutes", [])]
    count = min(question.whole("images", TEST_IMAGES), MOST_IMAGES)
    images, labels = (part[:count] for part in question.gallery.part("test"))
    before = inside.made_once(("accuracy", count), lambda: ablation.accuracy(inside, images, labels))
    copy = question.copy()
    with ablation.muted(copy, mutes):
        after = ablation.accuracy(copy, images, labels)
        muted = copy.probabilities(image[np.newaxis])[0]
    header = {"accuracy": before, "muted_accuracy": after, "images": len(images)}
    return header, {"probabilities": inside.probabilities(image[np.newaxis])[0], "muted": muted}


def _mute(item: Any) -> ablation.Mute:
    try:
        channels = item["channels"]
        return ablation.Mute(int(item["layer"]), None if channels is None else tuple(int(one) for one in channels))
    except (TypeError, KeyError, ValueError):
        raise ValueError("A mute is a layer and its channels, or null for all of them.") from None


def embedding(question: Question) -> Answer:
    """Test images on the two principal axes of what the last layer sees."""
    inside = question.inside
    count = min(question.whole("images", TEST_IMAGES), MOST_IMAGES)
    images, labels = (part[:count] for part in question.gallery.part("test"))

    def make() -> Arrays:
        points, shares = features.plane(features.features(inside, images))
        predicted = inside.probabilities(images).argmax(axis=1)
        return {"points": points, "shares": shares, "labels": labels, "predicted": predicted}

    made: Arrays = inside.made_once(("embedding", count), make)
    return {}, made


def images(question: Question) -> Answer:
    """Images of the run's data set by their places."""
    wanted, (found, labels) = question.value("indices", []), question.gallery.part(question.value("part", "test"))
    if not isinstance(wanted, list) or not all(type(one) is int and 0 <= one < len(found) for one in wanted):
        raise ValueError(f"indices: expected places from 0 to {len(found) - 1}, received {wanted!r:.60}.")
    places = np.array(wanted, int)
    return {"count": len(found)}, {"images": found[places], "labels": labels[places]}


def robustness(question: Question) -> Answer:
    """Which test images are read right at each level of a perturbation; "unsuitable" says why there is no curve."""
    key = str(question.value("perturbation"))
    curve = kept_curve(question.inside, key, question.gallery.part("test"), question.info, question.folder)
    if isinstance(curve, str):
        return {"unsuitable": curve}, {}
    return {"neutral": curve.neutral}, {"levels": np.array(curve.levels), "right": curve.right}


def robustness_image(question: Question) -> Answer:
    """The image at each level of a perturbation, and its probabilities there."""
    found = picture_levels(question.inside, str(question.value("perturbation")), question.image, question.info)
    if isinstance(found, str):
        return {"unsuitable": found}, {}
    return {}, found


ANSWERS: dict[str, Callable[[Question], Answer]] = {
    "predict": predict,
    "read": read,
    "activations": activations,
    "filters": filters,
    "saliency": saliency,
    "grad_cam": grad_cam,
    "occlusion": occlusion,
    "unit": one_unit,
    "mute": mute,
    "embedding": embedding,
    "images": images,
    "robustness": robustness,
    "robustness_image": robustness_image,
}
