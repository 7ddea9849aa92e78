"""What happened to a run besides its metrics, and what its worker is asked to do."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cnn_builder.runs.models import Metric

LEARNING_RATE, RESUMED, NOTE = "learning_rate", "resumed", "note"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, for the curve to mark and the page to tell.

    kind "learning_rate": changed to `value` after `step`; "resumed": goes on from `step`; "note": `text` says what.
    `step` and `epoch` are where training was, 0 before the first; `at` is in unix seconds, given by the store.
    """

    kind: str
    step: int
    epoch: int
    value: float | None = None
    text: str = ""
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What the worker of a run is asked to do. `rates` counts the requests of a learning rate, so that each is new.

    `worker` names the process that has the run: where that is another one by now, this one is to leave it alone; None
    of a run that is gone.
    """

    stop: bool = False
    learning_rate: float | None = None
    rates: int = 0
    worker: tuple[int | None, str | None] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class ResumePoint:
    """Where a run goes on: what of its curve its checkpoint knows of.

    Args:
        step, epoch: the last step trained, over all epochs, and its epoch, both from 1; 0 before the first.
        epochs_done: how many epochs are complete.
        seconds: how long it has trained.
        pending: rows up to `step` that the store may not have yet.
    """

    step: int = 0
    epoch: int = 0
    epochs_done: int = 0
    seconds: float = 0.0
    pending: Sequence[Metric] = ()
