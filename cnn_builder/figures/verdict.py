"""Whether two trained models differ, in plain words."""

from cnn_builder.figures.shares import points
from cnn_builder.runs.scored import Verdict


def verdict_words(found: Verdict, first: str, second: str) -> tuple[str, str]:
    """A short judgement of two models by name, and what it rests on; plain text."""
    low, high = points(found.interval.low), points(found.interval.high)
    between = f"95 % interval {low} to {high} points"
    told = f"{second} minus {first}: {points(found.difference)} points of test accuracy ({between})."
    better = second if found.difference > 0 else first
    title = f"{better} is better" if found.distinguishable else "Not distinguishable"
    return title, f"{told} {_evidence(found, first, second)}"


def _evidence(found: Verdict, first: str, second: str) -> str:
    if not found.paired:
        return (
            "Judged by the two scores alone: at least one of the runs did not keep which images it read right, so a "
            "small difference cannot be seen."
        )
    if not found.gained + found.lost:
        return f"They read the same of the {found.images:,} test images right."
    return (
        f"Of the {found.images:,} test images, {found.gained:,} are read right by {second} alone and "
        f"{found.lost:,} by {first} alone."
    )
