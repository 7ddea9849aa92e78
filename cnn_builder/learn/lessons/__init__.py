"""Lessons: files of steps, each checked by a function of the network or the run. See docs/how-to/lesson.md."""

from cnn_builder.learn.lessons.check import AnswerField, CheckKind, CheckResult, Evidence
from cnn_builder.learn.lessons.checks import CHECKS, check_fields, checked
from cnn_builder.learn.lessons.library import Lessons
from cnn_builder.learn.lessons.plan import EMPTY, MAIN, LessonPlan, LessonStep
from cnn_builder.learn.lessons.reading import read_lesson

__all__ = [
    "CHECKS",
    "EMPTY",
    "MAIN",
    "AnswerField",
    "CheckKind",
    "CheckResult",
    "Evidence",
    "LessonPlan",
    "LessonStep",
    "Lessons",
    "check_fields",
    "checked",
    "read_lesson",
]
