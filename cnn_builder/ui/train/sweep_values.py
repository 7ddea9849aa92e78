"""Between the fields of a sweep and its plan."""

from collections.abc import Sequence
from typing import Any

from cnn_builder.architecture import Architecture
from cnn_builder.runs import SweepError
from cnn_builder.runs.settings import OPTIMIZERS
from cnn_builder.runs.sweeps.plan import SweepPlan
from cnn_builder.runs.sweeps.variables import REPEAT, Variable, parse_values, typed_value
from cnn_builder.ui.train.run_state import SweepForm


def suggested_values(path: str, value: Any, options: Sequence[str] = ()) -> str:
    """Values to begin with: the present one and its neighbours, as text.

    Args:
        value: the present one, as JSON has it.
        options: the words that the setting takes.
    """
    return ", ".join(typed_value(one) for one in _suggested(path, value, options))


def _suggested(path: str, value: Any, options: Sequence[str]) -> list[Any]:
    if path.endswith(f".{REPEAT}"):
        return [1, 2]
    if path == "seed":
        return [value, value + 1, value + 2]
    if isinstance(value, bool):
        return [value, not value]
    if isinstance(value, int):
        return [value, value + 1] if value < 2 else [value // 2, value, value * 2]
    if isinstance(value, float):
        return [float(f"{value * factor:.2g}") for factor in (0.3, 1, 3)] if value else [0.0, 0.1]
    if isinstance(value, list | tuple) and len(value) == 2:
        return [side if side == value[1] else list(value) for side in value[:1]] + [max(value) + 2]
    others = [one for one in (OPTIMIZERS if path == "optimizer" else options) if one != value]
    return [value, *others[:1]]


def layer_options(architecture: Architecture, path: str) -> Sequence[str]:
    """The words that a layer's setting takes; none where it takes no words."""
    parts = path.split(".")
    if parts[0] != "layers" or not parts[1].isdigit() or int(parts[1]) >= len(architecture.layers):
        return ()
    kind = type(architecture.layers[int(parts[1])]).kinds().get(parts[2])
    return kind.control(parts[2], parts[2]).options if kind else ()


def read_variables(form: SweepForm) -> tuple[tuple[Variable, ...], dict[str, str]]:
    """What varies, and what is wrong with the text of a path's values, by path."""
    variables, wrong = [], {}
    for path in form.paths:
        try:
            variables.append(Variable(path, parse_values(path, form.texts.get(path, ""))))
        except SweepError as error:
            wrong[path] = str(error).removeprefix(f"{path}: ")
    return tuple(variables), wrong


def sweep_plan(form: SweepForm, variables: tuple[Variable, ...]) -> SweepPlan:
    """The plan that the fields ask for. Raises SweepError where the number of runs is missing."""
    if form.runs is None:
        raise SweepError("runs: expected a number above 0, received nothing.")
    return SweepPlan(variables, form.runs, form.search, form.max_params, form.max_macs, form.minutes)
