"""The settings of a run to be started: their form, what is wrong with them, and the Train button."""

from __future__ import annotations

import math
import uuid
from functools import partial

import numpy as np
import streamlit as st

from cnn_builder.architecture import trace
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import DATASETS, DatasetInfo, is_local, load
from cnn_builder.figures.quantities import seconds_text
from cnn_builder.runs import RunSettings
from cnn_builder.runs.checks import Problem, check_request
from cnn_builder.runs.forecast import forecast
from cnn_builder.runs.image_counts import images_of
from cnn_builder.runs.run_settings import PRECISIONS
from cnn_builder.ui import looking, run_actions, run_state, state
from cnn_builder.ui.run_form_fields import Fields, current_values, enter, key
from cnn_builder.ui.run_form_groups import everyday, groups
from cnn_builder.ui.run_form_values import form_values, wanted
from cnn_builder.ui.text import plain

OFFERED = ("digits", "mnist", "fashion_mnist", "cifar10")


def run_form() -> None:
    """Draw the form; on Train, make the run and show it."""
    document = state.document()
    _network_line()
    info = DATASETS[_dataset(document.dataset)]
    values = current_values()
    asked, wrong = wanted(values, info)
    settings = None if wrong else RunSettings(**asked)
    images = images_of(info, settings) if settings is not None else (0, 0)
    fields = Fields(values, wrong)
    everyday(fields, info)
    seconds = _epoch_seconds(images, settings) if settings is not None else {}
    steps = math.ceil(images[0] / settings.batch_size) if settings is not None else 0
    groups(fields, info, settings, steps, seconds)
    if not is_local(info.name, state.settings().data):
        _offer_download(info)
        return
    if settings is None:
        _train_button(blocked=True)
        named = ", ".join(fields.labels.get(name, name) for name in wrong)
        st.caption(f"Mend **{plain(named)}**, then train.")
        return
    problems = _problems(info, settings)
    _show(problems)
    blocked = any(problem.blocks for problem in problems)
    _train_button(blocked)
    if blocked:
        st.caption("Mend what is said above, then train.")
    elif seconds:
        st.caption(f"About {seconds_text(seconds[settings.precision])} an epoch (estimate).")


def _network_line() -> None:
    architecture = state.document().architecture
    total = trace(architecture).total_params
    st.markdown(f"**{plain(architecture.name)}** · {total:,} parameters")


def _dataset(current: str) -> str:
    st.session_state[key("dataset")] = current  # the document is the only truth; the widget follows it

    def chosen() -> None:
        _set_dataset(st.session_state[key("dataset")])

    st.selectbox(
        "Data set",
        list(dict.fromkeys([*OFFERED, current])),
        key=key("dataset"),
        format_func=lambda name: DATASETS[name].title,
        on_change=chosen,
        help=DATASETS[current].story,
    )
    return current


def _problems(info: DatasetInfo, settings: RunSettings) -> tuple[Problem, ...]:
    limit = state.settings().memory_limit
    return check_request(state.document().architecture, info, settings, limit, _labels(info.name))


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
        info = DATASETS[state.document().dataset]
        for name, value in form_values(problem.settings_fix.settings, info).items():
            enter(name, value)


def _train_button(blocked: bool) -> None:
    """`blocked`: the settings, or the network, can't be trained."""
    st.button(
        "Train",
        key="train",
        type="primary",
        width="stretch",
        disabled=blocked,
        on_click=run_actions.attempt,
        args=(partial(_start, uuid.uuid4().hex),),  # a key for each drawing of the button
    )


def _epoch_seconds(images: tuple[int, int], settings: RunSettings) -> dict[str, float]:
    """How long an epoch will take in each precision; empty where this machine was not measured.

    Args:
        images: how many are trained on, and validated on.
    """
    calibration = looking.calibrator().known()
    if calibration is None:
        return {}
    network, batch = state.document().architecture, settings.batch_size
    seconds = {name: forecast(calibration, network, *images, batch, name).seconds for name in PRECISIONS}
    least, most = sorted(seconds.values())
    # A difference within the error of the estimate is none.
    return seconds if most - least > calibration.error * most else dict.fromkeys(PRECISIONS, seconds["float32"])


def _start(click: str) -> None:
    """Make the run that the form asks for now: what was typed just before the click belongs to it.

    A second click finds the run the first one made: its key, or its request, is the same. Nothing is made of a form
    that asks for nothing right: the page, drawn next, says what is wrong.
    """
    document = state.document()
    info = DATASETS[document.dataset]
    asked, wrong = wanted(current_values(), info)
    if wrong or any(problem.blocks for problem in _problems(info, RunSettings(**asked))):
        return
    run = state.store().create_run(document.architecture, document.dataset, RunSettings(**asked), key=click)
    state.supervisor().nudge()
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
    """Another data set, with the limits it had when it was left."""
    document, values, limits = state.document(), current_values(), run_state.limits()
    limits[document.dataset] = {limit: values[limit] for limit in ("train_limit", "test_limit")}
    state.set_document(document.with_architecture(document.architecture, name))
    for limit in ("train_limit", "test_limit"):
        enter(limit, limits.get(name, {}).get(limit))


@st.cache_data(show_spinner="Reading the labels", max_entries=8)
def _labels(name: str) -> np.ndarray | None:
    """All training labels, for the check that no class is left out; None where the data set can't be read."""
    try:
        return load(name, state.settings().data).y_train
    except CnnBuilderError:
        return None
