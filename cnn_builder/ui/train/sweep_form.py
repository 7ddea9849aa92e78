"""Sweep: the form's network and settings in several variants, within a budget."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

import streamlit as st

from cnn_builder.architecture import Architecture
from cnn_builder.data import DatasetInfo, describe
from cnn_builder.figures.locale_text import number_text
from cnn_builder.runs import RunSettings, SweepError
from cnn_builder.runs.sweeps.plan import GRID, HALVING, RANDOM, SweepPlan
from cnn_builder.runs.sweeps.search import Proposal, propose
from cnn_builder.runs.sweeps.variables import check_variables, starting_values, variable_choices
from cnn_builder.ui import server, state
from cnn_builder.ui.shared.text import plain
from cnn_builder.ui.train import actions, run_state
from cnn_builder.ui.train.drawings import drawings_to_take
from cnn_builder.ui.train.form_fields import field_error
from cnn_builder.ui.train.form_state import current_values
from cnn_builder.ui.train.form_values import requested
from cnn_builder.ui.train.run_state import SWEEP_PREFIX, SweepForm
from cnn_builder.ui.train.sweep_values import layer_options, read_variables, suggested_values, sweep_plan

SEARCH = {GRID: "Grid", RANDOM: "Random", HALVING: "Halving"}
_FIELDS = ("paths", "search", "runs", "max_params", "max_macs", "minutes")


def sweep_form(info: DatasetInfo, here: bool, settings: RunSettings | None) -> None:
    """What varies, the budget, what that comes to, and the button that starts it.

    Args:
        here: whether the data set is at hand.
        settings: those of the form, None where they are invalid.
    """
    kept, architecture = _take(), state.document().architecture
    with st.expander("Sweep", expanded=bool(kept.paths), key="sweep"):
        st.caption("Trains this network with these settings in several variants, and names the best.")
        _varied(kept, architecture, settings or RunSettings())
        variables, wrong = read_variables(kept)
        for variable in variables:
            try:
                check_variables(architecture, settings or RunSettings(), [variable])
            except SweepError as error:
                wrong[variable.path] = str(error).removeprefix(f"{variable.path}: ")
        _values(kept, architecture, wrong)
        _budget(kept)
        blocked = not here or settings is None or bool(wrong) or not kept.paths
        if settings is not None and not wrong and kept.paths:
            blocked = not _preview(info, settings, kept) or blocked
        st.button(
            "Start the sweep", key="start-sweep", width="stretch", disabled=blocked,
            on_click=actions.attempt, args=(partial(_start, uuid.uuid4().hex),),
        )  # fmt: skip


def _take() -> SweepForm:
    """The fields' values, with what was just entered."""
    kept, entered = run_state.kept_sweep_form(), st.session_state
    for name in _FIELDS:
        if (key := SWEEP_PREFIX + name) in entered:
            setattr(kept, name, entered[key] or (GRID if name == "search" else entered[key]))
    for path in kept.paths:
        if (key := f"{SWEEP_PREFIX}values-{path}") in entered:
            kept.texts[path] = entered[key]
    return kept


def _varied(kept: SweepForm, architecture: Architecture, settings: RunSettings) -> None:
    titles = variable_choices(architecture)
    kept.paths = [path for path in kept.paths if path in titles]  # a layer may be gone
    st.session_state[SWEEP_PREFIX + "paths"] = kept.paths
    st.multiselect(
        "What varies", list(titles), key=SWEEP_PREFIX + "paths", placeholder="Choose settings",
        format_func=lambda path: titles[path][0].upper() + titles[path][1:],
        help="Settings of the training and of each layer; repeat says how often a layer follows itself.",
    )  # fmt: skip
    now = starting_values(architecture, settings, kept.paths)
    for path in kept.paths:
        kept.texts.setdefault(path, suggested_values(path, now.get(path), layer_options(architecture, path)))


def _values(kept: SweepForm, architecture: Architecture, wrong: dict[str, str]) -> None:
    titles = variable_choices(architecture)
    for path in kept.paths:
        title = titles[path]
        key = f"{SWEEP_PREFIX}values-{path}"
        st.session_state.setdefault(key, kept.texts[path])
        st.text_input(plain(f"{title[0].upper()}{title[1:]}"), key=key, placeholder="Values between commas")
        if path in wrong:
            field_error(wrong[path][0].upper() + wrong[path][1:])


