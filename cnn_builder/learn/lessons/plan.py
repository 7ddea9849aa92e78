"""A lesson as it stands in its file: its steps in order, each with a text and a check by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from cnn_builder.architecture import Architecture


@dataclass(frozen=True)
class LessonStep:
    """One step.

    Args:
        step_id: its name within the lesson; what was done is kept under it.
        title, text: in Markdown, formulas in LaTeX between dollars.
        check: name of the check, one of CHECKS.
        values: what the check is given, by name.
        page: name of the page on which it is done; "" where it is done on Learn.
        task: what to do there, in a sentence; shown on that page.
        open: which network its button opens on Build: a name of the lesson's networks, or "empty"; "" for no button.
        show: what stands beside the text, one of SHOWS; "" for nothing.
    """

    step_id: str
    title: str
    text: str
    check: str
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    page: str = ""
    task: str = ""
    open: str = ""
    show: str = ""


@dataclass(frozen=True)
class LessonPlan:
    """A lesson.

    Args:
        lesson_id: its name in the address, such as "L1".
        minutes: how long it takes, without the training.
        networks: by name; "main" is the one the lesson is about.
        dataset: name of the data set the lesson was written for.
        origin: "" for the app's own; the file's name for one of a teacher's.
    """

    lesson_id: str
    title: str
    summary: str
    minutes: int
    networks: Mapping[str, Architecture]
    dataset: str
    steps: tuple[LessonStep, ...]
    origin: str = ""

    @property
    def network(self) -> Architecture:
        """The network that the lesson is about."""
        return self.networks[MAIN]

    def network_of(self, step: LessonStep) -> Architecture:
        """The network that the step is about."""
        return self.networks[step.values.get("network", MAIN)]

    def place(self, step_id: str) -> int | None:
        """Place of a step, from 0; None where there is none of that name."""
        return next((place for place, step in enumerate(self.steps) if step.step_id == step_id), None)


MAIN = "main"
EMPTY = "empty"
SHOWS = ("code", "layers", "network", "curve", "predictions", "score", "gap")
"""What can stand beside a step's text.

Its code with line numbers, the layers at work on an image, the list of layers, and what a run came to.
"""
STEP_PAGES = ("build", "train", "draw", "inspect", "compare")
