"""The checks that a lesson's file can name."""

from __future__ import annotations

from collections.abc import Sequence

from cnn_builder.learn.lessons.answer_checks import ANSWER_CHECKS
from cnn_builder.learn.lessons.check import AnswerField, CheckKind, CheckResult, Evidence
from cnn_builder.learn.lessons.plan import LessonPlan, LessonStep
from cnn_builder.learn.lessons.training_checks import TRAINING_CHECKS

CHECKS: dict[str, CheckKind] = {check.name: check for check in (*ANSWER_CHECKS, *TRAINING_CHECKS)}
"""By name."""


def check_fields(plan: LessonPlan, step: LessonStep) -> tuple[AnswerField, ...]:
    """What the learner fills in at a step; empty where the app looks by itself."""
    return CHECKS[step.check].fields(plan, step)


def checked(plan: LessonPlan, step: LessonStep, answers: Sequence[str], evidence: Evidence) -> CheckResult:
    """What came of a step: `answers` has a text for each field, missing ones count as empty."""
    count = len(check_fields(plan, step))
    given = [*answers[:count], *[""] * (count - len(answers))]
    return CHECKS[step.check].judge(plan, step, given, evidence)
