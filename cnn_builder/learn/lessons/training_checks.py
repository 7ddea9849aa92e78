"""Checks of what is on the Build page, and of what was trained."""

from __future__ import annotations

from collections.abc import Sequence

from cnn_builder.architecture import Architecture, trace
from cnn_builder.architecture.diff import diff
from cnn_builder.architecture.shape_answers import parse_count
from cnn_builder.data import dataset_title
from cnn_builder.learn.drills.drill import call_of
from cnn_builder.learn.lessons.check import AnswerField, CheckKind, CheckResult, Evidence, ValueRule
from cnn_builder.learn.lessons.curve import last_gap, overfitting_mark
from cnn_builder.learn.lessons.plan import LessonPlan, LessonStep
from cnn_builder.runs.models import Run

_WHICH = {"network": ValueRule("network", required=False), "blocks": ValueRule("count", required=False)}
LEAST_GAP = 0.01
"""Of accuracies: gaps that differ by less are called alike."""
GAP_ANSWERS = ("The gap widened", "The gap narrowed", "It stayed about the same")


# The network on the Build page ---------------------------------------------------------------------------


def _built(plan: LessonPlan, step: LessonStep, answers: Sequence[str], evidence: Evidence) -> CheckResult:
    wanted, have = plan.network_of(step), evidence.document
    if have is None:
        return CheckResult(False, "There is no network on the Build page yet. Open it first.")
    if have.input_shape != wanted.input_shape:
        shape = ", ".join(map(str, wanted.input_shape))
        return CheckResult(False, f"The input is another one: expected [{shape}]. Choose it on the Build page.")
    for place, layer in enumerate(wanted.layers):
        if place >= len(have.layers):
            missing = len(wanted.layers) - place
            more = f" {missing - 1} more follow." if missing > 1 else ""
            return CheckResult(False, f"Layer {place + 1} is missing: {call_of(layer)}.{more}")
        if have.layers[place] != layer:
            told = (
                f"Layer {place + 1} is not right yet: expected {call_of(layer)}, found {call_of(have.layers[place])}."
            )
            return CheckResult(False, told)
    if len(have.layers) > len(wanted.layers):
        return CheckResult(False, f"Remove layer {len(wanted.layers) + 1}: the network ends before it.")
    traced = trace(have)
    if traced.error is not None:
        return CheckResult(True, f"This is the network, as it was printed. {traced.error.message}")
    return CheckResult(True, f"This is the network: {traced.total_params:,} parameters.")


def _fits(plan: LessonPlan, step: LessonStep, answers: Sequence[str], evidence: Evidence) -> CheckResult:
    if evidence.document is None or not evidence.document.layers:
        return CheckResult(False, "There is no network on the Build page yet. Open it first.")
    traced = trace(evidence.document)
    if traced.error is not None:
        return CheckResult(False, f"Not yet. {traced.error.message}")
    return CheckResult(True, f"Every layer fits: {traced.total_params:,} parameters.")


def conv_blocks(network: Architecture) -> int:
    """How many blocks of one or more convolutions and a pooling the network has before its map ends."""
    blocks, convolved = 0, False
    for layer in network.layers:
        if layer.ends_map:
            break
        if layer.category == "Convolution":
            convolved = True
        elif layer.category == "Pooling" and convolved:
            blocks, convolved = blocks + 1, False
    return blocks


def _blocks(plan: LessonPlan, step: LessonStep, answers: Sequence[str], evidence: Evidence) -> CheckResult:
    fits = _fits(plan, step, answers, evidence)
    if not fits.passed or evidence.document is None:
        return fits
    found, wanted = conv_blocks(evidence.document), step.values["blocks"]
    if found < wanted:
        return CheckResult(
            False,
            f"There are {found} blocks of a convolution and a pooling; expected {wanted}. Add them before Flatten.",
        )
    return CheckResult(True, f"{found} blocks. {fits.told}")


# Runs ----------------------------------------------------------------------------------------------------


def _matches(run: Run, plan: LessonPlan, step: LessonStep) -> bool:
    blocks = step.values.get("blocks")
    if blocks is not None:
        return conv_blocks(run.architecture) >= blocks
    wanted = plan.network_of(step)
    return (run.architecture.input_shape, run.architecture.layers) == (wanted.input_shape, wanted.layers)


def found_run(plan: LessonPlan, step: LessonStep, evidence: Evidence) -> Run | None:
    """The newest finished run of the step's network; one on the lesson's own data set goes before others."""
    found = [
        run
        for run in evidence.runs
        if run.status in ("finished", "stopped") and run.test_accuracy is not None and _matches(run, plan, step)
    ]
    return next((run for run in found if run.dataset == plan.dataset), found[0] if found else None)


def no_run(plan: LessonPlan, step: LessonStep, evidence: Evidence) -> CheckResult:
    """Why there is no run to look at."""
    active = next((run for run in evidence.runs if run.is_active and _matches(run, plan, step)), None)
    if active is not None:
        done = f"epoch {active.epoch} of {active.settings.epochs}" if active.epoch else active.status
        return CheckResult(False, f"It is still training ({done}). Check again when it has ended.")
    ended = next((run for run in evidence.runs if not run.is_active and _matches(run, plan, step)), None)
    if ended is not None:
        return CheckResult(False, f"The run of this network is {ended.status} and has no test score. Train it again.")
    closest = next((run for run in evidence.runs if run.architecture.layers), None)
    apart = "" if closest is None else _apart(closest, plan, step)
    return CheckResult(False, f"No run of this network was found. Train it on the Train page first.{apart}")


