"""How a network is trained: every setting with its range, and which settings go together."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from cnn_builder.architecture.optimizers import Optimizer
from cnn_builder.limits import MAX_BATCH_SIZE, MAX_EPOCHS
from cnn_builder.runs.errors import RunSettingsError
from cnn_builder.runs.settings.combinations import conflicts

_Schedule = Literal["constant", "cosine", "step", "exponential"]
_Monitor = Literal["val_loss", "val_accuracy"]
_Precision = Literal["float32", "mixed_bfloat16"]
OPTIMIZERS: tuple[str, ...] = get_args(Optimizer)
"""The optimizers, by Keras' names."""
SCHEDULES: tuple[str, ...] = get_args(_Schedule)
MONITORS: tuple[str, ...] = get_args(_Monitor)
PRECISIONS: tuple[str, ...] = get_args(_Precision)


@dataclass(frozen=True)
class About:
    """The values a setting takes, for error messages, and its help text."""

    expected: str
    help: str


ABOUT: dict[str, About] = {
    "epochs": About(f"a whole number from 1 to {MAX_EPOCHS}", "Passes over all training images."),
    "batch_size": About(f"a whole number from 1 to {MAX_BATCH_SIZE}", "Images per training step."),
    "optimizer": About(f"one of {', '.join(OPTIMIZERS)}", "The algorithm that updates the weights from the gradients."),
    "learning_rate": About("a number above 0, at most 10", "The size of each update. 0.001 is a good start for Adam."),
    "validation_split": About(
        "a number from 0 to below 1", "The fraction of the training images held out for validation, taken from the end."
    ),
    "validation_data": About(
        "split or test", "Where the validation images come from: a split of the training images, or the test images."
    ),
    "train_limit": About("a whole number from 1, or none", "Use only the first N training images; empty uses all."),
    "test_limit": About(
        "a whole number from 1, or none",
        "Use only the first N test images; empty uses all. They give the test accuracy.",
    ),
    "seed": About("a whole number from 0 to 2147483647", "The same seed gives the same initial weights."),
    "momentum": About("a number from 0 to below 1", "The fraction of the previous update that is added to the next."),
    "nesterov": About("true or false", "Use Nesterov momentum."),
    "beta_1": About("a number from 0 to below 1, or none", "Decay rate of the running mean of the gradients."),
    "beta_2": About("a number from 0 to below 1, or none", "Decay rate of the running mean of the squared gradients."),
    "rho": About("a number from 0 to below 1, or none", "Decay rate of the running mean of the squared gradients."),
    "epsilon": About("a number above 0, at most 1, or none", "A small constant that avoids division by zero."),
    "amsgrad": About(
        "true or false", "Use the AMSGrad variant, which keeps the maximum of the squared-gradient means."
    ),
    "weight_decay": About(
        "a number from 0 to 1, or none",
        "The fraction by which the weights shrink at each step, times the learning rate.",
    ),
    "clipnorm": About("a number above 0, or none", "The maximum norm of the gradient of each weight tensor."),
    "clipvalue": About("a number above 0, or none", "The maximum absolute value of any gradient element."),
    "global_clipnorm": About("a number above 0, or none", "The maximum norm of all gradients together."),
    "schedule": About(f"one of {', '.join(SCHEDULES)}", "How the learning rate changes during training."),
    "warmup_epochs": About(
        f"a number from 0 to {MAX_EPOCHS}", "Epochs over which the learning rate rises from 0; 0 for no warm-up."
    ),
    "final_fraction": About(
        "a number from 0 to 1", "The final learning rate of the cosine schedule, as a fraction of the initial one."
    ),
    "decay_epochs": About(
        f"a number above 0, at most {MAX_EPOCHS}",
        "Epochs after which the learning rate is multiplied by the decay rate.",
    ),
    "decay_rate": About("a number above 0, at most 1", "The factor by which the learning rate is multiplied."),
    "l2": About(
        "a number from 0 to 10",
        "L2 regularization: this factor times the sum of all squared kernel weights is added to the loss.",
    ),
    "label_smoothing": About(
        "a number from 0 to below 1",
        "The fraction of each label that is spread over all classes; the losses shown include it.",
    ),
    "class_weight": About(
        "balanced, or a list with a number of at least 0 for each class, not all 0, or none",
        "The weight of each class in the loss; balanced gives rare classes a larger weight.",
    ),
    "early_stopping": About(
        f"a whole number from 1 to {MAX_EPOCHS}, or none",
        "Patience: end the training after this many epochs without improvement.",
    ),
    "reduce_on_plateau": About(
        f"a whole number from 1 to {MAX_EPOCHS}, or none",
        "Patience: reduce the learning rate after this many epochs without improvement.",
    ),
    "plateau_factor": About("a number above 0, below 1", "The factor by which the learning rate is then multiplied."),
    "min_delta": About("a number from 0 to 10", "The smallest change that counts as an improvement."),
    "monitor": About(f"one of {', '.join(MONITORS)}", "The metric that is monitored."),
    "shuffle": About("true or false", "Shuffle the training images before each epoch."),
    "own_drawings": About(
        "true or false",
        "Add the drawings you saved with their labels to the training images. One in four is kept back as a test "
        "drawing; validation and test images stay as they are.",
    ),
    "deterministic": About(
        "true or false", "Use deterministic operations, so that runs repeat exactly; this may be slower."
    ),
    "precision": About(
        f"one of {', '.join(PRECISIONS)}",
        "mixed_bfloat16 computes in bfloat16, which is faster on some processors; weights and metrics stay float32.",
    ),
}
"""Every setting, in the order in which it is listed."""


