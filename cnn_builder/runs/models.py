"""What a run is: the request, what happened, and one row of its metrics."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cnn_builder.architecture import Architecture
from cnn_builder.runs.errors import RunSettingsError

WORKING = ("starting", "running", "stopping")
ACTIVE = ("queued", *WORKING)
ENDED = ("finished", "stopped", "crashed", "interrupted", "diverged")
STATUSES = (*ACTIVE, *ENDED)
OPTIMIZERS = ("Adam", "SGD", "RMSprop", "AdamW")

_EXPECTED = {
    "epochs": "a whole number from 1 to 10000",
    "batch_size": "a whole number from 1 to 8192",
    "optimizer": f"one of {', '.join(OPTIMIZERS)}",
    "learning_rate": "a number above 0, at most 10",
    "validation_split": "a number from 0 to below 1",
    "validation_data": "split or test",
    "train_limit": "a whole number from 1 on, or none",
    "test_limit": "a whole number from 1 on, or none",
    "seed": "a whole number from 0 to 2147483647",
}


class RunSettings(BaseModel):
    """How to train. Raises RunSettingsError, which names the field, what was expected and what was received."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    epochs: int = Field(5, ge=1, le=10_000)
    batch_size: int = Field(32, ge=1, le=8192)
    optimizer: Literal["Adam", "SGD", "RMSprop", "AdamW"] = "Adam"
    learning_rate: float = Field(0.001, gt=0, le=10)
    validation_split: float = Field(0.1, ge=0, lt=1)
    validation_data: Literal["split", "test"] = "split"
    train_limit: int | None = Field(None, ge=1)
    test_limit: int | None = Field(None, ge=1)
    seed: int = Field(0, ge=0, le=2**31 - 1)

    def __init__(self, **settings: Any) -> None:
        try:
            super().__init__(**settings)
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0])
            expected = _EXPECTED.get(name, f"only {', '.join(_EXPECTED)}")
            raise RunSettingsError(name, expected, first["input"]) from error


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

    @property
    def is_active(self) -> bool:
        """Whether it is queued or at work."""
        return self.status in ACTIVE
