"""What a run is: the request, what happened, and one row of its metrics."""

from dataclasses import dataclass
from typing import Any

from cnn_builder.architecture import Architecture
from cnn_builder.runs.run_settings import OPTIMIZERS, RunSettings

__all__ = ["ACTIVE", "ENDED", "OPTIMIZERS", "STATUSES", "WORKING", "Metric", "Run", "RunSettings"]

WORKING = ("starting", "running", "stopping")
ACTIVE = ("queued", *WORKING)
ENDED = ("finished", "stopped", "crashed", "interrupted", "diverged")
STATUSES = (*ACTIVE, *ENDED)
RESUMABLE = ("stopped", "crashed", "interrupted")


@dataclass(frozen=True, slots=True)
class Metric:
    """One row of a run's metrics.

    kind "step": the mean of the last steps, `seconds` since fit began; kind "epoch": the epoch's, `seconds` it took.
    `epoch` and `step` (over all epochs) count from 1. A value that is not finite is None. The store gives `seq`.
    """

    epoch: int
    step: int
    kind: str
    loss: float | None
    accuracy: float | None
    val_loss: float | None = None
    val_accuracy: float | None = None
    seconds: float | None = None
    seq: int = 0


@dataclass(frozen=True)
class Run:
    """A run as the store has it. Times are unix seconds; `pid_started` is in the launching machine's own measure."""

    run_id: str
    name: str
    status: str
    reason: str | None
    dataset: str
    architecture: Architecture
    settings: RunSettings
    total_params: int
    created: float
    started: float | None = None
    ended: float | None = None
    step: int = 0
    total_steps: int | None = None
    epoch: int = 0
    beats: int = 0
    pid: int | None = None
    pid_started: float | None = None
    boot: str | None = None
    best_epoch: int | None = None
    test_loss: float | None = None
    test_accuracy: float | None = None
    seconds: float | None = None
    evaluation: dict[str, Any] | None = None
    notes: str = ""
    tags: tuple[str, ...] = ()
    cut: int = 0
    """The last `seq` given before the run was resumed: metrics read until then may be gone, read them all again."""

    @property
    def is_active(self) -> bool:
        """Whether it is queued or at work."""
        return self.status in ACTIVE

    @property
    def can_resume(self) -> bool:
        """Whether it ended on the way, so that it can go on from its last checkpoint."""
        return self.status in RESUMABLE
