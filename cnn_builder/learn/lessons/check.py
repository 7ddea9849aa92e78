"""What a check is, what it looks at and what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cnn_builder.architecture import Architecture
from cnn_builder.learn.lessons.plan import LessonPlan, LessonStep
from cnn_builder.runs.models import Metric, Run


@dataclass(frozen=True)
class AnswerField:
    """A field of the learner's: text, or a choice where `choices` has any, or code where `code` has where it begins."""

    label: str
    hint: str = ""
    choices: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True)
class Evidence:
    """What a check can look at besides the answers.

    Args:
        document: the network on the Build page, if there is one.
        runs: the runs, newest first.
        metrics: gives a run's epoch rows by its id.
    """

    document: Architecture | None = None
    runs: Sequence[Run] = ()
    metrics: Callable[[str], Sequence[Metric]] = lambda run_id: ()


@dataclass(frozen=True)
class CheckResult:
    """What came of a check.

    Args:
        passed: whether the step is done.
        told: in a sentence or two, for people.
        right: for each field whether it is right, None where it is empty.
        lines: formulas with their numbers in, to be shown once they give nothing away.
    """

    passed: bool
    told: str
    right: tuple[bool | None, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class ValueRule:
    """What a check takes by one name: "layer" is a layer's place from 1, "layers" several, "text", "texts", "count".

    "network" is one of the lesson's networks.
    """

    kind: str
    required: bool = True


@dataclass(frozen=True)
class CheckKind:
    """A check that a lesson's file can name.

    Args:
        name: in the file.
        about: for teachers, in a sentence.
        judge: the check itself: step, lesson, answers (one for each field), evidence.
        fields: what the learner fills in; nothing where the network or a run is looked at.
        values: what the file gives it.
        can_reveal: whether the answer may be shown to whoever is stuck.
    """

    name: str
    about: str
    judge: Callable[[LessonPlan, LessonStep, Sequence[str], Evidence], CheckResult]
    fields: Callable[[LessonPlan, LessonStep], tuple[AnswerField, ...]] = lambda plan, step: ()
    values: Mapping[str, ValueRule] = field(default_factory=dict)
    can_reveal: bool = False
