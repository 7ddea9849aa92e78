"""The settings of a run to be started: their form, what is wrong with them, and the Train button."""

from __future__ import annotations

import uuid
from typing import Any

import numpy as np
import streamlit as st

from cnn_builder.architecture import trace
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import DATASETS, DatasetInfo, is_local, load
from cnn_builder.runs import OPTIMIZERS, RunSettings
from cnn_builder.runs.checks import Problem, check_request
from cnn_builder.ui import run_state, state
from cnn_builder.ui.text import plain

VALIDATION = {"split": "Split", "test": "Test images", "none": "None"}
OFFERED = ("digits", "mnist", "fashion_mnist", "cifar10")
DEFAULTS: dict[str, Any] = {
    "train_limit": None,
    "test_limit": None,
    "validation": "split",
    "split": 10,
    "epochs": 5,
    "batch_size": 32,
    "optimizer": "Adam",
    "learning_rate": 0.001,
    "seed": 0,
}
_PREFIX = "run-"  # of the widgets' keys; the values outlive the widgets in run_state.form()


def request_settings(values: dict[str, Any], info: DatasetInfo) -> RunSettings:
    """The settings the form's values ask for. Raises RunSettingsError."""
    return RunSettings(
        epochs=values["epochs"],
        batch_size=values["batch_size"],
        optimizer=values["optimizer"],
        learning_rate=values["learning_rate"],
        validation_split=values["split"] / 100 if values["validation"] == "split" else 0.0,
        validation_data="test" if values["validation"] == "test" else "split",
        train_limit=_limit(values["train_limit"], info.train_size),
        test_limit=_limit(values["test_limit"], info.test_size),
        seed=values["seed"],
    )


def form_values(settings: RunSettings) -> dict[str, Any]:
    """The form's values that ask for these settings: the inverse of `request_settings`."""
    values = settings.model_dump(exclude={"validation_split", "validation_data"})
    if settings.validation_data == "test":
        return values | {"validation": "test"}
    if settings.validation_split == 0:
        return values | {"validation": "none"}
    return values | {"validation": "split", "split": round(settings.validation_split * 100)}


def run_form() -> None:
    """Draw the form; on Train, make the run and show it."""
    document = state.document()
    _network_line()
    info = DATASETS[_dataset(document.dataset)]
    values = _fields(info)
    run_state.form().update(values)
    if not is_local(info.name, state.settings().data):
        _offer_download(info)
        return
    try:
        settings = request_settings(values, info)
    except CnnBuilderError as error:
        _show((Problem(str(error), blocks=True),))
        settings = None
    if settings is not None:
        limit = state.settings().memory_limit
        problems = check_request(document.architecture, info, settings, limit, _labels(info.name))
        _show(problems)
        blocked = any(problem.blocks for problem in problems)
        _train_button(info, settings, blocked)


def _network_line() -> None:
    architecture = state.document().architecture
    total = trace(architecture).total_params
    st.markdown(f"**{plain(architecture.name)}** · {total:,} parameters")


def _dataset(current: str) -> str:
    key = _PREFIX + "dataset"
    st.session_state[key] = current  # the document is the only truth; the widget follows it

    def chosen() -> None:
        _set_dataset(st.session_state[key])

    st.selectbox(
        "Data set",
        list(dict.fromkeys([*OFFERED, current])),
        key=key,
        format_func=lambda name: DATASETS[name].title,
        on_change=chosen,
        help=DATASETS[current].story,
    )
    return current


