"""The fields of the Train form: the everyday ones in sight, the others in groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cnn_builder.data import DatasetInfo
from cnn_builder.figures.quantities import seconds_text
from cnn_builder.figures.schedule import schedule_html, schedule_words
from cnn_builder.runs import OPTIMIZERS, RunSettings
from cnn_builder.runs.combinations import CLIPPING
from cnn_builder.ui.run_form_fields import Amount, Fields
from cnn_builder.ui.run_form_values import CLIPS, VALIDATION, WEIGHTS, applies

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
            "Images the network is checked on after each epoch, and does not learn from.",
        )
    with right:
        split = fields.values["validation"] == "split"
        fields.number(
            "split",
            "Validation, %",
            Amount(1.0),
            "The last so many percent of the training images.",
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
    with fields.group("Optimizer", (*options, "weight_decay", "clip")):
        _optimizer(fields, options)
    with fields.group("Schedule", ("schedule", "warmup_epochs", "final_fraction", "decay_epochs", "decay_rate")):
        _schedule(fields, settings, steps_per_epoch)
    with fields.group("Regularization", ("l2", "label_smoothing", "own_weights")):
        _regularization(fields, info)
    stopping = ("early_stopping", "reduce_on_plateau", "plateau_factor", "min_delta", "monitor")
    with fields.group("Stopping", stopping):
        _stopping(fields)
    with fields.group("Data", ("train_limit", "test_limit", "seed")):
        _data(fields, info)
    with fields.group("Precision", ("precision",)):
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
            "clipping", "Clip gradients by", CLIPS, "Cuts gradients that are too long, so that none runs away."
        )
    with right:
        if fields.values["clipping"] in CLIPPING:
            fields.number("clip", "At most", Amount(0.1), "Longer or larger ones are cut to this.")


def _schedule(fields: Fields, settings: RunSettings | None, steps_per_epoch: int) -> None:
    left, right = st.columns(2)
    with left:
        fields.choice("schedule", "Schedule", _SCHEDULES)
    with right:
        fields.number("warmup_epochs", "Warm-up, epochs", Amount(0.5))
    if applies(fields.values, "final_fraction"):
        left, right = st.columns(2)
        with left:
            fields.number("final_fraction", "Ends at, share", Amount(0.05))
    if applies(fields.values, "decay_rate"):
        left, right = st.columns(2)
        with left:
            fields.number("decay_epochs", "After epochs", Amount(1.0))
        with right:
            fields.number("decay_rate", "Multiply by", Amount(0.1))
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
        "How much an image of each class counts; balanced lets rare ones count more.",
    )
    if fields.values["weights"] == "own":
        first, last = info.classes[0], info.classes[-1]
        fields.text("own_weights", "Weights by class", f"{first}=2, {last}=0.5", "Classes left out count 1.")


def _stopping(fields: Fields) -> None:
    left, right = st.columns(2)
    with left:
        fields.number("early_stopping", "Stop early after", Amount(1, empty="never"))
    with right:
        fields.number("reduce_on_plateau", "Slow down after", Amount(1, empty="never"))
    left, right = st.columns(2)
    if applies(fields.values, "monitor"):
        with left:
            fields.choice("monitor", "Watch", _MONITORS)
        with right:
            fields.number("min_delta", "Better by at least", Amount(0.001))
    if applies(fields.values, "plateau_factor"):
        with left:
            fields.number("plateau_factor", "By the factor", Amount(0.1))
    st.caption("Counted in epochs without anything better. The best epoch's weights are kept anyway.")


def _data(fields: Fields, info: DatasetInfo) -> None:
    left, right = st.columns(2)
    with left:
        fields.number("train_limit", "Training images", Amount(1000, empty=f"{info.train_size:,}"))
    with right:
        fields.number("test_limit", "Test images", Amount(1000, empty=f"{info.test_size:,}"))
    left, right = st.columns(2)
    with left:
        fields.number("seed", "Seed", Amount(1))
    fields.toggle("shuffle", "Shuffle in each epoch")


def _precision(fields: Fields, seconds: Mapping[str, float]) -> None:
    fields.choice("precision", "Precision", _PRECISIONS)
    if not seconds:
        st.caption("Build, under Costs, measures what this machine gains by it.")
    elif len(set(seconds.values())) == 1:
        st.caption("This network trains no faster in mixed bfloat16 on this machine (an estimate).")
    else:
        told = ", ".join(f"{seconds_text(seconds[name])} in {words}" for name, words in _PRECISIONS.items())
        st.caption(f"An epoch takes about {told} (estimates).")
    fields.toggle("deterministic", "Deterministic")
