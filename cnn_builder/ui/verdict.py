"""How sure a reading is, in words, and on what ground: the run's own calibration. No Streamlit here."""

from dataclasses import dataclass

import numpy as np

from cnn_builder.data import DatasetInfo
from cnn_builder.runs.questions import Calibration, ReadAnswer

CONFIDENT, UNSURE, STRANGE = "confident", "unsure", "strange"
# Measured: an L2 trained on `digits` reads two thirds of MNIST's test images, however sure it is of itself.
FEW_IMAGES = "Trained on few, narrow digits, it often misreads other hands. One trained on MNIST reads far better."
LIKELY = 0.5
# With few held-out images, of the same hands as the training images, their farthest says little: twice as far does.
MANY_IMAGES = 1000


@dataclass(frozen=True)
class Verdict:
    """kind: CONFIDENT, UNSURE or STRANGE. title, detail: the answer. ground: why the answer is called so."""

    kind: str
    title: str
    detail: str
    ground: str


def verdict(answer: ReadAnswer, info: DatasetInfo, doubts: int = 0) -> Verdict:
    """The answer in words. "This is" only where the run was right nearly always on images it had not learned.

    `doubts` counts what had to be mended in the picture: with any, the answer is unsure.
    """
    order = np.argsort(answer.probabilities, kind="stable")[::-1]
    first, second = int(order[0]), int(order[1])
    best = float(answer.probabilities[first])
    name = thing(info.classes[first], info)
    sure = f"{percent(best)} sure"
    known, distance = answer.calibration, _distance(answer)
    if known is not None and distance > _limit(known):
        farther = "Farther" if known.images >= MANY_IMAGES else "More than twice as far"
        ground = f"{farther} from every training image than 99 of 100 of the {known.images:,} held-out images are."
        return Verdict(STRANGE, "This looks like none of them", f"Closest to {name}, {sure}", ground)
    detail = sure if best >= 0.95 else f"{sure}; next, {thing(info.classes[second], info)} ({_next(answer, second)})"
    doubtful = doubts > 0 or info.preparation == "digits" or (known is not None and distance > known.familiar)
    if known is not None and best >= known.confident and not doubtful:
        ground = f"Confident: of {known.images:,} held-out images, those read this surely were right 98 times in 100."
        return Verdict(CONFIDENT, f"This is {name}", detail, ground)
    title = f"Perhaps {name}" if best < LIKELY else f"This looks like {name}"
    return Verdict(UNSURE, title, detail, _why_unsure(answer, known, best, doubts))


def _distance(answer: ReadAnswer) -> float:
    """To the nearest training image; 0 while none is known."""
    near = answer.neighbours
    return float(near.distances[0]) if near is not None and len(near.distances) else 0.0


def _limit(known: Calibration) -> float:
    return known.strange if known.images >= MANY_IMAGES else 2 * known.strange


def _next(answer: ReadAnswer, second: int) -> str:
    return percent(float(answer.probabilities[second]))


def _why_unsure(answer: ReadAnswer, known: Calibration | None, best: float, doubts: int) -> str:
    if known is None and not answer.settled:
        return "How far to trust this is being measured on images held out of the training…"
    if known is None:
        return f"How far to trust this is not known. {answer.why}".strip()
    if known.confident > 1:
        return f"Unsure: on {known.images:,} held-out images the network was never right often enough to be sure."
    if best < known.confident:
        level = percent(known.confident)
        return f"Unsure: the network is reliable from {level} on, measured on {known.images:,} held-out images."
    if _distance(answer) > known.familiar:
        return f"Unsure: farther from the training images than 95 of 100 of the {known.images:,} held-out ones."
    if doubts:
        return "Unsure: the picture had to be mended first."
    return "Unsure: the held-out images say nothing of other people's hands."


def is_digits(info: DatasetInfo) -> bool:
    return all(name.isdigit() for name in info.classes)


def thing(name: str, info: DatasetInfo) -> str:
    """A class in a sentence: "a 7", "an 8"; other class names are quoted as they are."""
    if not is_digits(info):
        return f"“{name}”"
    return f"an {name}" if name.startswith("8") else f"a {name}"


def percent(probability: float) -> str:
    """One decimal; 99.97 % is not rounded up to certainty."""
    value = 100 * probability
    return f"{value if value >= 100 else min(value, 99.9):.1f}\u00a0%"
