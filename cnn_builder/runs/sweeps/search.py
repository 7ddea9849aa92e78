"""Which candidates a sweep tries. The trace decides on the budget, so nothing beyond it is ever built.

The draw is Optuna's random sampler; a grid needs none, its combinations are counted one by one.
Source: T. Akiba et al., "Optuna: A next-generation hyperparameter optimization framework", KDD 2019.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from cnn_builder.architecture import Architecture, trace
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import DatasetInfo
from cnn_builder.runs.errors import SweepError
from cnn_builder.runs.models import RunSettings
from cnn_builder.runs.settings.checks import check_request
from cnn_builder.runs.sweeps.plan import GRID, Candidate, SweepPlan, check_plan
from cnn_builder.runs.sweeps.variables import with_values

MOST_DRAWS = 20_000
"""Of a random search: a budget that hardly anything keeps must not draw for ever."""

_Choice = tuple[int, ...]  # the place of a candidate's value among each variable's values


@dataclass(frozen=True)
class Proposal:
    """What a plan comes to.

    `over_budget` combinations are beyond the budget, `unfit` cannot be trained, for the reason `unfit_reason` (of the
    first) says; `left` would have been within the budget but are more than the runs asked for.
    """

    candidates: tuple[Candidate, ...]
    over_budget: int
    unfit: int
    unfit_reason: str
    left: int


def propose(
    architecture: Architecture, settings: RunSettings, info: DatasetInfo, plan: SweepPlan, memory_limit: int
) -> Proposal:
    """The candidates of a plan, at most `plan.runs`. Of a grid every combination is counted.

    Args:
        architecture, settings: those the sweep starts from.
        memory_limit: bytes a run's training may need.

    Raises SweepError where the plan is refused, or nothing is left to train.
    """
    check_plan(architecture, settings, plan)
    kept: list[tuple[_Choice, Candidate]] = []
    over = unfit = left = 0
    reason = ""
    for choice in _order(plan):
        values = {one.path: one.values[place] for one, place in zip(plan.variables, choice, strict=True)}
        try:
            candidate = _traced(architecture, settings, values)
            if _is_over(candidate, plan):
                over += 1
                continue
            if len(kept) == plan.runs:
                left += 1
                continue
            _check(candidate, info, memory_limit)
        except CnnBuilderError as error:
            unfit += 1
            reason = reason or str(error)
            continue
        kept.append((choice, candidate))
        if plan.search != GRID and len(kept) == plan.runs:
            break
    if plan.search == GRID:
        kept.sort(key=lambda one: one[0])
    if not kept:
        raise SweepError(_nothing_left(over, unfit, reason))
    return Proposal(tuple(candidate for _, candidate in kept), over, unfit, reason, left)


def _traced(architecture: Architecture, settings: RunSettings, values: dict[str, Any]) -> Candidate:
    """Raises CnnBuilderError where the values exclude each other, or a layer does not fit."""
    network, trained = with_values(architecture, settings, values)
    traced = trace(network)
    if traced.error is not None:
        raise SweepError(traced.error.message)
    return Candidate(values, network, trained, traced.total_params, traced.total_macs)


def _is_over(candidate: Candidate, plan: SweepPlan) -> bool:
    limits = ((candidate.total_params, plan.max_params), (candidate.total_macs, plan.max_macs))
    return any(limit is not None and value > limit for value, limit in limits)


def _check(candidate: Candidate, info: DatasetInfo, memory_limit: int) -> None:
    """Raises SweepError where the candidate cannot be trained."""
    for problem in check_request(candidate.architecture, info, candidate.settings, memory_limit):
        if problem.blocks:
            raise SweepError(problem.message)


def _order(plan: SweepPlan) -> Iterator[_Choice]:
    """The combinations to look at, each once. A grid's are mixed, so that few runs take all values."""
    if plan.search != GRID:
        yield from _drawn(plan)
        return
    choices = list(product(*(range(len(one.values)) for one in plan.variables)))
    random.Random(plan.seed).shuffle(choices)
    yield from choices


def _drawn(plan: SweepPlan) -> Iterator[_Choice]:
    import optuna  # here, not above: only a search needs it

    # Places instead of values: a category of Optuna's is no list, and 1 and true would be the same one.
    space = {one.path: optuna.distributions.CategoricalDistribution(range(len(one.values))) for one in plan.variables}
    sampler = optuna.samplers.RandomSampler(seed=plan.seed)
    study, trial = _study_for(sampler)
    seen: set[_Choice] = set()
    for _ in range(MOST_DRAWS):
        if len(seen) == plan.combinations:
            return
        drawn = tuple(int(sampler.sample_independent(study, trial, path, one)) for path, one in space.items())
        if drawn not in seen:
            seen.add(drawn)
            yield drawn


def _study_for(sampler: Any) -> tuple[Any, Any]:
    """A study and a trial to draw for; one trial serves all draws, since the sampler keeps nothing of them."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)  # it would report on stderr
    study = optuna.create_study(sampler=sampler)
    study.ask()
    return study, study.trials[0]


def _nothing_left(over: int, unfit: int, reason: str) -> str:
    parts = []
    if over:
        parts.append(f"{over:,} of the combinations are beyond the budget")
    if unfit:
        parts.append(f"{unfit:,} cannot be trained (the first: {reason.rstrip('.')})")
    told = " and ".join(parts) or "no combination was drawn"
    mend = "Allow more parameters or MACs, or name other values" if over else "Name other values"
    return f"There is nothing to train: {told}. {mend}."
