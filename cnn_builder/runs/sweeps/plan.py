"""What a sweep is: what varies, its budget, how it searches, and its candidates."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from cnn_builder.architecture import Architecture
from cnn_builder.runs.errors import SweepError
from cnn_builder.runs.models import RunSettings
from cnn_builder.runs.results.best_epoch import chosen_by_validation
from cnn_builder.runs.sweeps.variables import Variable, check_variables

GRID, RANDOM, HALVING = "grid", "random", "halving"
SEARCHES = (GRID, RANDOM, HALVING)
MOST_RUNS = 200
MOST_COMBINATIONS = 10_000
"""Of a grid: each is traced, in about 0.2 ms."""


@dataclass(frozen=True)
class SweepPlan:
    """What is asked of a sweep.

    Args:
        runs: the most that are made.
        search: "grid" takes the combinations that are within the budget, "random" draws them, "halving" draws them and
            stops on the way those that are not among the better half.
        max_params, max_macs: of a candidate's network, MACs for one image; None for any number.
        minutes: of training, all runs together; None for any number.
        seed: of the draw.
    """

    variables: tuple[Variable, ...]
    runs: int
    search: str = GRID
    max_params: int | None = None
    max_macs: int | None = None
    minutes: float | None = None
    seed: int = 0

    @property
    def combinations(self) -> int:
        """How many there are of all values."""
        return math.prod(len(variable.values) for variable in self.variables)

    def to_json(self) -> str:
        """As the store keeps it."""
        variables = [[one.path, list(one.values)] for one in self.variables]
        return json.dumps({**self.__dict__, "variables": variables}, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "SweepPlan":
        """Raises ValueError, KeyError or TypeError for what `to_json` did not write."""
        data = json.loads(text)
        variables = tuple(Variable(path, tuple(values)) for path, values in data.pop("variables"))
        return cls(variables, **data)


@dataclass(frozen=True)
class Candidate:
    """One combination of values, and what they make of the network and its training. `values`: path → value."""

    values: dict[str, Any]
    architecture: Architecture
    settings: RunSettings
    total_params: int
    total_macs: int


@dataclass(frozen=True)
class SweepRun:
    """A candidate as the store has it. `stopped` says why the sweep stopped its run; None where it did not."""

    number: int
    run_id: str
    values: dict[str, Any]
    total_params: int
    total_macs: int
    stopped: str | None = None


@dataclass(frozen=True)
class Sweep:
    """A sweep as the store has it: what it started from, its plan, and its candidates in their order.

    `over_budget` of the combinations were beyond the budget, `unfit` cannot be trained; neither were made.
    """

    sweep_id: str
    name: str
    created: float
    dataset: str
    architecture: Architecture
    settings: RunSettings
    plan: SweepPlan
    over_budget: int
    unfit: int
    candidates: Sequence[SweepRun] = ()

    def with_candidates(self, candidates: Sequence[SweepRun]) -> "Sweep":
        """With these in place of its own."""
        return replace(self, candidates=tuple(candidates))


def check_plan(architecture: Architecture, settings: RunSettings, plan: SweepPlan) -> None:
    """Raise SweepError for a plan that cannot be carried out."""
    check_variables(architecture, settings, plan.variables)
    if plan.search not in SEARCHES:
        raise SweepError(f"search: expected {', '.join(SEARCHES)}, received {plan.search!r}.")
    limits: tuple[tuple[str, float | None, float], ...] = (
        ("runs", plan.runs, MOST_RUNS),
        ("most parameters", plan.max_params, 10**12),
        ("most MACs", plan.max_macs, 10**15),
        ("minutes", plan.minutes, 100_000),
    )
    for name, value, most in limits:
        if value is not None and not 0 < value <= most:
            raise SweepError(f"{name}: expected a number above 0, at most {most:,}, received {value:,}.")
    if not 0 <= plan.seed < 2**31:
        raise SweepError(f"search seed: expected a whole number from 0 to {2**31 - 1}, received {plan.seed}.")
    if plan.search == GRID and plan.combinations > MOST_COMBINATIONS:
        raise SweepError(
            f"The grid has {plan.combinations:,} combinations: expected at most {MOST_COMBINATIONS:,}. "
            "Name fewer values, or search at random."
        )
    if plan.search == HALVING and not chosen_by_validation(settings):
        raise SweepError(
            "Successive halving goes by the validation accuracy: expected a validation split above 0. "
            "Set one, or use grid or random."
        )
    if plan.search == HALVING and any(one.path in _COMPARABLE for one in plan.variables):
        raise SweepError(
            "Successive halving compares validation accuracies after the same epochs: expected settings other than "
            f"{', '.join(_COMPARABLE)}. Use grid or random."
        )


_COMPARABLE = ("epochs", "validation_split", "validation_data", "train_limit")
"""Settings that candidates have to share for their validation accuracies to be compared on the way."""
