"""What a run is: the request, what happened, and one row of its metrics."""

from dataclasses import dataclass
from typing import Any

from cnn_builder.architecture import Architecture
from cnn_builder.runs.settings import OPTIMIZERS, RunSettings

__all__ = [
    "ACTIVE",
    "ENDED",
    "NO_DATASET",
    "OPTIMIZERS",
    "STATUSES",
    "WORKING",
    "AnyRun",
    "Imported",
    "Metric",
    "Run",
    "RunDrawings",
    "RunSettings",
    "UnreadableRun",
]

WORKING = ("starting", "running", "stopping")
ACTIVE = ("queued", *WORKING)
"""The statuses of a run that has not ended."""
ENDED = ("finished", "stopped", "crashed", "interrupted", "diverged")
"""The statuses that a run can end with."""
STATUSES = (*ACTIVE, *ENDED)
"""Every status."""
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
class RunDrawings:
    """The user's own drawings that a run took with it: how many train, how many only test, and their fingerprint.

    The drawings themselves are in the store, as they were when the run was requested.
    """

    train: int
    test: int
    fingerprint: str


@dataclass(frozen=True)
class Imported:
    """The file that an imported run's model comes from: its name, its SHA-256, and the Keras that wrote it or ""."""

    file: str
    sha256: str
    keras_version: str = ""

    @property
    def words(self) -> str:
        """ "imported from model.keras (Keras 3.15.1)"."""
        return f"imported from {self.file}" + (f" (Keras {self.keras_version})" if self.keras_version else "")


NO_DATASET = ""
"""The data set of a run that was imported without one."""


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
    drawings: RunDrawings | None = None
    cut: int = 0
    """The last `seq` given before the run was resumed: metrics read until then may be gone, read them all again."""
    imported: Imported | None = None
    """Where its model comes from, when it was not trained here: then its settings say nothing."""
    device: str | None = None
    """What trains it, as `runs.device` names it; None before it has begun, and of runs before this was kept."""
    owner: str | None = None
    """Id of who it belongs to; None: whoever runs the machine."""

    @property
    def origin(self) -> str:
        """ "trained" or "imported"."""
        return "trained" if self.imported is None else "imported"

    @property
    def is_active(self) -> bool:
        """Whether it is queued or at work."""
        return self.status in ACTIVE

    @property
    def can_resume(self) -> bool:
        """Whether it ended on the way, so that it can go on from its last checkpoint."""
        return self.status in RESUMABLE


@dataclass(frozen=True)
class UnreadableRun:
    """A run whose network, settings or results this version cannot read, such as one of a newer version.

    It has what it takes to list it, to see whether its worker lives, to stop and to delete it. `problem` says in one
    line what cannot be read; the other fields are those of `Run`.
    """

    run_id: str
    name: str
    status: str
    reason: str | None
    dataset: str
    total_params: int
    created: float
    problem: str
    test_accuracy: float | None = None
    seconds: float | None = None
    beats: int = 0
    pid: int | None = None
    pid_started: float | None = None
    boot: str | None = None

    @property
    def is_active(self) -> bool:
        """Whether it is queued or at work."""
        return self.status in ACTIVE


AnyRun = Run | UnreadableRun
"""A run as the store has it, whether this version can read it or not."""