def _class_weight(value: Any) -> Any:
    """JSON has lists, and a setting that never changes is a tuple."""
    return tuple(value) if isinstance(value, list) else value


_Share = Annotated[float, Field(ge=0, lt=1)]
_Limit = Annotated[float, Field(gt=0)]
_Patience = Annotated[int, Field(ge=1, le=MAX_EPOCHS)]
_Weights = Annotated[tuple[Annotated[float, Field(ge=0)], ...], Field(min_length=1)]


class RunSettings(BaseModel):
    """How to train, in Keras' names and defaults. An option that is None takes its optimizer's own default.

    Raises RunSettingsError, which names the field, what was expected and what was received.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    epochs: int = Field(5, ge=1, le=MAX_EPOCHS)
    batch_size: int = Field(32, ge=1, le=MAX_BATCH_SIZE)
    optimizer: Optimizer = "Adam"
    learning_rate: float = Field(0.001, gt=0, le=10)
    validation_split: float = Field(0.1, ge=0, lt=1)
    validation_data: Literal["split", "test"] = "split"
    train_limit: int | None = Field(None, ge=1)
    test_limit: int | None = Field(None, ge=1)
    seed: int = Field(0, ge=0, le=2**31 - 1)
    # The optimizer's options
    momentum: _Share = 0.0
    nesterov: bool = False
    beta_1: _Share | None = None
    beta_2: _Share | None = None
    rho: _Share | None = None
    epsilon: float | None = Field(None, gt=0, le=1)
    amsgrad: bool = False
    weight_decay: float | None = Field(None, ge=0, le=1)
    clipnorm: _Limit | None = None
    clipvalue: _Limit | None = None
    global_clipnorm: _Limit | None = None
    # The learning rate over time
    schedule: _Schedule = "constant"
    warmup_epochs: float = Field(0.0, ge=0, le=MAX_EPOCHS)
    final_fraction: float = Field(0.0, ge=0, le=1)
    decay_epochs: float = Field(1.0, gt=0, le=MAX_EPOCHS)
    decay_rate: float = Field(0.5, gt=0, le=1)
    # The loss
    l2: float = Field(0.0, ge=0, le=10)
    label_smoothing: _Share = 0.0
    class_weight: Annotated[Literal["balanced"] | _Weights | None, BeforeValidator(_class_weight)] = None
    # When to stop, and when to go slower
    early_stopping: _Patience | None = None
    reduce_on_plateau: _Patience | None = None
    plateau_factor: float = Field(0.1, gt=0, lt=1)
    min_delta: float = Field(0.0, ge=0, le=10)
    monitor: _Monitor = "val_loss"
    # The images
    shuffle: bool = True
    own_drawings: bool = False
    deterministic: bool = False
    # How it is computed
    precision: _Precision = "float32"

    def __init__(self, **settings: Any) -> None:
        try:
            super().__init__(**settings)
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0])
            expected = ABOUT[name].expected if name in ABOUT else f"only {', '.join(ABOUT)}"
            raise RunSettingsError(name, expected, settings.get(name, first["input"])) from error
        for conflict in conflicts(dict(self)):
            raise RunSettingsError(conflict.field, conflict.expected, getattr(self, conflict.field))


def field_errors(values: dict[str, Any]) -> dict[str, RunSettingsError]:
    """The error of each invalid field of the requested settings, by name; empty where all are valid."""
    wrong: dict[str, RunSettingsError] = {}
    left = dict(values)
    while True:
        try:
            RunSettings(**left)
        except RunSettingsError as error:
            wrong[error.field] = error
            del left[error.field]  # the default takes its place, so that the others can be checked
        else:
            return wrong
