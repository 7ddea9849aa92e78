"""Confident, unsure or none of them: by the run's own calibration, with the ground for it."""

import numpy as np
import pytest

from cnn_builder.data import DATASETS
from cnn_builder.runs import ServiceError
from cnn_builder.runs.questions import Calibration, Neighbours, Questions, ReadAnswer
from cnn_builder.ui.verdict import CONFIDENT, STRANGE, UNSURE, percent, thing, verdict

MNIST, FASHION, DIGITS = DATASETS["mnist"], DATASETS["fashion_mnist"], DATASETS["digits"]
KNOWN = Calibration(confident=0.8, familiar=7.0, strange=10.0, images=2000)


def answer(best: float, distance: float = 3.0, known: Calibration | None = KNOWN, settled: bool = True) -> ReadAnswer:
    probabilities = np.full(10, (1 - best) / 9)
    probabilities[4] = best
    near = Neighbours(np.zeros((1, 28, 28, 1), np.uint8), np.array([4]), np.array([distance]))
    return ReadAnswer(probabilities, settled, known, near if known else None)


def test_confident_from_the_runs_own_level_on() -> None:
    said = verdict(answer(0.8), MNIST)
    assert (said.kind, said.title) == (CONFIDENT, "This is a 4")
    assert "2,000 held-out images" in said.ground
    below = verdict(answer(0.79), MNIST)
    assert (below.kind, below.title) == (UNSURE, "This looks like a 4")
    assert "80.0\u00a0% on" in below.ground and "next, " in below.detail
    assert verdict(answer(0.4), MNIST).title == "Perhaps a 4"


def test_far_from_all_training_images_is_none_of_them_however_sure() -> None:
    said = verdict(answer(0.999, distance=10.1), MNIST)
    assert (said.kind, said.title) == (STRANGE, "This looks like none of them")
    assert "Closest to a 4" in said.detail
    assert verdict(answer(0.999, distance=10.0), MNIST).kind == UNSURE


def test_an_unusual_image_is_never_a_confident_answer() -> None:
    assert verdict(answer(0.999, distance=7.0), MNIST).kind == CONFIDENT
    said = verdict(answer(0.999, distance=7.1), MNIST)
    assert said.kind == UNSURE and "95 of 100" in said.ground


def test_few_held_out_images_call_only_what_is_twice_as_far_strange() -> None:
    few = Calibration(0.8, 7.0, 10.0, 144)
    assert verdict(answer(0.999, 19.9, few), DIGITS).kind == UNSURE
    said = verdict(answer(0.999, 20.1, few), DIGITS)
    assert said.kind == STRANGE and "twice as far" in said.ground and "144" in said.ground


def test_what_was_mended_and_few_images_are_never_confident() -> None:
    assert verdict(answer(0.999), MNIST, doubts=1).kind == UNSURE
    assert verdict(answer(0.999), DIGITS).kind == UNSURE


def test_a_run_that_is_never_reliable_is_never_confident() -> None:
    said = verdict(answer(1.0, known=Calibration(1.01, 7.0, 10.0, 40)), MNIST)
    assert said.kind == UNSURE and "40 held-out" in said.ground


@pytest.mark.parametrize(("settled", "words"), [(False, "being measured"), (True, "not known")])
def test_without_a_calibration_nothing_is_claimed(settled: bool, words: str) -> None:
    said = verdict(answer(1.0, known=None, settled=settled), MNIST)
    assert said.kind == UNSURE and words in said.ground


def test_words() -> None:
    assert thing("8", MNIST) == "an 8"
    assert thing("Coat", FASHION) == "“Coat”"
    assert percent(0.99996) == "99.9\u00a0%"
    assert percent(1.0) == "100.0\u00a0%"


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
    assert read.calibration == Calibration(0.7, 2.0, 3.0, 50)
    arrays.pop("labels")
    with pytest.raises(ServiceError, match="labels"):
        Questions(Service(header, arrays), "run").read(np.zeros((28, 28, 1), np.uint8))
