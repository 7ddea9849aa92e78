"""The confidence of a prediction in words, and what it rests on: the run's own calibration. No Streamlit here."""

from dataclasses import dataclass

import numpy as np

from cnn_builder.data import DatasetInfo
from cnn_builder.figures.class_names import class_phrase
from cnn_builder.figures.locale_text import number_text
from cnn_builder.figures.percentages import NO_BREAK, confidence
from cnn_builder.runs.workers.service_api import ConfidenceCalibration, ReadAnswer

CONFIDENT, UNSURE, STRANGE = "confident", "unsure", "strange"
LIKELY = 0.5
# Other people's digits lie farther out than held-out ones by the same writers. Measured by `benchmarks.drawings`: with
# 1, a network trained on MNIST turned 2 to 5 % of them away; with 1.25 it is below 2 %, and every sixth letter is still
# found out. Few held-out images say little by their farthest: ask for more.
FARTHER, FARTHER_THAN_FEW = 1.25, 2.0
MANY_IMAGES = 400


@dataclass(frozen=True)
class ConfidenceStatement:
    """kind: CONFIDENT, UNSURE or STRANGE. title, detail: the answer. ground: what this rests on."""

    kind: str
    title: str
    detail: str
    ground: str


def confidence_statement(answer: ReadAnswer, info: DatasetInfo, doubts: int = 0) -> ConfidenceStatement:
    """The answer in words. "This is" only where the run was nearly always right on held-out images.

    The confidence is the network's own number; the ground says whether it can be relied on, and why. `doubts` counts
    the corrections made to the picture: with any, the answer is unsure.
    """
    order = np.argsort(answer.probabilities, kind="stable")[::-1]
    first, second = int(order[0]), int(order[1])
    best = float(answer.probabilities[first])
    name = class_phrase(info.classes[first], info)
    sure = f"{confidence(best)} confidence"
    known, distance = answer.calibration, _distance(answer)
    if known is not None and distance > _limit(known):
        rest = f"99\u00a0% of the {number_text(known.images)} held-out images"
        times = "twice" if known.images < MANY_IMAGES else f"{FARTHER:g} times"
        ground = f"More than {times} as far from all training images as {rest}."
        forced = f"The network can only choose among its classes: {name}, {sure}."
        return ConfidenceStatement(STRANGE, "This looks like none of the classes", forced, ground)
    detail = (
        sure if best >= 0.95 else f"{sure}; next: {class_phrase(info.classes[second], info)} ({_next(answer, second)})"
    )
    doubtful = doubts > 0 or info.preparation == "digits" or (known is not None and distance > known.familiar)
    if known is not None and best >= known.confident and not doubtful:
        ground = (
            f"Reliable: on {number_text(known.images)} held-out images, at least 98\u00a0% of the predictions with a "
            f"confidence of {_at_least(known.confident)} were correct."
        )
        return ConfidenceStatement(CONFIDENT, f"This is {name}", detail, ground)
    title = f"Perhaps {name}" if best < LIKELY else f"This looks like {name}"
    return ConfidenceStatement(UNSURE, title, detail, _why_unsure(answer, known, best, doubts))


def _distance(answer: ReadAnswer) -> float:
    """To the nearest training image; 0 while none is known."""
    near = answer.neighbours
    return float(near.distances[0]) if near is not None and len(near.distances) else 0.0


def _limit(known: ConfidenceCalibration) -> float:
    return known.strange * (FARTHER if known.images >= MANY_IMAGES else FARTHER_THAN_FEW)


def _next(answer: ReadAnswer, second: int) -> str:
    return confidence(float(answer.probabilities[second]))


def _why_unsure(answer: ReadAnswer, known: ConfidenceCalibration | None, best: float, doubts: int) -> str:
    if known is None and not answer.settled:
        return "The reliability of this prediction is being measured on held-out images …"
    if known is None:
        return f"The reliability of this prediction is not known. {answer.why}".strip()
    if known.confident > 1:
        images = number_text(known.images)
        return f"May be wrong: on {images} held-out images, predictions were not reliable at any confidence."
    if best < known.confident:
        level = f"with a confidence of {_at_least(known.confident)}"
        if confidence(best) == confidence(known.confident):
            level = "with a still higher confidence"
        return f"May be wrong: on {number_text(known.images)} held-out images, only predictions {level} were reliable."
    return f"May be wrong despite this confidence: {_why_not_usual(answer, known, doubts)}"


def _why_not_usual(answer: ReadAnswer, known: ConfidenceCalibration, doubts: int) -> str:
    if _distance(answer) > known.familiar:
        return f"farther from the training images than 95\u00a0% of the {number_text(known.images)} held-out images."
    if doubts:
        return "the picture had to be corrected first."
    return "the training images do not represent other people's handwriting."


def _at_least(probability: float) -> str:
    """ "80.0 % or more"; what is above the last tenth is "more than 99.9 %"."""
    text = confidence(probability)
    return text.replace(f">{NO_BREAK}", "more than ") if text.startswith(">") else f"{text} or more"
