"""The problems of a requested run, found before it starts. Used by the Train page and the command line."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnn_builder.architecture import Architecture, Repair, notices, repairs, trace
from cnn_builder.architecture.memory import bytes_text, training_bytes
from cnn_builder.data import DatasetInfo
from cnn_builder.runs.image_counts import images_of
from cnn_builder.runs.models import RunSettings

DEFAULT_SPLIT = 0.1
_SLOTS = {"Adam": 2, "AdamW": 2, "RMSprop": 1, "SGD": 0, "Lion": 1, "Adagrad": 1, "Nadam": 2, "Adamax": 2}


@dataclass(frozen=True)
class SettingsFix:
    """A change of the run's settings that solves a problem: a button's text, and the changed settings."""

    title: str
    settings: RunSettings


@dataclass(frozen=True)
class Problem:
    """Something wrong with a requested run. `blocks`: it can't be trained; otherwise it is only a warning.

    `fix` solves it with another architecture, `settings_fix` with other settings; both are None where there is none.
    """

    message: str
    blocks: bool
    fix: Repair | None = None
    settings_fix: SettingsFix | None = None


def check_request(
    architecture: Architecture,
    info: DatasetInfo,
    settings: RunSettings,
    memory_limit: int,
    labels: np.ndarray | None = None,
) -> tuple[Problem, ...]:
    """Every problem of training `architecture` on a data set with these settings; empty when there is none.

    Args:
        memory_limit: bytes the training may need.
        labels: all training labels (n,) of the data set, from 0; None leaves out the check of classes.
    """
    return (
        *_network_problems(architecture, info),
        *_memory_problems(architecture, settings, memory_limit),
        *_split_problems(info, settings, labels),
        *_weight_problems(info, settings),
        *_time_problems(settings),
    )


def optimizer_slots(settings: RunSettings) -> int:
    """Numbers the optimizer keeps for each trained parameter, as Keras makes them."""
    return _SLOTS[settings.optimizer] + (settings.momentum > 0) + settings.amsgrad


def memory_estimate(architecture: Architecture, settings: RunSettings) -> int:
    """Bytes that training needs, an estimate; the data set and TensorFlow itself are not counted."""
    return training_bytes(architecture, settings.batch_size, optimizer_slots(settings))


def _network_problems(architecture: Architecture, info: DatasetInfo) -> Iterator[Problem]:
    error = trace(architecture).error
    if error is not None:
        yield Problem(error.message, blocks=True, fix=next(iter(repairs(architecture)), None))
    for notice in notices(architecture, len(info.classes), info.input_shape):
        if not notice.hint:
            yield Problem(notice.message, notice.blocks_training, notice.fix)


def _memory_problems(architecture: Architecture, settings: RunSettings, limit: int) -> Iterator[Problem]:
    needed = memory_estimate(architecture, settings)
    if needed <= limit:
        return
    smaller = settings
    while smaller.batch_size > 1 and memory_estimate(architecture, smaller) > limit:
        smaller = _changed(smaller, batch_size=smaller.batch_size // 2)
    shortage = f"Training needs about {bytes_text(needed)} of memory, the limit is {bytes_text(limit)}."
    if memory_estimate(architecture, smaller) <= limit:
        fix = SettingsFix(f"Use a batch of {smaller.batch_size}", smaller)
        yield Problem(f"{shortage} Use a smaller batch.", blocks=True, settings_fix=fix)
        return
    biggest = max(trace(architecture).rows, key=lambda row: row.params)
    yield Problem(
        f"{shortage} Most of it is layer {biggest.index + 1} ({biggest.type}) with {biggest.params:,} parameters: "
        "reduce it, or the feature map before it.",
        blocks=True,
    )


def _split_problems(info: DatasetInfo, settings: RunSettings, labels: np.ndarray | None) -> Iterator[Problem]:
    training, validated = images_of(info, settings)
    images = training if settings.validation_data == "test" else training + validated
    fix = _split_fix(info, settings, labels)
    if training < 1:
        yield Problem(
            f"A validation split of {settings.validation_split:g} leaves none of the {images:,} images for training.",
            blocks=True,
            settings_fix=fix,
        )
        return
    missing = _missing(info, labels, 0, training)
    if missing:
        message = f"The {training:,} training images contain none of {_listed(missing)}, so it cannot be learned."
        yield Problem(message, blocks=True, settings_fix=fix)
    if settings.validation_data == "test" or settings.validation_split == 0:
        return
    if training == images:
        yield Problem("The validation split is so small that no image is left for validation.", blocks=False)
        return
    missing = _missing(info, labels, training, images)
    if missing:
        yield Problem(f"The {images - training:,} validation images contain none of {_listed(missing)}.", blocks=False)


def _weight_problems(info: DatasetInfo, settings: RunSettings) -> Iterator[Problem]:
    """Problems with class weights, once the classes are known."""
    weights, classes = settings.class_weight, info.classes
    if not isinstance(weights, tuple):
        return
    if len(weights) != len(classes):
        yield Problem(
            f"Class weights: expected {len(classes)} of them, one for each class of {info.title}, "
            f"received {len(weights)}.",
            blocks=True,
            settings_fix=SettingsFix("Use no class weights", _changed(settings, class_weight=None)),
        )
        return
    nothing = [name for name, weight in zip(classes, weights, strict=True) if weight == 0]
    if nothing:
        yield Problem(f"With a class weight of 0, {_listed(nothing)} will not be learned.", blocks=False)


def _time_problems(settings: RunSettings) -> Iterator[Problem]:
    """Settings that never take effect in a run of so few epochs."""
    epochs = settings.epochs
    if settings.schedule == "step" and settings.decay_epochs + settings.warmup_epochs >= epochs:
        yield Problem(f"The first step of the schedule would come only after the run's {epochs} epochs.", blocks=False)
    for name, words in (("early_stopping", "Early stopping"), ("reduce_on_plateau", "Reduce on plateau")):
        patience = getattr(settings, name)
        if patience is not None and patience >= epochs:
            yield Problem(
                f"{words} has a patience of {patience:,} epochs and never takes effect in a run of {epochs:,}.",
                blocks=False,
            )


def _missing(info: DatasetInfo, labels: np.ndarray | None, start: int, stop: int) -> list[str]:
    """The classes with no image among the training images `start` to `stop` (not included)."""
    if labels is None:
        return []
    present = set(np.unique(labels[start:stop]).tolist())
    return [name for index, name in enumerate(info.classes) if index not in present]


def _split_fix(info: DatasetInfo, settings: RunSettings, labels: np.ndarray | None) -> SettingsFix | None:
    """The smallest change after which every class is trained on."""
    every = f"Use all {info.train_size:,} images"
    candidates = (
        SettingsFix(
            f"Use a validation split of {100 * DEFAULT_SPLIT:g} %", _changed(settings, validation_split=DEFAULT_SPLIT)
        ),
        SettingsFix(every, _changed(settings, train_limit=None)),
        SettingsFix(
            f"{every} and a split of {100 * DEFAULT_SPLIT:g} %",
            _changed(settings, train_limit=None, validation_split=DEFAULT_SPLIT),
        ),
    )
    for fix in candidates:
        training, _ = images_of(info, fix.settings)
        if training and not _missing(info, labels, 0, training):
            return fix
    return None


def _changed(settings: RunSettings, **changes: Any) -> RunSettings:
    return settings.model_copy(update=changes)


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:4])
    return shown if len(names) <= 4 else f"{shown} and {len(names) - 4} more classes"
