"""Reading a drawing never waits for the calibration, which is made in the background."""

import threading

import numpy as np
import pytest

from cnn_builder.architecture import Architecture
from cnn_builder.data import DatasetError
from cnn_builder.engine.build import build_model
from cnn_builder.engine.insight import features
from cnn_builder.engine.insight.answers import Question, read
from cnn_builder.engine.insight.gallery import Known
from cnn_builder.engine.insight.inside import Inside

# Keras' own way of turning TensorFlow's variables into arrays is not yet NumPy 2's.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

TINY = Architecture.from_dict(
    {
        "version": 1,
        "name": "tiny",
        "input_shape": [6, 6, 1],
        "layers": [{"type": "Flatten"}, {"type": "Dense", "units": 3, "activation": "softmax"}],
    }
)
IMAGES = np.random.default_rng(0).integers(0, 256, (8, 6, 6, 1), dtype=np.uint8)


class SlowGallery:
    """Images whose calibration is ready when `ready` is set; or that are gone."""

    def __init__(self, error: Exception | None = None) -> None:
        self.ready = threading.Event()
        self.error = error

    def known(self, inside: Inside) -> Known:
        self.ready.wait(30)
        if self.error is not None:
            raise self.error
        return Known(features.features(inside, IMAGES), features.ConfidenceLevels(0.5, 1.0, 2.0, 8))

    def part(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        return IMAGES, np.arange(8)


@pytest.fixture(scope="module")
def model() -> object:
    return build_model(TINY, seed=1)


def test_probabilities_come_first_and_the_calibration_later(model: object) -> None:
    inside, gallery = Inside(model, TINY), SlowGallery()
    question = Question({"wait": False, "count": 2}, {"image": IMAGES[3]}, inside, lambda: gallery)
    header, arrays = read(question)
    assert header == {"settled": False} and set(arrays) == {"probabilities"}
    gallery.ready.set()
    header, arrays = read(Question({"count": 2}, {"image": IMAGES[3]}, inside, lambda: gallery))
    assert header["settled"] and header["held_out"] == 8
    assert arrays["labels"][0] == 3 and arrays["distances"][0] == pytest.approx(0, abs=1e-2)
    assert read(question)[0] == header


def test_images_that_are_gone_are_told_with_the_answer(model: object) -> None:
    gallery = SlowGallery(DatasetError("The images are gone."))
    gallery.ready.set()
    header, arrays = read(Question({}, {"image": IMAGES[0]}, Inside(model, TINY), lambda: gallery))
    assert header == {"settled": True, "why": "The images are gone."}
    assert arrays["probabilities"].sum() == pytest.approx(1, abs=1e-5)


def test_whatever_fails_in_the_background_leaves_the_answer(model: object) -> None:
    gallery = SlowGallery(MemoryError())
    gallery.ready.set()
    header, arrays = read(Question({}, {"image": IMAGES[0]}, Inside(model, TINY), lambda: gallery))
    assert header == {"settled": True, "why": "Measuring it failed (MemoryError)."}
    assert arrays["probabilities"].sum() == pytest.approx(1, abs=1e-5)


def test_distances_are_those_of_a_full_search() -> None:
    random = np.random.default_rng(1)
    vectors, others = random.normal(size=(50, 7)), random.normal(size=(9, 7))
    expected = np.sqrt(((others[:, np.newaxis] - vectors) ** 2).sum(axis=2)).min(axis=1)
    np.testing.assert_allclose(features.nearest_distances(vectors, others), expected, rtol=1e-6)


def test_the_least_sure_of_many_easy_images_are_not_confident() -> None:
    """1,900 images at 0.99 and right, 100 at 0.5 and a third of them wrong: under 2 % in all, and yet."""
    best = np.concatenate([np.full(1900, 0.99), np.linspace(0.5, 0.51, 100)])
    probabilities = np.stack([best, 1 - best, np.zeros(2000)], axis=1)
    labels = np.concatenate([np.zeros(1900, int), (np.arange(100) % 3 == 0).astype(int)])
    found = features.calibration(probabilities, labels, np.arange(2000.0))
    assert 0.505 < found.confident < 0.99
    assert found.familiar < found.strange
