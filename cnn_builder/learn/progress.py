"""What a learner has done, kept in a file: steps, answers, the lesson that is open, how the drills go."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from cnn_builder.files import PRIVATE, write_whole
from cnn_builder.learn.drills.streak import Streak
from cnn_builder.learn.errors import ProgressError

_VERSION = 1
_ID = re.compile(r"[a-f0-9]{16}")
MOST_BYTES = 200_000
MOST_ANSWER = 4_000
"""Characters that are kept of an answer."""


@dataclass(frozen=True)
class StepDone:
    """A step that was done: with these answers, or `shown` where the learner had the answer shown."""

    answers: tuple[str, ...] = ()
    told: str = ""
    shown: bool = False


@dataclass(frozen=True)
class Progress:
    """A learner's progress.

    Args:
        done: by lesson and step.
        lesson, step: which are open; "" where none is.
        assignment: id of the one that is open; "" where none is.
        streak: of the drills.
    """

    done: Mapping[str, Mapping[str, StepDone]] = field(default_factory=dict)
    lesson: str = ""
    step: str = ""
    assignment: str = ""
    streak: Streak = field(default_factory=Streak)

    def of(self, lesson: str) -> Mapping[str, StepDone]:
        """The steps of a lesson that were done."""
        return self.done.get(lesson, {})

    def with_done(self, lesson: str, step: str, done: StepDone) -> Progress:
        """With one more step done; what was done without help stays so."""
        before = self.of(lesson).get(step)
        if before is not None and not before.shown and done.shown:
            return self
        kept = replace(done, answers=tuple(text[:MOST_ANSWER] for text in done.answers))
        return replace(self, done={**self.done, lesson: {**self.of(lesson), step: kept}})

    def without(self, lesson: str) -> Progress:
        """With nothing done of a lesson."""
        return replace(self, done={name: steps for name, steps in self.done.items() if name != lesson})

    def at(self, lesson: str, step: str) -> Progress:
        """With this step open."""
        return replace(self, lesson=lesson, step=step)

    def to_json(self) -> str:
        done = {name: {step: asdict(one) for step, one in steps.items()} for name, steps in self.done.items()}
        data = {
            "version": _VERSION, "done": done, "lesson": self.lesson, "step": self.step,
            "assignment": self.assignment, "streak": asdict(self.streak),
        }  # fmt: skip
        return json.dumps(data, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Progress:
        """Raises ValueError for what is none."""
        try:
            data: dict[str, Any] = json.loads(text)
            done = {
                str(lesson): {
                    str(step): StepDone(tuple(map(str, one["answers"])), str(one["told"]), bool(one["shown"]))
                    for step, one in steps.items()
                }
                for lesson, steps in data["done"].items()
            }
            streak = Streak(**{name: max(0, int(value)) for name, value in data["streak"].items()})
            assignment = str(data.get("assignment", ""))
            return cls(done, str(data["lesson"]), str(data["step"]), assignment, streak)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError(f"no progress: {error}") from None


class ProgressStore:
    """Progress in ``folder``, a file a learner."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @staticmethod
    def new_id() -> str:
        """An id nobody can guess."""
        return secrets.token_hex(8)

    @staticmethod
    def is_id(text: str | None) -> bool:
        """Whether it can be a learner's id, and no way out of the folder."""
        return text is not None and _ID.fullmatch(text) is not None

    def load(self, learner: str) -> Progress:
        """What was kept; of a file that cannot be read, or none, a fresh one."""
        path = self._path(learner)
        try:
            if path.stat().st_size > MOST_BYTES:
                return Progress()
            return Progress.from_json(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return Progress()

    def save(self, learner: str, progress: Progress) -> None:
        """Replace the file at once. Raises ProgressError where it cannot be written."""
        try:
            write_whole(self._path(learner), progress.to_json(), mode=PRIVATE)
        except OSError as error:
            raise ProgressError(f"Your progress could not be saved in {self.folder}: {error.strerror}.") from None

    def _path(self, learner: str) -> Path:
        if not self.is_id(learner):
            raise ProgressError("A learner's id has 16 letters and digits.")
        return self.folder / f"{learner}.json"
