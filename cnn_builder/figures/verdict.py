"""Whether two trained models differ, in plain words."""

from cnn_builder.figures.locale_text import number_text
from cnn_builder.figures.shares import points
from cnn_builder.runs.results.score_comparison import Verdict
from cnn_builder.runs.results.seeds import SeedVerdict, seeds_listed

FEW_SEEDS = 5


def verdict_words(found: Verdict, first: str, second: str) -> tuple[str, str]:
    """A short judgement of two models by name, and what it rests on; plain text."""
    low, high = points(found.interval.low), points(found.interval.high)
    between = f"95 % confidence interval {low} to {high} points"
    difference = f"{second} minus {first}: {points(found.difference)} points of test accuracy ({between})."
    better = second if found.difference > 0 else first
    title = f"{better} is better" if found.distinguishable else "Not distinguishable"
    return title, f"{difference} {_evidence(found, first, second)}"


def _evidence(found: Verdict, first: str, second: str) -> str:
    if not found.paired:
        return (
            "Compared by test accuracy alone: at least one of the runs did not save its predictions per image, so a "
            "small difference cannot be detected."
        )
    if not found.gained + found.lost:
        return f"They classify exactly the same of the {number_text(found.images)} test images correctly."
    return (
        f"Of the {number_text(found.images)} test images, {number_text(found.gained)} are classified correctly "
        f"only by {second} and "
        f"{number_text(found.lost)} only by {first}."
    )


def seed_verdict_words(found: SeedVerdict, first: str, second: str) -> tuple[str, str]:
    """A short judgement of two networks over several seeds, by name, and what it rests on; plain text."""
    low, high = points(found.interval.low), points(found.interval.high)
    better = second if found.difference > 0 else first
    title = f"{better} is better" if found.distinguishable else "Not distinguishable"
    words = (
        f"Over {len(found.seeds)} seeds ({seeds_listed(found.seeds)}), pair by pair: mean test accuracy "
        f"{found.first_mean:.4f} for {first}, {found.second_mean:.4f} for {second}. {second} minus {first}: "
        f"{points(found.difference)} points (95 % confidence interval {low} to {high} points)."
    )
    if not found.distinguishable and len(found.seeds) < FEW_SEEDS:
        words += " More seeds would make the interval narrower."
    return title, words
