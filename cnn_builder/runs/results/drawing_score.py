"""What training on the user's own drawings did to the test drawings: which run to compare with, and the words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cnn_builder.runs.models import Run
from cnn_builder.runs.settings.words import setting_words, validation_words

KEY = "drawings"
"""Of a run's evaluation."""
FEW = 30
"""With fewer test drawings, a small difference is said to prove nothing."""
_ANYWAY = ("own_drawings", "seed")


@dataclass(frozen=True)
class DrawingScore:
    """How many of the test drawings a run's model classifies correctly; `before`: an earlier run's model, if any."""

    right: int
    images: int
    before: int | None = None
    before_run: str = ""
    before_words: str = ""


def earlier_run(run: Run, runs: Iterable[Run]) -> Run | None:
    """The run to compare with: the same network on the same data set, requested before; the latest of those.

    One that was trained without own drawings goes before one with, and one with the same settings before any other.
    A test drawing is never trained on, so that all of them can be asked.

    Args:
        runs: newest first.
    """
    alike = [
        other
        for other in runs
        if other.run_id < run.run_id
        and other.dataset == run.dataset
        and other.architecture.layers == run.architecture.layers
        and other.architecture.input_shape == run.architecture.input_shape
        and other.status in ("finished", "stopped")
        and other.test_accuracy is not None
    ]
    # Sorting keeps the order of equals, which is newest first.
    alike.sort(key=lambda other: (other.settings.own_drawings, bool(_unlike(run, other))))
    return next(iter(alike), None)


def earlier_words(run: Run, other: Run) -> str:
    """What an earlier run is, beside this one: "L1, trained without your drawings; it had 3 epochs"."""
    how = "with fewer or other drawings" if other.drawings else "without your drawings"
    if other.drawings and other.drawings == run.drawings:
        how = "with the same drawings"
    unlike = _unlike(run, other)
    return f"{other.name}, trained {how}" + (f"; it had {', '.join(unlike)}" if unlike else "")


def _unlike(run: Run, other: Run) -> list[str]:
    """Settings of the other run in which the two differ, in words, but for the seed and the drawings."""
    mine, theirs = run.settings.model_dump(), other.settings.model_dump()
    said = []
    for name, value in theirs.items():
        if name in _ANYWAY or mine[name] == value:
            continue
        validation = name.startswith("validation_")
        words = (
            validation_words(theirs["validation_split"], theirs["validation_data"])
            if validation
            else setting_words(name, value)
        )
        said += [words] if words not in said else []
    return said


def to_evaluation(score: DrawingScore) -> dict[str, Any]:
    """For the evaluation that the store keeps."""
    kept: dict[str, Any] = {"right": score.right, "images": score.images}
    if score.before is not None:
        kept["before"] = {"run_id": score.before_run, "right": score.before, "words": score.before_words}
    return kept


def drawing_score(run: Run) -> DrawingScore | None:
    """The run's score on the test drawings; None where it has none that this version can read."""
    kept: Any = (run.evaluation or {}).get(KEY)
    try:
        before = kept.get("before") or {}
        right = None if "right" not in before else int(before["right"])
        return DrawingScore(
            int(kept["right"]), int(kept["images"]), right, str(before.get("run_id", "")), str(before.get("words", ""))
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def drawing_score_words(score: DrawingScore) -> str:
    """ "6 of 10 before → 9 of 10", or only "9 of 10"."""
    now = f"{score.right:,} of {score.images:,}"
    return now if score.before is None else f"{score.before:,} of {score.images:,} before → {now}"


def drawing_score_detail(score: DrawingScore) -> str:
    """What the numbers are of, and how much they prove."""
    words = ["Correctly classified, and never trained on."]
    if score.before is not None:
        words.append(f"Before: {score.before_words}.")
    else:
        words.append("There is no earlier run of this network to compare with.")
    if score.images < FEW:
        words.append("With so few drawings, a difference of one or two can be chance.")
    return " ".join(words)


def drawings_file(run: Run) -> str:
    """The name of the `.npz` file with the drawings that the run took with it; empty where it took none."""
    return f"drawings-{run.run_id}.npz" if run.drawings else ""


def drawings_words(run: Run) -> str:
    """What the run took with it: "24 own drawings added, 8 only test (fingerprint 3fa9…)"; empty where nothing."""
    kept = run.drawings
    if kept is None:
        return ""
    count = "1 own drawing" if kept.train == 1 else f"{kept.train:,} own drawings"
    return f"{count} added, {kept.test:,} only {'tests' if kept.test == 1 else 'test'} (fingerprint {kept.fingerprint})"
