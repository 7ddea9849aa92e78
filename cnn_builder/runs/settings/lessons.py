"""How the lessons train: the data set and the settings that each lesson's text gives."""

from dataclasses import dataclass

from cnn_builder.runs.settings import RunSettings
from cnn_builder.runs.settings.words import VALIDATION, setting_words, unusual_words, validation_words

_L1 = RunSettings(epochs=5, batch_size=32, validation_data="test", validation_split=0.0)
_L2 = RunSettings(epochs=10, batch_size=64, validation_split=0.2, train_limit=15_000, test_limit=3_000)


_EVERYDAY = ("train_limit", "test_limit", "epochs", "batch_size")


@dataclass(frozen=True)
class Lesson:
    """A lesson's data set and settings; `name` is that of its preset."""

    name: str
    dataset: str
    settings: RunSettings


LESSONS: dict[str, Lesson] = {
    lesson.name: lesson
    for lesson in (Lesson("L1", "mnist", _L1), Lesson("L2", "fashion_mnist", _L2), Lesson("L3", "mnist", _L1))
}
"""By name."""


def lesson_of(network: str) -> Lesson | None:
    """The lesson that a network of this name belongs to: its own, or a variation such as "L2 valid"; None if none."""
    return LESSONS.get(network.strip().upper().partition(" ")[0])


def lesson_words(lesson: Lesson) -> str:
    """What the lesson asks for, in one line."""
    asked = lesson.settings
    words = [setting_words(name, getattr(asked, name)) for name in _EVERYDAY[:2]]
    if asked.train_limit is None and asked.test_limit is None:
        words = ["all images"]
    words.append(validation_words(asked.validation_split, asked.validation_data))
    words += [setting_words(name, getattr(asked, name)) for name in _EVERYDAY[2:]]
    words += unusual_words(asked, (*_EVERYDAY, *VALIDATION))
    return " · ".join(words)
