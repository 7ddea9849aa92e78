"""How a network is trained: every setting with its range, and which settings go together."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from cnn_builder.runs.combinations import conflicts
from cnn_builder.runs.errors import RunSettingsError

OPTIMIZERS = ("Adam", "SGD", "RMSprop", "AdamW", "Lion", "Adagrad", "Nadam", "Adamax")
SCHEDULES = ("constant", "cosine", "step", "exponential")
MONITORS = ("val_loss", "val_accuracy")
PRECISIONS = ("float32", "mixed_bfloat16")


@dataclass(frozen=True)
class About:
    """What a setting takes, for errors, and what it does, for people."""

    expected: str
    help: str


ABOUT: dict[str, About] = {
    "epochs": About("a whole number from 1 to 10000", "Times through all training images."),
    "batch_size": About("a whole number from 1 to 8192", "Images per step of the optimizer."),
    "optimizer": About(f"one of {', '.join(OPTIMIZERS)}", "How a step follows from the gradient."),
    "learning_rate": About("a number above 0, at most 10", "How far each step goes. 0.001 is a good start for Adam."),
    "validation_split": About("a number from 0 to below 1", "The last share of the training images."),
    "validation_data": About("split or test", "Where the validation images come from."),
    "train_limit": About("a whole number from 1 on, or none", "The first so many; empty takes all."),
    "test_limit": About(
        "a whole number from 1 on, or none", "The first so many; empty takes all. They give the final score."
    ),
    "seed": About("a whole number from 0 to 2147483647", "The same seed starts from the same weights."),
    "momentum": About("a number from 0 to below 1", "How much of the last step is kept in the next."),
    "nesterov": About("true or false", "Looks ahead along the momentum before it corrects."),
    "beta_1": About("a number from 0 to below 1, or none", "How slowly the mean of the gradients forgets."),
    "beta_2": About("a number from 0 to below 1, or none", "How slowly the mean of their squares forgets."),
    "rho": About("a number from 0 to below 1, or none", "How slowly the mean of the squared gradients forgets."),
    "epsilon": About("a number above 0, at most 1, or none", "Keeps the division from growing out of bounds."),
    "amsgrad": About("true or false", "Never lets a weight's step grow again."),
    "weight_decay": About("a number from 0 to 1, or none", "Shrinks all weights a little at each step."),
    "clipnorm": About("a number above 0, or none", "The most length each weight's gradient may have."),
    "clipvalue": About("a number above 0, or none", "The most any number of a gradient may be."),
    "global_clipnorm": About("a number above 0, or none", "The most length the whole gradient may have."),
    "schedule": About(f"one of {', '.join(SCHEDULES)}", "How the learning rate changes from epoch to epoch."),
    "warmup_epochs": About("a number from 0 to 10000", "Epochs in which the rate rises from 0; 0 leaves it out."),
    "final_fraction": About("a number from 0 to 1", "Where the cosine ends, as a share of the learning rate."),
    "decay_epochs": About("a number above 0, at most 10000", "Epochs after which the rate is multiplied."),
    "decay_rate": About("a number above 0, at most 1", "What the rate is multiplied by."),
    "l2": About("a number from 0 to 10", "Adds this times the sum of all squared kernel weights to the loss."),
    "label_smoothing": About(
        "a number from 0 to below 1", "Share of each label that is spread over all classes, in the losses shown too."
    ),
    "class_weight": About(
        "balanced, or a list with a number from 0 on for each class, not all 0, or none",
        "How much an image of each class counts in the loss; balanced makes rare classes count more.",
    ),
    "early_stopping": About("a whole number from 1 to 10000, or none", "Epochs to wait for something better."),
    "reduce_on_plateau": About("a whole number from 1 to 10000, or none", "Epochs to wait before the rate is lowered."),
    "plateau_factor": About("a number above 0, below 1", "What the rate is then multiplied by."),
    "min_delta": About("a number from 0 to 10", "How much better it has to be to count."),
    "monitor": About(f"one of {', '.join(MONITORS)}", "What is watched."),
    "shuffle": About("true or false", "A new order of the images in each epoch."),
    "deterministic": About("true or false", "The same bits each time, where that costs speed too."),
    "precision": About(
        f"one of {', '.join(PRECISIONS)}",
        "mixed_bfloat16 trains with shorter numbers, faster on some processors; weights and scores stay float32.",
    ),
}
"""Every setting, in the order in which it is told."""


def _class_weight(value: Any) -> Any:
    """JSON has lists, and a setting that never changes is a tuple."""
    return tuple(value) if isinstance(value, list) else value


_Share = Annotated[float, Field(ge=0, lt=1)]
_Limit = Annotated[float, Field(gt=0)]
_Patience = Annotated[int, Field(ge=1, le=10_000)]
_Weights = Annotated[tuple[Annotated[float, Field(ge=0)], ...], Field(min_length=1)]


class RunSettings(BaseModel):
    """How to train, in Keras' names and defaults. An option that is None takes its optimizer's own default.

    Raises RunSettingsError, which names the field, what was expected and what was received.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    epochs: int = Field(5, ge=1, le=10_000)
    batch_size: int = Field(32, ge=1, le=8192)
    optimizer: Literal["Adam", "SGD", "RMSprop", "AdamW", "Lion", "Adagrad", "Nadam", "Adamax"] = "Adam"
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
    schedule: Literal["constant", "cosine", "step", "exponential"] = "constant"
    warmup_epochs: float = Field(0.0, ge=0, le=10_000)
    final_fraction: float = Field(0.0, ge=0, le=1)
    decay_epochs: float = Field(1.0, gt=0, le=10_000)
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
    monitor: Literal["val_loss", "val_accuracy"] = "val_loss"
    # The images
    shuffle: bool = True
    deterministic: bool = False
    # How it is computed
    precision: Literal["float32", "mixed_bfloat16"] = "float32"

    def __init__(self, **settings: Any) -> None:
        try:
            super().__init__(**settings)
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0])
            expected = ABOUT[name].expected if name in ABOUT else f"only {', '.join(ABOUT)}"
            raise RunSettingsError(name, expected, settings.get(name, first["input"])) from error
        for conflict in conflicts(self):
            raise RunSettingsError(conflict.field, conflict.expected, getattr(self, conflict.field))


def field_errors(values: dict[str, Any]) -> dict[str, RunSettingsError]:
    """What is wrong with each field of wanted settings, by name; empty where they can be had."""
    wrong: dict[str, RunSettingsError] = {}
    left = dict(values)
    while True:
        try:
            RunSettings(**left)
        except RunSettingsError as error:
            wrong[error.field] = error
            del left[error.field]  # the default stands in for it, so that the others can be judged
        else:
            return wrong
