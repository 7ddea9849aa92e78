"""What came of a sweep: each candidate's run, the best of them, and the front of accuracy against cost."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from cnn_builder.runs.models import Run
from cnn_builder.runs.results.best_epoch import chosen_by_validation
from cnn_builder.runs.store import Store
from cnn_builder.runs.sweeps.plan import Sweep, SweepRun

Ranked = TypeVar("Ranked")


@dataclass(frozen=True)
class Outcome:
    """A candidate with its run, None where that was deleted or cannot be read.

    `val_accuracy` is that of the epoch whose model was kept; None without one.
    """

    candidate: SweepRun
    run: Run | None
    val_accuracy: float | None

    @property
    def has_ended(self) -> bool:
        return self.run is None or not self.run.is_active

    @property
    def status(self) -> str:
        """The run's, or "deleted"."""
        return "deleted" if self.run is None else self.run.status


def outcomes(store: Store, sweep: Sweep) -> tuple[Outcome, ...]:
    """The candidates in their order, each with what is known of it now. Raises StoreError."""
    runs = store.runs_of(sweep)
    found = []
    for candidate in sweep.candidates:
        run = runs.get(candidate.run_id)
        readable = run if isinstance(run, Run) else None
        found.append(Outcome(candidate, readable, _kept_accuracy(store, readable)))
    return tuple(found)


def _kept_accuracy(store: Store, run: Run | None) -> float | None:
    if run is None or run.best_epoch is None:
        return None
    rows = store.metrics(run.run_id, kind="epoch")
    return next((row.val_accuracy for row in rows if row.epoch == run.best_epoch), None)


def best_outcome(sweep: Sweep, found: Iterable[Outcome]) -> Outcome | None:
    """The best of the runs that have ended with a score; of equals the one with the fewest parameters, then the first.

    By the validation accuracy, so that the test accuracy of the best stays independent; by the test accuracy only where
    no validation split was held out.
    """
    scored = [(score, one) for one in found if one.has_ended and (score := _score(sweep, one)) is not None]
    ranked = sorted(scored, key=lambda pair: (-pair[0], pair[1].candidate.total_params, pair[1].candidate.number))
    return ranked[0][1] if ranked else None


def best_by(sweep: Sweep) -> str:
    """The metric that names the best: "val_accuracy" or "test_accuracy"."""
    varied = {one.path for one in sweep.plan.variables}
    comparable = not varied & {"validation_split", "validation_data"}
    return "val_accuracy" if comparable and chosen_by_validation(sweep.settings) else "test_accuracy"


def _score(sweep: Sweep, one: Outcome) -> float | None:
    if one.run is None or one.run.test_accuracy is None:
        return None
    return one.val_accuracy if best_by(sweep) == "val_accuracy" else one.run.test_accuracy


def pareto_front(
    items: Sequence[Ranked], cost: Callable[[Ranked], float], score: Callable[[Ranked], float]
) -> tuple[Ranked, ...]:
    """The items that no other beats: each costs less than, or scores above, every other. The cheapest first."""
    front: list[Ranked] = []
    for item in sorted(items, key=lambda one: (cost(one), -score(one))):
        if not front or score(item) > score(front[-1]):
            front.append(item)
    return tuple(front)
