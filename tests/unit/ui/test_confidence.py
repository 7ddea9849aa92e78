"""Confident, unsure or none of them: by the run's own calibration, with the ground for it."""

from collections.abc import Callable

import numpy as np
import pytest

from cnn_builder.data import DATASETS
from cnn_builder.runs import ServiceError
from cnn_builder.runs.workers.service_api import ConfidenceCalibration, Neighbours, Questions, ReadAnswer
from cnn_builder.ui.shared.confidence import CONFIDENT, STRANGE, UNSURE, class_phrase, confidence_statement

MNIST, FASHION, DIGITS = DATASETS["mnist"], DATASETS["fashion_mnist"], DATASETS["digits"]
KNOWN = ConfidenceCalibration(confident=0.8, familiar=7.0, strange=10.0, images=2000)


def answer(
    best: float, distance: float = 3.0, known: ConfidenceCalibration | None = KNOWN, settled: bool = True
) -> ReadAnswer:
    probabilities = np.full(10, (1 - best) / 9)
    probabilities[4] = best
    near = Neighbours(np.zeros((1, 28, 28, 1), np.uint8), np.array([4]), np.array([distance]))
    return ReadAnswer(probabilities, settled, known, near if known else None)


def test_confident_from_the_runs_own_level_on() -> None:
    said = confidence_statement(answer(0.8), MNIST)
    assert (said.kind, said.title) == (CONFIDENT, "This is a 4")
    assert "2,000 held-out images" in said.ground
    below = confidence_statement(answer(0.79), MNIST)
    assert (below.kind, below.title) == (UNSURE, "This looks like a 4")
    assert "only predictions with a confidence of 80.0\u00a0% or more were reliable" in below.ground
    assert "next: " in below.detail
    assert confidence_statement(answer(0.4), MNIST).title == "Perhaps a 4"


def test_far_from_all_training_images_is_none_of_them_however_sure() -> None:
    said = confidence_statement(answer(0.999, distance=12.6), MNIST)
    assert (said.kind, said.title) == (STRANGE, "This looks like none of the classes")
    assert said.detail == "The network can only choose among its classes: a 4, 99.9\u00a0% confidence."
    assert "1.25 times as far" in said.ground
    assert confidence_statement(answer(0.999, distance=12.4), MNIST).kind == UNSURE


def test_an_unusual_image_is_never_a_confident_answer() -> None:
    assert confidence_statement(answer(0.999, distance=7.0), MNIST).kind == CONFIDENT
    said = confidence_statement(answer(0.999, distance=7.1), MNIST)
    assert said.kind == UNSURE and "95\u00a0% of" in said.ground


def test_few_held_out_images_call_only_what_is_twice_as_far_strange() -> None:
    few, enough = ConfidenceCalibration(0.8, 7.0, 10.0, 360), ConfidenceCalibration(0.8, 7.0, 10.0, 450)
    assert (
        confidence_statement(answer(0.999, 12.6, enough), MNIST).kind == STRANGE
    )  # the built-in sample's validation split
    assert confidence_statement(answer(0.999, 19.9, few), DIGITS).kind == UNSURE
    said = confidence_statement(answer(0.999, 20.1, few), DIGITS)
    assert said.kind == STRANGE and "twice as far" in said.ground and "360" in said.ground


def test_what_was_mended_and_few_images_are_never_confident() -> None:
    assert confidence_statement(answer(0.999), MNIST, doubts=1).kind == UNSURE
    assert confidence_statement(answer(0.999), DIGITS).kind == UNSURE


def test_a_run_that_is_never_reliable_is_never_confident() -> None:
    said = confidence_statement(answer(1.0, known=ConfidenceCalibration(1.01, 7.0, 10.0, 40)), MNIST)
    assert said.kind == UNSURE and "40 held-out" in said.ground


@pytest.mark.parametrize(("settled", "words"), [(False, "being measured"), (True, "not known")])
def test_without_a_calibration_nothing_is_claimed(settled: bool, words: str) -> None:
    said = confidence_statement(answer(1.0, known=None, settled=settled), MNIST)
    assert said.kind == UNSURE and words in said.ground


def test_words() -> None:
    assert class_phrase("8", MNIST) == "an 8"
    assert class_phrase("Coat", FASHION) == "“Coat”"


@pytest.mark.parametrize(
    ("best", "distance", "known", "doubts"),
    [(1.0, 7.1, KNOWN, 0), (1.0, 3.0, KNOWN, 1), (0.99997, 3.0, KNOWN, 1)],
)
def test_a_high_confidence_and_a_doubt_do_not_contradict_each_other(
    best: float, distance: float, known: ConfidenceCalibration, doubts: int
) -> None:
    said = confidence_statement(answer(best, distance, known), MNIST, doubts)
    assert said.detail == ">\u00a099.9\u00a0% confidence"
    assert said.ground.startswith("May be wrong despite this confidence: ")


def test_confidence_and_limit_are_not_the_same_number_in_one_sentence() -> None:
    close = ConfidenceCalibration(confident=0.99998, familiar=7.0, strange=10.0, images=2000)
    below, above = (confidence_statement(answer(best, 3, close), MNIST).ground for best in (0.9997, 0.99999))
    assert "only predictions with a still higher confidence were reliable" in below
    assert "a confidence of more than 99.9\u00a0% were correct" in above


class Service:
    """Answers with what it is given, and keeps what it was asked."""

    def __init__(self, header: dict, arrays: dict) -> None:
        self.given = header, arrays
        self.asked: list[dict] = []

    def ask(self, header: dict, arrays: dict | None = None) -> tuple[dict, dict]:
        self.asked.append(header)
        return self.given


def test_reading_never_waits_for_the_calibration() -> None:
    service = Service({"settled": False}, {"probabilities": np.full(10, 0.1)})
    read = Questions(service, "run").read(np.zeros((28, 28, 1), np.uint8))
    assert service.asked[0]["wait"] is False
    assert not read.settled and read.calibration is None and read.neighbours is None


def test_a_whole_answer_is_typed_and_a_broken_one_refused() -> None:
    header = {"settled": True, "confident": 0.7, "familiar": 2, "strange": 3, "held_out": 50}
    arrays = {name: np.zeros(2) for name in ("probabilities", "images", "labels", "distances")}
    read = Questions(Service(header, arrays), "run").read(np.zeros((28, 28, 1), np.uint8))
    assert read.calibration == ConfidenceCalibration(0.7, 2.0, 3.0, 50)
    arrays.pop("labels")
    with pytest.raises(ServiceError, match="labels"):
        Questions(Service(header, arrays), "run").read(np.zeros((28, 28, 1), np.uint8))


@pytest.mark.parametrize(
    "ask",
    [
        lambda asked: asked.unit(np.zeros((2, 2, 1), np.uint8), 0, 0, 0, 0),
        Questions.embedding,
        lambda asked: asked.occlusion(np.zeros((2, 2, 1), np.uint8), 0),
    ],
)
def test_whatever_an_answer_lacks_is_an_error_of_the_service(ask: Callable[[Questions], object]) -> None:
    with pytest.raises(ServiceError, match="has no"):
        ask(Questions(Service({}, {}), "run"))
