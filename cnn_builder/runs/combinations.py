"""Which training settings go together, and which option belongs to which optimizer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnn_builder.runs.run_settings import RunSettings

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


def conflicts(settings: RunSettings) -> Iterator[Conflict]:
    """Every field of `settings`, each in its own range, that another one rules out."""
    yield from _of_the_optimizer(settings)
    clips = [name for name in CLIPPING if getattr(settings, name) is not None]
    for name in clips[1:]:
        yield Conflict(name, f"none, since {clips[0]} is set and only one kind of clipping can be")
    if settings.warmup_epochs >= settings.epochs:
        yield Conflict("warmup_epochs", f"less than the {settings.epochs} epochs of the run")
    if isinstance(settings.class_weight, tuple) and not any(settings.class_weight):
        yield Conflict("class_weight", "a weight above 0 for at least one class")
    yield from _of_what_is_watched(settings)


def _of_the_optimizer(settings: RunSettings) -> Iterator[Conflict]:
    mine = OPTIMIZER_OPTIONS[settings.optimizer]
    for name in dict.fromkeys(name for options in OPTIMIZER_OPTIONS.values() for name in options):
        if name not in mine and getattr(settings, name) not in _UNSET:
            owners = " and ".join(owner for owner, options in OPTIMIZER_OPTIONS.items() if name in options)
            yield Conflict(name, f"nothing with {settings.optimizer}: it is an option of {owners}")
    if settings.optimizer == "SGD" and settings.nesterov and settings.momentum == 0:
        yield Conflict("nesterov", "false, or a momentum above 0 with it")


def _of_what_is_watched(settings: RunSettings) -> Iterator[Conflict]:
    """Both watch the validation images; the test images may not choose, or their score would mean less."""
    for name in ("early_stopping", "reduce_on_plateau"):
        if getattr(settings, name) is None:
            continue
        if settings.validation_data == "test":
            yield Conflict(name, "none, since the test images validate and may not choose; or a validation split")
        elif settings.validation_split == 0:
            yield Conflict(name, "none, or a validation split to watch")
