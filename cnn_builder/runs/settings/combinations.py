"""Which training settings go together, and which option belongs to which optimizer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_MOMENTS = ("beta_1", "beta_2")

OPTIMIZER_OPTIONS: dict[str, tuple[str, ...]] = {
    "Adam": (*_MOMENTS, "epsilon", "amsgrad"),
    "SGD": ("momentum", "nesterov"),
    "RMSprop": ("rho", "momentum", "epsilon"),
    "AdamW": (*_MOMENTS, "epsilon", "amsgrad"),
    "Lion": _MOMENTS,
    "Adagrad": ("epsilon",),
    "Nadam": (*_MOMENTS, "epsilon"),
    "Adamax": (*_MOMENTS, "epsilon"),
}
"""Keras' own options of each optimizer; weight decay and clipping are every one's."""

CLIPPING = ("clipnorm", "clipvalue", "global_clipnorm")
SCHEDULE_OPTIONS: dict[str, tuple[str, ...]] = {
    "constant": (),
    "cosine": ("final_fraction",),
    "step": ("decay_epochs", "decay_rate"),
    "exponential": ("decay_epochs", "decay_rate"),
}
_UNSET = (None, False, 0.0)


@dataclass(frozen=True)
class Conflict:
    """A field that does not go with another one, and what it would have to be."""

    field: str
    expected: str


def conflicts(settings: Mapping[str, Any]) -> Iterator[Conflict]:
    """Every field of `settings`, each in its own range, that another one rules out."""
    yield from _of_the_optimizer(settings)
    clips = [name for name in CLIPPING if settings[name] is not None]
    for name in clips[1:]:
        yield Conflict(name, f"none, since {clips[0]} is set and only one kind of clipping is possible")
    if settings["warmup_epochs"] >= settings["epochs"]:
        yield Conflict("warmup_epochs", f"less than the {settings['epochs']} epochs of the run")
    if isinstance(settings["class_weight"], tuple) and not any(settings["class_weight"]):
        yield Conflict("class_weight", "a weight above 0 for at least one class")
    yield from _of_what_is_watched(settings)


def applies(values: Mapping[str, Any], name: str) -> bool:
    """Whether a setting says anything beside the others: an optimizer's option only with that optimizer."""
    if any(name in options for options in OPTIMIZER_OPTIONS.values()):
        momentum = name != "nesterov" or bool(values["momentum"])
        return momentum and name in OPTIMIZER_OPTIONS[values["optimizer"]]
    if any(name in options for options in SCHEDULE_OPTIONS.values()):
        return name in SCHEDULE_OPTIONS[values["schedule"]]
    if name == "plateau_factor":
        return values["reduce_on_plateau"] is not None
    if name in ("min_delta", "monitor"):
        return values["early_stopping"] is not None or values["reduce_on_plateau"] is not None
    return True


def _of_the_optimizer(settings: Mapping[str, Any]) -> Iterator[Conflict]:
    mine = OPTIMIZER_OPTIONS[settings["optimizer"]]
    for name in dict.fromkeys(name for options in OPTIMIZER_OPTIONS.values() for name in options):
        if name not in mine and settings[name] not in _UNSET:
            owners = " and ".join(owner for owner, options in OPTIMIZER_OPTIONS.items() if name in options)
            yield Conflict(name, f"no value with {settings['optimizer']}, since it is an option of {owners}")
    if settings["optimizer"] == "SGD" and settings["nesterov"] and settings["momentum"] == 0:
        yield Conflict("nesterov", "false, or a momentum above 0")


def _of_what_is_watched(settings: Mapping[str, Any]) -> Iterator[Conflict]:
    """Both monitor the validation images; test images that decide on the training would no longer be independent."""
    for name in ("early_stopping", "reduce_on_plateau"):
        if settings[name] is None:
            continue
        if settings["validation_data"] == "test":
            yield Conflict(name, "none, since the test images must not decide when to stop; or a validation split")
        elif settings["validation_split"] == 0:
            yield Conflict(name, "none, or a validation split to monitor")