def _budget(kept: SweepForm) -> None:
    _keep("search", kept.search)
    st.segmented_control(
        "Search", list(SEARCH), key=SWEEP_PREFIX + "search", format_func=SEARCH.__getitem__, required=True,
        help="Grid takes the combinations in the budget, Random draws them. Halving draws them and, after 1, 2, 4, … "
        "epochs, stops the runs whose validation accuracy is not among the better half.",
    )  # fmt: skip
    left, right = st.columns(2)
    fields: tuple[tuple[Any, str, str, float, str, str], ...] = (
        (left, "runs", "Runs", 1, "", "The most that are trained."),
        (right, "minutes", "Minutes", 1.0, "No limit", "Of training, all runs together; then the sweep stops."),
        (st, "max_params", "Most parameters", 1000, "No limit", "Networks with more are not built."),
        (st, "max_macs", "Most MACs", 1000, "No limit", "For one image. Networks with more are not built."),
    )  # fmt: skip
    for place, name, label, step, empty, help_text in fields:
        _keep(name, getattr(kept, name))
        # No minimum or maximum: the browser would not send a number out of range, and the old one would be used.
        place.number_input(label, value=None, step=step, key=SWEEP_PREFIX + name, placeholder=empty, help=help_text)


def _keep(name: str, value: Any) -> None:
    st.session_state.setdefault(SWEEP_PREFIX + name, value)


def _preview(info: DatasetInfo, settings: RunSettings, kept: SweepForm) -> bool:
    """What the plan comes to, before anything is made; whether it can be started."""
    try:
        plan = sweep_plan(kept, read_variables(kept)[0])
        proposal = _proposal(info, settings, plan)
    except SweepError as error:
        st.error(plain(str(error)))
        return False
    st.caption(plain(proposal_words(proposal, plan)))
    return True


def proposal_words(proposal: Proposal, plan: SweepPlan) -> str:
    """What a plan comes to, in words."""
    count = len(proposal.candidates)
    words = [f"{count} of {number_text(plan.combinations)} combinations will be trained."]
    if proposal.over_budget:
        words.append(f"{number_text(proposal.over_budget)} beyond the budget are not built.")
    if proposal.unfit:
        words.append(f"{number_text(proposal.unfit)} cannot be trained. The first: {proposal.unfit_reason}")
    if proposal.left:
        words.append(f"{number_text(proposal.left)} more are within the budget.")
    sizes = [one.total_params for one in proposal.candidates]
    if min(sizes) < max(sizes):
        words.append(f"{number_text(min(sizes))} to {number_text(max(sizes))} parameters.")
    return " ".join(words)


def _proposal(info: DatasetInfo, settings: RunSettings, plan: SweepPlan) -> Proposal:
    """Raises SweepError."""
    architecture, limit = state.document().architecture, server.settings().memory_limit
    key = "\n".join((architecture.to_json(), settings.model_dump_json(), plan.to_json(), repr(info), str(limit)))
    return _proposed(key, architecture, settings, info, plan, limit)


@st.cache_data(show_spinner="Counting the combinations …", max_entries=16)
def _proposed(
    key: str, _architecture: Architecture, _settings: RunSettings, _info: DatasetInfo, _plan: SweepPlan, _limit: int
) -> Proposal:
    return propose(_architecture, _settings, _info, _plan, _limit)


def _start(click: str) -> None:
    """Make the sweep that the fields ask for now, and show its first run."""
    kept, document = _take(), state.document()
    info = describe(document.dataset)
    asked, wrong_settings = requested(current_values(), info)
    variables, wrong = read_variables(kept)
    if wrong or wrong_settings:
        return  # the page, drawn next, says what is wrong
    plan, settings = sweep_plan(kept, variables), RunSettings(**asked)
    found = _proposal(info, settings, plan)
    made = server.store().create_sweep(
        document.architecture, info.name, settings, plan, found.candidates, found.over_budget, found.unfit,
        key=click, drawings=drawings_to_take(info, settings),
    )  # fmt: skip
    server.supervisor().nudge()
    state.set_current_run_id(made.candidates[0].run_id)
    run_state.set_started(made.candidates[0].run_id)
