"""The grade: the server trains a submission anew, with its own seed, and scores it on the held-out test images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cnn_builder.architecture import trace
from cnn_builder.learn.assignments.checking import Reason, submission_reasons
from cnn_builder.learn.assignments.pack import AssignmentPack
from cnn_builder.learn.assignments.submission import Submission
from cnn_builder.runs import Run, RunSettings, Store
from cnn_builder.runs.results.evaluation import read_evaluation
from cnn_builder.settings import Settings

GRADING_SEED = 20_261
"""The server's own; a submission that asked for this very one gets the next."""
GRADING_TAG = "grading"


@dataclass(frozen=True)
class Grade:
    """What a submission is worth.

    Args:
        submission: as it was named: a file, or the student.
        reasons: why it does not pass; empty where it does.
        test_accuracy: on the held-out images, None where it was not trained.
        run_id: of the grading run, "" where there is none.
    """

    submission: str
    reasons: tuple[Reason, ...]
    total_params: int
    total_macs: int
    test_accuracy: float | None = None
    run_id: str = ""

    @property
    def passed(self) -> bool:
        return not self.reasons and self.test_accuracy is not None

    def to_dict(self) -> dict[str, Any]:
        """As the command line prints it."""
        return {
            "submission": self.submission,
            "passed": self.passed,
            "reasons": [reason.told for reason in self.reasons],
            "codes": [reason.code for reason in self.reasons],
            "total_params": self.total_params,
            "total_macs": self.total_macs,
            "test_accuracy": self.test_accuracy,
            "run_id": self.run_id or None,
        }


def checked_grade(pack: AssignmentPack, name: str, submission: Submission, settings: Settings) -> Grade:
    """The grade as far as it is known without training."""
    traced = trace(submission.architecture)
    reasons = tuple(submission_reasons(pack, submission, settings))
    return Grade(name, reasons, traced.total_params, traced.total_macs)


def grading_settings(submission: Submission, seed: int = GRADING_SEED) -> RunSettings:
    """As the student trained, with the server's seed, and scored on all test images, of which the last count."""
    own = seed + 1 if submission.settings.seed == seed else seed
    return submission.settings.model_copy(update={"seed": own, "test_limit": None, "own_drawings": False})


def grading_run(pack: AssignmentPack, submission: Submission, store: Store, seed: int = GRADING_SEED) -> Run:
    """Ask for the run that grades a submission; the store's supervisor starts it."""
    return store.create_run(submission.architecture, pack.dataset, grading_settings(submission, seed))


def graded(pack: AssignmentPack, before: Grade, run: Run, settings: Settings) -> Grade:
    """The grade after the grading run has ended."""
    reasons = list(before.reasons)
    evaluation = read_evaluation(settings.run_folder(run.run_id)) if run.status == "finished" else None
    if evaluation is None:
        why = run.reason or "it has no score"
        reasons.append(Reason("training", f"The grading run {run.status}: {why}."))
        return Grade(before.submission, tuple(reasons), before.total_params, before.total_macs, None, run.run_id)
    held = evaluation.right[-pack.held_out :]
    accuracy = float(held.mean())
    if accuracy < pack.goal:
        told = f"{accuracy:.2%} of the {len(held):,} held-out test images; the goal is {pack.goal:.2%}."
        reasons.append(Reason("accuracy", told))
    if pack.max_seconds is not None and (run.seconds or 0) > pack.max_seconds:
        reasons.append(Reason("seconds", f"{run.seconds:.0f} s of training; the budget is {pack.max_seconds:,} s."))
    return Grade(before.submission, tuple(reasons), before.total_params, before.total_macs, accuracy, run.run_id)
