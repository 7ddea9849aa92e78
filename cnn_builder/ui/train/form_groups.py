"""The fields of the Train form: the everyday ones in sight, the others in groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cnn_builder.data import DatasetInfo
from cnn_builder.figures.locale_text import number_text
from cnn_builder.figures.quantities import seconds_text
from cnn_builder.figures.schedule import schedule_html, schedule_words
from cnn_builder.runs import OPTIMIZERS, RunSettings
from cnn_builder.runs.settings.combinations import CLIPPING, applies
from cnn_builder.ui.train.form_fields import Amount, Fields
from cnn_builder.ui.train.form_values import CLIPS, VALIDATION, WEIGHTS

_SHARE = 0.05
_OPTIMIZER_NUMBERS = {
    "momentum": ("Momentum", Amount(_SHARE)),
    "beta_1": ("Beta 1", Amount(_SHARE, empty="0.9")),
    "beta_2": ("Beta 2", Amount(_SHARE, empty="0.999")),
    "rho": ("Rho", Amount(_SHARE, empty="0.9")),
    "epsilon": ("Epsilon", Amount(1e-7, empty="1e-7")),
}
_SCHEDULES = {"constant": "Constant", "cosine": "Cosine", "step": "Steps", "exponential": "Exponential"}
_PRECISIONS = {"float32": "float32", "mixed_bfloat16": "mixed bfloat16"}
_MONITORS = {"val_loss": "Validation loss", "val_accuracy": "Validation accuracy"}


def everyday(fields: Fields, info: DatasetInfo) -> None:
    """What most runs change. A pair at a time, so that the order holds where columns are stacked."""
    left, right = st.columns(2)
    with left:
        fields.number("epochs", "Epochs", Amount(1))
    with right:
        fields.number("batch_size", "Batch size", Amount(1))
    left, right = st.columns(2)
    with left:
        fields.choice("optimizer", "Optimizer", {name: name for name in OPTIMIZERS})
    with right:
        fields.number("learning_rate", "Learning rate", Amount(0.0001))
    left, right = st.columns(2)
    with left:
        fields.choice(
            "validation",
            "Validate on",
            VALIDATION,
            "The images on which the network is evaluated after each epoch; it is not trained on them.",
        )
    with right:
        split = fields.values["validation"] == "split"
        fields.number(
            "split",
            "Validation split, %",
            Amount(1.0),
            "The percentage of the training images held out for validation, taken from the end.",
            not split,
        )


def groups(
    fields: Fields,
    info: DatasetInfo,
    settings: RunSettings | None,
    steps_per_epoch: int,
    seconds: Mapping[str, float],
) -> None:
    """Everything else.

    Args:
        settings: what is asked for; None while something is wrong with it.
        seconds: about how long an epoch will take in each precision; empty where this machine was not measured.
    """
    options = [name for name in (*_OPTIMIZER_NUMBERS, "nesterov", "amsgrad") if applies(fields.values, name)]
    with fields.group("Optimizer options", (*options, "weight_decay", "clipping", "clip")):
        _optimizer(fields, options)
    with fields.group("Schedule", ("schedule", "warmup_epochs", "final_fraction", "decay_epochs", "decay_rate")):
        _schedule(fields, settings, steps_per_epoch)
    with fields.group("Regularization", ("l2", "label_smoothing", "weights", "own_weights")):
        _regularization(fields, info)
    stopping = ("early_stopping", "reduce_on_plateau", "plateau_factor", "min_delta", "monitor")
    with fields.group("Stopping", stopping):
        _stopping(fields)
    with fields.group("Data", ("train_limit", "test_limit", "seed", "shuffle")):
        _data(fields, info)
    with fields.group("Precision", ("precision", "deterministic")):
        _precision(fields, seconds)


def _optimizer(fields: Fields, options: list[str]) -> None:
    default = "0.004" if fields.values["optimizer"] == "AdamW" else "none"
    numbers = {name: _OPTIMIZER_NUMBERS[name] for name in options if name in _OPTIMIZER_NUMBERS}
    if fields.values["optimizer"] == "Lion":
        numbers["beta_2"] = ("Beta 2", Amount(_SHARE, empty="0.99"))
    numbers["weight_decay"] = ("Weight decay", Amount(0.001, empty=default))
    columns: list[Any] = []
    for name, (label, taken) in numbers.items():
        columns = columns or list(st.columns(2))  # a pair at a time, for the order where columns are stacked
        with columns.pop(0):
            fields.number(name, label, taken)
    for name, label in (("nesterov", "Nesterov"), ("amsgrad", "AMSGrad")):
        if name in options:
            fields.toggle(name, label)
    left, right = st.columns(2)
    with left:
        fields.choice(
            "clipping",
            "Clip gradients by",
            CLIPS,
            "Limits large gradients, so that a single step cannot upset the training.",
        )
    with right:
        if fields.values["clipping"] in CLIPPING:
            fields.number("clip", "Clip at", Amount(0.1), "Larger norms or values are reduced to this.")


def _schedule(fields: Fields, settings: RunSettings | None, steps_per_epoch: int) -> None:
    left, right = st.columns(2)
    with left:
        fields.choice("schedule", "Schedule", _SCHEDULES)
    with right:
        fields.number("warmup_epochs", "Warm-up epochs", Amount(0.5))
    if applies(fields.values, "final_fraction"):
        left, right = st.columns(2)
        with left:
            fields.number("final_fraction", "Final fraction", Amount(0.05))
    if applies(fields.values, "decay_rate"):
        left, right = st.columns(2)
        with left:
            fields.number("decay_epochs", "Decay epochs", Amount(1.0))
        with right:
            fields.number("decay_rate", "Decay rate", Amount(0.1))
    if settings is not None:
        st.html(schedule_html(settings, steps_per_epoch, dark=st.context.theme.type == "dark"))
        st.caption(schedule_words(settings))


def _regularization(fields: Fields, info: DatasetInfo) -> None:
    left, right = st.columns(2)
    with left:
        fields.number("l2", "L2 penalty", Amount(0.0001))
    with right:
        fields.number("label_smoothing", "Label smoothing", Amount(0.05))
    fields.choice(
        "weights",
        "Class weights",
        WEIGHTS,
        "The weight of each class in the loss. Balanced gives rare classes a larger weight.",
    )
    if fields.values["weights"] == "own":
        first, last = info.classes[0], info.classes[-1]
        fields.text("own_weights", "Weights by class", f"{first}=2, {last}=0.5", "Classes not named have the weight 1.")


def _stopping(fields: Fields) -> None:
    left, right = st.columns(2)
    with left:
        fields.number("early_stopping", "Early stopping", Amount(1, empty="never"))
    with right:
        fields.number("reduce_on_plateau", "Reduce on plateau", Amount(1, empty="never"))
    left, right = st.columns(2)
    if applies(fields.values, "monitor"):
        with left:
            fields.choice("monitor", "Monitor", _MONITORS)
        with right:
            fields.number("min_delta", "Minimum improvement", Amount(0.001))
    if applies(fields.values, "plateau_factor"):
        with left:
            fields.number("plateau_factor", "Plateau factor", Amount(0.1))
    st.caption(
        "Both count epochs without improvement (patience) of the monitored metric. "
        "The model that is kept is always that of the epoch with the highest validation accuracy."
    )


def _data(fields: Fields, info: DatasetInfo) -> None:
    left, right = st.columns(2)
    with left:
        fields.number("train_limit", "Training images", Amount(1000, empty=number_text(info.train_size)))
    with right:
        fields.number("test_limit", "Test images", Amount(1000, empty=number_text(info.test_size)))
    left, right = st.columns(2)
    with left:
        fields.number("seed", "Seed", Amount(1))
    fields.toggle("shuffle", "Shuffle before each epoch")


def _precision(fields: Fields, seconds: Mapping[str, float]) -> None:
    fields.choice("precision", "Precision", _PRECISIONS)
    if not seconds:
        st.caption("The speed of this machine has not been measured yet.")
    elif len(set(seconds.values())) == 1:
        st.caption("Mixed bfloat16 does not train this network faster on this machine (estimate).")
    else:
        times = ", ".join(f"{seconds_text(seconds[name])} in {words}" for name, words in _PRECISIONS.items())
        st.caption(f"An epoch takes about {times} (estimates).")
    fields.toggle("deterministic", "Deterministic")
