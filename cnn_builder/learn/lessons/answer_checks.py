"""Checks of what the learner writes or chooses, graded by the trace."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cnn_builder.architecture import TraceRow, trace
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.architecture.formats.keras_code import CodeError, parse_code
from cnn_builder.architecture.reader import closed
from cnn_builder.architecture.shape_answers import parse_count, parse_shape
from cnn_builder.learn.drills.counts import field_lines
from cnn_builder.learn.drills.drill import DrillAnswer, call_of
from cnn_builder.learn.lessons.check import AnswerField, CheckKind, CheckResult, Evidence, ValueRule
from cnn_builder.learn.lessons.plan import LessonPlan, LessonStep
from cnn_builder.learn.lessons.training_checks import found_run, no_run

_ROW_VALUES = {"layers": ValueRule("layers"), "network": ValueRule("network", required=False)}


def _read(plan: LessonPlan, step: LessonStep, answers: Sequence[str], evidence: Evidence) -> CheckResult:
    return CheckResult(True, "")


def _choice_fields(plan: LessonPlan, step: LessonStep) -> tuple[AnswerField, ...]:
    return (AnswerField(step.values["question"], choices=tuple(step.values["options"])),)


def _choice(plan: LessonPlan, step: LessonStep, answers: Sequence[str], evidence: Evidence) -> CheckResult:
    right = answers[0] == step.values["options"][step.values["answer"] - 1]
    if not answers[0]:
        return CheckResult(False, "Choose an answer first.", (None,))
    told = step.values["because"] if right else step.values.get("hint", "Not this one. Read the text again.")
    return CheckResult(right, told, (right,))


def _row_fields(plan: LessonPlan, step: LessonStep) -> tuple[AnswerField, ...]:
    network = plan.network_of(step)
    hints = {"shapes": "Such as 26×26×32", "params": "A whole number", "macs": "A whole number"}
    return tuple(
        AnswerField(f"Layer {place}: {call_of(network.layers[place - 1])}", hints.get(step.check, "Such as 5×5"))
        for place in step.values["layers"]
    )


def _graded(
    answers: Sequence[str], wanted: Sequence[DrillAnswer], read: Callable[[str], DrillAnswer | None], lines: list[str]
) -> CheckResult:
    """Each field against what is wanted; all have to be right."""
    right = tuple(read(text) == value if text.strip() else None for text, value in zip(answers, wanted, strict=True))
    if all(right):
        return CheckResult(True, "Right." if len(right) == 1 else f"All {len(right)} are right.", right, tuple(lines))
    wrong = sum(one is False for one in right)
    empty = sum(one is None for one in right)
    parts = [f"{wrong} of {len(right)} not right" if wrong else "", f"{empty} to fill in" if empty else ""]
    told = ", ".join(part for part in parts if part)
    return CheckResult(False, f"Not yet: {told}.", right, tuple(lines))


def _rows(plan: LessonPlan, step: LessonStep) -> list[TraceRow]:
    rows = trace(plan.network_of(step)).rows
    return [rows[place - 1] for place in step.values["layers"]]


def _explained(plan: LessonPlan, step: LessonStep, part: str) -> list[str]:
    network = plan.network_of(step)
    lines = []
    for row in _rows(plan, step):
        told = getattr(network.layers[row.index].explain(row.input_shape), part)
        # The second way to write the rule of the window would be one line too many here.
        kept = [line for line in told if not line.startswith("⌊")]
        lines += [f"layer {row.index + 1}: {line}" for line in kept]
    return lines


def _shapes(plan: LessonPlan, step: LessonStep, answers: Sequence[str], evidence: Evidence) -> CheckResult:
    wanted = [row.output_shape for row in _rows(plan, step)]
    return _graded(answers, wanted, parse_shape, _explained(plan, step, "shape"))


def _params(plan: LessonPlan, step: LessonStep, answers: Sequence[str], evidence: Evidence) -> CheckResult:
    wanted = [row.params for row in _rows(plan, step)]
    return _graded(answers, wanted, parse_count, _explained(plan, step, "params"))


def _macs(plan: LessonPlan, step: LessonStep, answers: Sequence[str], evidence: Evidence) -> CheckResult:
    wanted = [row.macs for row in _rows(plan, step)]
    return _graded(answers, wanted, parse_count, _explained(plan, step, "macs"))


def read_size(text: str) -> tuple[int, ...] | None:
    """A height × width, or one number for both."""
    shape = parse_shape(text)
    return (shape[0], shape[0]) if shape is not None and len(shape) == 1 else shape


def _fields(plan: LessonPlan, step: LessonStep, answers: Sequence[str], evidence: Evidence) -> CheckResult:
    rows = _rows(plan, step)
    lines = field_lines(plan.network_of(step), max(row.index for row in rows))
    return _graded(answers, [row.receptive_field or (0, 0) for row in rows], read_size, lines)


def _total(plan: LessonPlan, step: LessonStep, answers: Sequence[str], evidence: Evidence) -> CheckResult:
    traced = trace(plan.network_of(step))
    counts = [f"{row.params:,}" for row in traced.rows if row.params]
    return _graded(answers, [traced.total_params], parse_count, [f"{' + '.join(counts)} = {traced.total_params:,}"])


def _bracket(plan: LessonPlan, step: LessonStep, answers: Sequence[str], evidence: Evidence) -> CheckResult:
    """The line after which the bracket is missing, or the one on which it was opened, as Python's own error says."""
    code = step.values["code"]
    found = closed(code)
    opened = _opened(code)
    given = parse_count(answers[0])
    if found is None:
        return CheckResult(False, "Every bracket of this code is closed.", (False,))
    right = given in (found.line, found.line + 1, opened)
    told = (
        f"Right: {found.added} is missing after line {found.line}. Python names line {opened}, where the bracket was "
        "opened: it cannot know where you meant to close it."
        if right
        else "Not this line. Count what is opened and what is closed, from the first line on."
    )
    return CheckResult(right, told, (right if answers[0].strip() else None,))


