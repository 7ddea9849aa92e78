"""The learning rate in force at each moment of a run: what was asked for, what was changed on the way, the schedule."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnn_builder.runs.models import Metric, Run
from cnn_builder.runs.settings.lr_schedule import factors
from cnn_builder.runs.store.events import LEARNING_RATE, RESUMED, Event


@dataclass(frozen=True)
class RateInForce:
    """`base` is what the schedule multiplies: the settings' learning rate, or the one it was changed to; `factor` is
    the schedule's, 1 without one."""

    base: float
    factor: float

    @property
    def rate(self) -> float:
        return self.base * self.factor


def rate_changes(events: Sequence[Event]) -> list[Event]:
    """The changes of the learning rate on the way, in the order of their steps."""
    found = [event for event in events if event.kind == LEARNING_RATE and event.value is not None]
    return sorted(found, key=lambda event: event.step)


def resumes(events: Sequence[Event]) -> list[Event]:
    """The times that the run went on after an end."""
    return [event for event in events if event.kind == RESUMED]


def rate_in_force(run: Run, events: Sequence[Event], asked: float | None = None) -> RateInForce:
    """The learning rate of the next step. `asked`: the rate last requested; a run that waits begins with it."""
    base = _base(run, rate_changes(events), run.step)
    if asked is not None and not run.step and run.is_active:
        base = asked
    return RateInForce(base, float(_factors(run, np.array([run.step]))[0]))


def rates_of(run: Run, metrics: Sequence[Metric], events: Sequence[Event]) -> list[float]:
    """The learning rate of the last step of each row."""
    if not metrics:
        return []
    told = rate_changes(events)
    before = np.array([row.step - 1 for row in metrics])  # steps done when the row's last step was taken
    bases = np.array([_base(run, told, step) for step in before.tolist()]) if told else run.settings.learning_rate
    return [float(f"{rate:.9g}") for rate in (bases * _factors(run, before)).tolist()]


def _base(run: Run, told: Sequence[Event], done: int) -> float:
    earlier = [event.value for event in told if event.step <= done and event.value is not None]
    return earlier[-1] if earlier else run.settings.learning_rate


def _factors(run: Run, steps: np.ndarray) -> np.ndarray:
    per_epoch = round((run.total_steps or 0) / run.settings.epochs)
    return factors(run.settings, np.maximum(steps, 0), per_epoch) if per_epoch else np.ones(len(steps))