def _fields(info: DatasetInfo) -> dict[str, Any]:
    """Draw the fields and return their values by name."""
    kept = {**DEFAULTS, **run_state.form()}
    for name in DEFAULTS:
        st.session_state.setdefault(_PREFIX + name, kept[name])
    left, right = st.columns(2)  # a pair at a time, so that the order holds where columns are stacked
    left.number_input(
        "Training images", 1, None, key=_key("train_limit"), placeholder=f"{info.train_size:,}", step=1000,
        help="The first so many; empty takes all.",
    )  # fmt: skip
    right.number_input(
        "Test images", 1, None, key=_key("test_limit"), placeholder=f"{info.test_size:,}", step=1000,
        help="The first so many; empty takes all. They give the final score.",
    )  # fmt: skip
    left, right = st.columns(2)
    left.selectbox(
        "Validate on", list(VALIDATION), key=_key("validation"), format_func=VALIDATION.__getitem__,
        help="Images the network is checked on after each epoch, and does not learn from.",
    )  # fmt: skip
    split = st.session_state[_key("validation")] == "split"
    right.number_input(
        "Validation, %", 1, 99, key=_key("split"), disabled=not split,
        help="The last so many percent of the training images.",
    )  # fmt: skip
    left, right = st.columns(2)
    left.number_input("Epochs", 1, 10_000, key=_key("epochs"), help="Times through all training images.")
    right.number_input("Batch size", 1, 8192, key=_key("batch_size"), help="Images per step of the optimizer.")
    left, right = st.columns(2)
    left.selectbox("Optimizer", OPTIMIZERS, key=_key("optimizer"))
    right.number_input(
        "Learning rate", 0.000001, 10.0, key=_key("learning_rate"), step=0.0005, format="%.6g",
        help="How far each step goes. 0.001 is a good start for Adam.",
    )  # fmt: skip
    left, _ = st.columns(2)
    left.number_input("Seed", 0, 2**31 - 1, key=_key("seed"), help="The same seed starts from the same weights.")
    return {name: st.session_state[_key(name)] for name in DEFAULTS}


def _key(name: str) -> str:
    return _PREFIX + name


def _limit(value: int | None, size: int) -> int | None:
    """All images are asked for by None, however the user said so."""
    return None if value is None or value >= size else value


def _show(problems: tuple[Problem, ...]) -> None:
    """Each problem in its own box, with a button that mends it where there is one."""
    for place, problem in enumerate(problems):
        box = st.error if problem.blocks else st.warning
        box(plain(problem.message))
        fix = problem.fix or problem.settings_fix
        if fix is not None:
            st.button(plain(fix.title), key=f"fix-{place}", on_click=_apply, args=(problem,), width="stretch")


def _apply(problem: Problem) -> None:
    if problem.fix is not None:
        state.set_document(state.document().with_architecture(problem.fix.architecture))
    elif problem.settings_fix is not None:
        for name, value in form_values(problem.settings_fix.settings).items():
            st.session_state[_key(name)] = value


def _train_button(info: DatasetInfo, settings: RunSettings, blocked: bool) -> None:
    st.button(
        "Train",
        key="train",
        type="primary",
        width="stretch",
        disabled=blocked,
        on_click=_start,
        args=(info.name, settings, uuid.uuid4().hex),  # a key for each drawing of the button
    )
    if blocked:
        st.caption("Mend what is marked red above, then train.")


def _start(dataset: str, settings: RunSettings, key: str) -> None:
    """Make the run. A second click finds the run the first one made: its key, or its request, is the same."""
    document = state.document()
    run = state.store().create_run(document.architecture, dataset, settings, key=key)
    state.set_current_run_id(run.run_id)


def _offer_download(info: DatasetInfo) -> None:
    st.info(f"{info.title} is not on this machine yet. It is downloaded once and kept.")
    if st.button(f"Download {info.title}", key="download", type="primary", width="stretch"):
        bar = st.progress(0.0, text="Downloading")

        def progress(done: int, total: int | None) -> None:
            share = min(done / total, 1.0) if total else 0.0
            bar.progress(share, text=f"Downloading · {done / 1e6:.1f} MB")

        try:
            load(info.name, state.settings().data, progress)
        except CnnBuilderError as error:
            bar.empty()
            st.error(f"{plain(str(error))} Digits is built in and needs no network.")
        else:
            st.rerun()
    st.button("Use Digits instead", key="use-digits", on_click=_set_dataset, args=("digits",), width="stretch")


def _set_dataset(name: str) -> None:
    document = state.document()
    state.set_document(document.with_architecture(document.architecture, name))
    for limit in ("train_limit", "test_limit"):
        st.session_state[_key(limit)] = None


@st.cache_data(show_spinner="Reading the labels", max_entries=8)
def _labels(name: str) -> np.ndarray | None:
    """All training labels, for the check that no class is left out; None where the data set can't be read."""
    try:
        return load(name, state.settings().data).y_train
    except CnnBuilderError:
        return None