def _apart(run: Run, plan: LessonPlan, step: LessonStep) -> str:
    if step.values.get("blocks") is not None:
        return ""
    count = diff(plan.network_of(step), run.architecture).counts(("changed", "added", "removed"))
    places = "one layer" if count == 1 else f"{count} layers"
    return f" The latest run differs from it in {places}." if 0 < count < 4 else ""


def _trained(plan: LessonPlan, step: LessonStep, answers: Sequence[str], evidence: Evidence) -> CheckResult:
    run = found_run(plan, step, evidence)
    if run is None:
        return no_run(plan, step, evidence)
    epochs, wanted = run.epoch or run.settings.epochs, step.values.get("epochs", 1)
    if epochs < wanted:
        return CheckResult(False, f"It was trained for {epochs} epochs; expected at least {wanted}. Train it again.")
    told = f"Trained for {epochs} epochs on {dataset_title(run.dataset)}: test accuracy {run.test_accuracy:.4f}."
    if run.dataset != plan.dataset:
        told += f" The lesson's own numbers are those of {dataset_title(plan.dataset)}."
    return CheckResult(True, told)


def _overfitting(plan: LessonPlan, step: LessonStep, answers: Sequence[str], evidence: Evidence) -> CheckResult:
    run = found_run(plan, step, evidence)
    if run is None:
        return no_run(plan, step, evidence)
    mark = overfitting_mark(evidence.metrics(run.run_id))
    if mark is None:
        return CheckResult(False, "The run has no validation loss for two epochs. Train it with a validation split.")
    given = parse_count(answers[0])
    if given is None:
        return CheckResult(False, "Write the number of an epoch, or 0 if it has not started.", (None,))
    if mark.accepts(given):
        return CheckResult(True, f"Right. {mark.why}", (True,))
    return CheckResult(
        False, "Look for the epoch in which the validation loss is lowest, and compare both lines after it.", (False,)
    )


def _test_accuracy(plan: LessonPlan, step: LessonStep, answers: Sequence[str], evidence: Evidence) -> CheckResult:
    run = found_run(plan, step, evidence)
    if run is None or run.test_accuracy is None:
        return no_run(plan, step, evidence)
    try:
        given = float(answers[0].strip().rstrip("%").strip().replace(",", "."))
    except ValueError:
        return CheckResult(False, "Write the accuracy as a number, such as 0.8977 or 89.77 %.", (None,))
    share = given / 100 if given > 1 else given
    right = abs(share - run.test_accuracy) < 0.0006
    told = (
        f"Right: {run.test_accuracy:.4f} on images that neither trained the network nor chose its epoch."
        if right
        else "That is another number. Take the test accuracy on the Train page, not the last point of a curve."
    )
    return CheckResult(right, told, (right,))


def _gap(plan: LessonPlan, step: LessonStep, answers: Sequence[str], evidence: Evidence) -> CheckResult:
    """Training minus validation accuracy after the last epoch: of the changed network against the lesson's own."""
    base = LessonStep("", "", "", "", {})
    before, after = found_run(plan, base, evidence), found_run(plan, step, evidence)
    if before is None or after is None:
        return no_run(plan, base if before is None else step, evidence)
    gaps = [last_gap(evidence.metrics(run.run_id)) for run in (before, after)]
    if gaps[0] is None or gaps[1] is None:
        return CheckResult(False, "One of the runs has no validation accuracy. Train it with a validation split.")
    change = gaps[1] - gaps[0]
    wanted = GAP_ANSWERS[0] if change >= LEAST_GAP else GAP_ANSWERS[1] if change <= -LEAST_GAP else GAP_ANSWERS[2]
    if not answers[0]:
        return CheckResult(False, "Choose an answer first.", (None,))
    numbers = f"The gap was {gaps[0]:.3f} and is {gaps[1]:.3f}"
    scores = f"the test accuracy was {before.test_accuracy:.4f} and is {after.test_accuracy:.4f}"
    if answers[0] == wanted:
        return CheckResult(True, f"Right. {numbers}; {scores}.", (True,))
    return CheckResult(
        False, "Not so. Subtract the last validation accuracy from the last training accuracy, for both runs.", (False,)
    )


TRAINING_CHECKS = (
    CheckKind("built", "The network on the Build page is the step's.", _built, values={"network": _WHICH["network"]}),
    CheckKind("fits", "Every layer of the network on the Build page fits.", _fits),
    CheckKind(
        "blocks", "The network on the Build page has this many blocks of convolution and pooling.", _blocks,
        values={"blocks": ValueRule("count")},
    ),
    CheckKind(
        "trained", "The step's network was trained, for at least `epochs` epochs.", _trained,
        values={**_WHICH, "epochs": ValueRule("count", required=False)},
    ),
    CheckKind(
        "overfitting", "The epoch in which overfitting starts; 0 where it does not.", _overfitting,
        lambda plan, step: (AnswerField("Epoch", "From 1; 0 if it has not started"),), _WHICH,
    ),
    CheckKind(
        "test_accuracy", "The test accuracy of the run, read on the Train page.", _test_accuracy,
        lambda plan, step: (AnswerField("Test accuracy", "Such as 0.8977 or 89.77 %"),), _WHICH,
    ),
    CheckKind(
        "gap", "Whether the gap of training and validation accuracy widened against the lesson's own network.", _gap,
        lambda plan, step: (AnswerField("What happened to the gap?", choices=GAP_ANSWERS),), _WHICH,
    ),
)  # fmt: skip