def _opened(code: str) -> int | None:
    try:
        parse_code(code)
    except CodeError as error:
        return error.line
    return None


def _misfit(plan: LessonPlan, step: LessonStep, answers: Sequence[str], evidence: Evidence) -> CheckResult:
    error = trace(plan.network_of(step)).error
    wanted = None if error is None else error.index + 1
    right = parse_count(answers[0]) == wanted
    told = f"Right. {error.message}" if right and error else "Not this one. Follow the shape from layer to layer."
    return CheckResult(right, told, (right if answers[0].strip() else None,))


def _repaired(plan: LessonPlan, step: LessonStep, answers: Sequence[str], evidence: Evidence) -> CheckResult:
    """The learner's code is parsed, never run; it has to be the network that is wanted."""
    wanted = plan.network_of(step)
    try:
        network = parse_code(answers[0])
    except CnnBuilderError as error:
        return CheckResult(False, f"The code cannot be read yet. {error}", (False,))
    traced = trace(network)
    if traced.error is not None:
        return CheckResult(False, f"It can be read now, but does not fit yet. {traced.error.message}", (False,))
    if (network.input_shape, network.layers) != (wanted.input_shape, wanted.layers):
        return CheckResult(False, "It fits, but it is another network. Change only what was wrong.", (False,))
    return CheckResult(True, f"Right: it can be read, it fits, and it has {traced.total_params:,} parameters.", (True,))


def _predictions(plan: LessonPlan, step: LessonStep, answers: Sequence[str], evidence: Evidence) -> CheckResult:
    run = found_run(plan, step, evidence)
    samples = [] if run is None else (run.evaluation or {}).get("samples") or []
    if run is None or not samples:
        return no_run(plan, step, evidence)
    given = [one.strip().lower() for one in answers[0].replace(";", ",").split(",")]
    if len(given) == 1 and len(samples) > 1:
        given = given[0].split()
    wanted = [str(sample["predicted"]).lower() for sample in samples]
    read = ", ".join(str(sample["predicted"]) for sample in samples)
    actual = ", ".join(str(sample["actual"]) for sample in samples)
    if len(given) != len(wanted):
        return CheckResult(False, f"Expected {len(wanted)} names with commas between them.", (None,))
    right = sum(a == b for a, b in zip(given, wanted, strict=True))
    told = f"The network reads: {read}. They are: {actual}."
    if right == len(wanted):
        return CheckResult(True, f"All {right} as the network reads them. {told}", (True,))
    # A prediction is made to be compared, not to be right: seeing where one differs is what this step is for.
    return CheckResult(True, f"{right} of {len(wanted)} as the network reads them. {told}", (False,))


ANSWER_CHECKS = (
    CheckKind("read", "Done when it was read.", _read),
    CheckKind(
        "choice", "One of several answers is right.", _choice, _choice_fields,
        {
            "question": ValueRule("text"), "options": ValueRule("texts"), "answer": ValueRule("count"),
            "because": ValueRule("text"), "hint": ValueRule("text", required=False),
        },
    ),
    CheckKind("shapes", "The output shapes of some layers.", _shapes, _row_fields, _ROW_VALUES, True),
    CheckKind("params", "The parameters of some layers.", _params, _row_fields, _ROW_VALUES, True),
    CheckKind("macs", "The multiply-accumulate operations of some layers.", _macs, _row_fields, _ROW_VALUES, True),
    CheckKind("receptive_field", "The receptive fields of some layers.", _fields, _row_fields, _ROW_VALUES, True),
    CheckKind(
        "total_params", "The parameters of the whole network.", _total,
        lambda plan, step: (AnswerField("Parameters of the network", "A whole number"),),
        {"network": ValueRule("network", required=False)}, True,
    ),
    CheckKind(
        "unclosed_bracket", "The line of code where a bracket is missing.", _bracket,
        lambda plan, step: (AnswerField("Line", "A line number"),), {"code": ValueRule("text")},
    ),
    CheckKind(
        "misfit", "The first layer that does not fit.", _misfit,
        lambda plan, step: (AnswerField("Layer", "Its number, counted from 1"),),
        {"network": ValueRule("network", required=False)},
    ),
    CheckKind(
        "repaired_code", "Code that was mended until it is the network that is wanted.", _repaired,
        lambda plan, step: (AnswerField("The code", code=step.values["code"]),),
        {"code": ValueRule("text"), "network": ValueRule("network", required=False)},
    ),
    CheckKind(
        "predictions", "What the network reads in the first test images.", _predictions,
        lambda plan, step: (AnswerField("What does it read?", "With commas between them"),),
        {"network": ValueRule("network", required=False), "blocks": ValueRule("count", required=False)},
    ),
)  # fmt: skip
