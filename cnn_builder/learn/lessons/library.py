"""Where lessons are: the app's own beside this module, a teacher's in the folder `lessons` of the app's home."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cnn_builder import limits
from cnn_builder.learn.errors import LessonError
from cnn_builder.learn.lessons.plan import LessonPlan
from cnn_builder.learn.lessons.reading import read_lesson

_OWN = Path(__file__).with_name("files")
MOST_FILES = 100


class Lessons:
    """The lessons: the app's own, and those in ``folder``, which need not exist."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def list(self) -> tuple[list[LessonPlan], list[str]]:
        """The lessons in their order, the app's own first, and why files of the folder cannot be read, one line each.

        A lesson of a teacher's whose id is one of the app's takes its place.
        """
        found = {plan.lesson_id: plan for plan in shipped_lessons()}
        problems = []
        for path in sorted(self.folder.glob("*.toml"))[:MOST_FILES]:
            try:
                plan = read_lesson_file(path)
            except LessonError as error:
                problems.append(f"{path.name}: {error}")
            else:
                found[plan.lesson_id] = plan
        return list(found.values()), problems

    def get(self, lesson_id: str) -> LessonPlan | None:
        """The lesson of this id, None where there is none."""
        return next((plan for plan in self.list()[0] if plan.lesson_id == lesson_id), None)


@cache
def shipped_lessons() -> tuple[LessonPlan, ...]:
    """The app's own."""
    return tuple(read_lesson(path.read_bytes()) for path in sorted(_OWN.glob("*.toml")))


def read_lesson_file(path: Path) -> LessonPlan:
    """The lesson in a file. Raises LessonError."""
    try:
        with path.open("rb") as file:
            return read_lesson(file.read(limits.MAX_TEXT_BYTES + 1), path.name)
    except OSError as error:
        raise LessonError(f"The lesson cannot be read: {error.strerror}.") from None
