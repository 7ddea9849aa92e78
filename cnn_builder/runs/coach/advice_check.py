"""Whether the coach's advice was right: the rerun with the same seed that it proposes, judged beside the run itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cnn_builder.limits import MAX_NAME
from cnn_builder.runs.coach import Finding
from cnn_builder.runs.coach.suggestions import Suggestion
from cnn_builder.runs.models import Metric, Run
from cnn_builder.runs.results.evaluation import Evaluation
from cnn_builder.runs.results.score_comparison import verdict
from cnn_builder.runs.store import Store
from cnn_builder.runs.store.events import NOTE, Event

LAST = 3
"""Epochs whose mean says how large a gap is at the end."""
GAPS = ("overfitting", "mild_gap")
"""Findings about the gap between training and validation."""
_Details = tuple[Evaluation | None, Evaluation | None]


@dataclass(frozen=True)
class AdviceOutcome:
    """What came of an advice.

    `judgement` is "right", "wrong" or "open", where the difference may be chance; `title` says it in words, and `words`
    what that rests on.
    """

    judgement: Literal["right", "wrong", "open"]
    title: str
    words: str


def check_advice(store: Store, run: Run, suggestion: Suggestion, click: str | None = None) -> Run:
    """Queue the rerun that a suggestion proposes: one thing different, and the same seed.

    Args:
        click: names this request, so that a second one for the same click makes no further run.

    Raises StoreError.
    """
    drawings = store.drawings(run.run_id) if run.settings.own_drawings else None
    name = f"{run.name}, {suggestion.title}"[:MAX_NAME].strip()
    made = store.create_run(suggestion.architecture, run.dataset, suggestion.settings, name, click, drawings)
    if not store.events(made.run_id):
        told = f"Tests the coach's advice for {run.name} ({run.run_id}): {suggestion.title}"
        store.add_event(made.run_id, Event(NOTE, 0, 0, text=told))
    return made


def rerun_of(store: Store, run: Run, suggestion: Suggestion) -> Run | None:
    """The newest run of what a suggestion proposes, one with a score before others; None where there is none."""
    found = store.runs_of_request(suggestion.architecture, run.dataset, suggestion.settings, run.drawings)
    return max(found, key=lambda one: (one.is_active or one.test_accuracy is not None, one.run_id), default=None)


def advice_outcome(
    finding: Finding, runs: tuple[Run, Run], metrics: tuple[Sequence[Metric], Sequence[Metric]], details: _Details
) -> AdviceOutcome | None:
    """Judge an advice by the run it was given for and its rerun; None where there is nothing to judge by.

    Args:
        runs: the run and its rerun, which has ended; so are `metrics`, their epochs', and `details`.
    """
    run, rerun = runs
    if rerun.status == "diverged":
        return AdviceOutcome("wrong", "The advice was wrong here", "With it, the training diverged.")
    if run.status == "diverged" and rerun.test_accuracy is not None:
        words = f"With it, the loss stays finite; test accuracy {rerun.test_accuracy:.4f}."
        return AdviceOutcome("right", "The advice was right", words)
    found = verdict(run, rerun, details)
    if found is None:
        return None
    low, high, change = (100 * value for value in (found.interval.low, found.interval.high, found.difference))
    scores = (
        f"Test accuracy {run.test_accuracy:.4f} before, {rerun.test_accuracy:.4f} with it: {change:+.2f} points, 95 % "
        f"confidence interval {low:+.2f} to {high:+.2f}, with this seed."
    ).replace("-", "−")
    gap = _gap_words(metrics) if finding.code in GAPS else ""
    words = " ".join(filter(None, [scores, gap]))
    if not found.distinguishable:
        return AdviceOutcome("open", "The advice made no difference that can be told from chance", words)
    if found.difference > 0:
        return AdviceOutcome("right", "The advice was right", words)
    return AdviceOutcome("wrong", "The advice was wrong here", words)


def _gap_words(metrics: tuple[Sequence[Metric], Sequence[Metric]]) -> str:
    before, after = (_gap(rows) for rows in metrics)
    if before is None or after is None:
        return ""
    way = "smaller" if after < before else "no smaller"
    return f"The gap between training and validation accuracy is {way}: {before:.4f} before, {after:.4f} with it."


def _gap(rows: Sequence[Metric]) -> float | None:
    """Training minus validation accuracy, over the last epochs."""
    pairs = [(row.accuracy, row.val_accuracy) for row in rows[-LAST:]]
    gaps = [train - validation for train, validation in pairs if train is not None and validation is not None]
    return sum(gaps) / len(gaps) if gaps else None
