"""The form with a new run's settings, the problems with them, and the Train button."""

from __future__ import annotations

import math
import uuid
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from cnn_builder.architecture import trace
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import DatasetInfo, describe, find_dataset, load_dataset
from cnn_builder.figures.locale_text import number_text
from cnn_builder.runs import RunSettings
from cnn_builder.runs.image_counts import images_of
from cnn_builder.runs.settings.checks import Problem, check_request
from cnn_builder.settings import Settings
from cnn_builder.ui import server, state
from cnn_builder.ui.shared.dataset_choice import choice_title
from cnn_builder.ui.shared.errors import callback
from cnn_builder.ui.shared.text import plain
from cnn_builder.ui.train import actions, run_state
from cnn_builder.ui.train.data_set import at_hand, built_in_instead, data_set, download_data_set
from cnn_builder.ui.train.drawings import drawings_offer, drawings_problems, drawings_to_take
from cnn_builder.ui.train.form_fields import Fields
from cnn_builder.ui.train.form_groups import everyday, groups
from cnn_builder.ui.train.form_state import current_values, reset, save_form, set_field
from cnn_builder.ui.train.form_values import DEFAULTS, form_values, requested
from cnn_builder.ui.train.quota_line import quota_line
from cnn_builder.ui.train.recipe import recipe_offer
from cnn_builder.ui.train.reuse import take_offered
from cnn_builder.ui.train.speed import epoch_seconds, speed
from cnn_builder.ui.train.sweep_form import sweep_form


def run_form() -> None:
    """Draw the form; on Train, make the run and show it."""
    document = state.document()
    info = find_dataset(document.dataset)
    if info is None:
        data_set(document.dataset)
        st.error(plain(_gone(document.dataset)))
        return
    take_offered()
    values = current_values()
    asked, wrong = requested(values, info)
    _network_line(values)
    data_set(document.dataset)
    here = at_hand(info)
    if not here:
        download_data_set(info)
    recipe_offer(asked)
    settings = None if wrong else RunSettings(**asked)
    if settings is not None:
        state.set_form_settings(settings)
    images = images_of(info, settings) if settings is not None else (0, 0)
    fields = Fields(values, asked, wrong)
    everyday(fields, info)
    images = (images[0] + drawings_offer(fields, info), images[1])
    seconds = epoch_seconds(images, settings) if settings is not None else {}
    steps = math.ceil(images[0] / settings.batch_size) if settings is not None else 0
    groups(fields, info, settings, steps, seconds)
    _end(info, here, fields, settings, seconds)
    sweep_form(info, here, settings)
    _save()


def _end(
    info: DatasetInfo, here: bool, fields: Fields, settings: RunSettings | None, seconds: dict[str, float]
) -> None:
    """The problems, the Train button, and the one thing to be done before it can be pressed."""
    try:
        problems = _problems(info, settings) if here and settings is not None else ()
    except CnnBuilderError as error:
        st.error(plain(str(error)))
        built_in_instead(info.name)
        _train_button(blocked=True)
        return
    _show(problems)
    blocked = any(problem.blocks for problem in problems)
    has_room = quota_line()
    _train_button(not here or settings is None or blocked or not has_room)
    if settings is None:
        named = ", ".join(fields.labels.get(name, name) for name in fields.wrong)
        st.caption(f"Correct **{plain(named)}** to train.")
    elif not here:
        st.caption(f"Download {info.title} to train.")
    elif blocked:
        st.caption("Solve the problem above to train.")
    else:
        speed(settings, seconds)


def hint() -> str:
    """What to do next, for the part of the page where the curves will be."""
    info = find_dataset(state.document().dataset)
    if info is None:
        return "Choose a data set first."
    first = (
        "Choose the settings and press **Train**." if at_hand(info) else f"Download {info.title}, then press **Train**."
    )
    return f"{first} The learning curves appear here during the training."


def _gone(name: str) -> str:
    return f"The data set {choice_title(name).removesuffix(' (deleted)')} was deleted. Choose another one."


def _network_line(values: dict[str, Any]) -> None:
    """Whose settings these are, and the way back to the defaults."""
    architecture = state.document().architecture
    total = trace(architecture).total_params
    with st.container(horizontal=True, vertical_alignment="center", key="form-head"):
        st.markdown(f"**{plain(architecture.name)}** · {number_text(total)} parameters")
        st.button(
            "Reset",
            key="reset-form",
            type="tertiary",
            icon=":material/restart_alt:",
            disabled=values == DEFAULTS,
            on_click=callback(reset),
            help="Sets every field of this form to its default. The network and the data set stay.",
        )


def _save() -> None:
    try:
        save_form()
    except CnnBuilderError as error:
        st.warning(plain(str(error)))


def _problems(info: DatasetInfo, settings: RunSettings) -> tuple[Problem, ...]:
    """Raises DatasetError where the data set can't be read."""
    limit = server.settings().memory_limit
    labels = _labels(info.name, server.settings())
    found = check_request(state.document().architecture, info, settings, limit, labels)
    return (*found, *drawings_problems(info, settings))


def _show(problems: tuple[Problem, ...]) -> None:
    """Each problem in its own box, with a button that mends it where there is one."""
    for place, problem in enumerate(problems):
        box = st.error if problem.blocks else st.warning
        box(plain(problem.message))
        fix = problem.fix or problem.settings_fix
        if fix is not None:
            st.button(plain(fix.title), key=f"fix-{place}", on_click=_apply, args=(problem,), width="stretch")


@callback
def _apply(problem: Problem) -> None:
    if problem.fix is not None:
        state.set_document(state.document().with_architecture(problem.fix.architecture))
    elif problem.settings_fix is not None:
        info = describe(state.document().dataset)
        for name, value in form_values(problem.settings_fix.settings, info).items():
            set_field(name, value)


def _train_button(blocked: bool) -> None:
    """`blocked`: the settings, or the network, can't be trained."""
    st.button(
        "Train",
        key="train",
        type="primary",
        width="stretch",
        disabled=blocked,
        on_click=actions.attempt,
        args=(partial(_start, uuid.uuid4().hex),),  # a key for each drawing of the button
    )


def _start(click: str) -> None:
    """Make the run that the form asks for now: what was typed just before the click belongs to it.

    A second click finds the run the first one made: its key, or its request, is the same. Nothing is made of a form
    that asks for nothing right: the page, drawn next, says what is wrong.
    """
    document = state.document()
    info = describe(document.dataset)
    asked, wrong = requested(current_values(), info)
    if wrong or not at_hand(info) or any(problem.blocks for problem in _problems(info, RunSettings(**asked))):
        return
    settings = RunSettings(**asked)
    drawings = drawings_to_take(info, settings)
    run = server.store().create_run(document.architecture, info.name, settings, key=click, drawings=drawings)
    server.supervisor().nudge()
    state.set_current_run_id(run.run_id)
    run_state.set_started(run.run_id)


def _labels(name: str, settings: Settings) -> np.ndarray:
    """All training labels, for the check that no class is left out. Raises DatasetError, which is not kept."""
    return _read_labels(name, repr(settings), settings)


@st.cache_data(show_spinner="Reading the labels …", max_entries=8)
def _read_labels(name: str, key: str, _settings: Settings) -> np.ndarray:
    return load_dataset(name, _settings).y_train
