"""An advice of the coach: try it in the form, or have a rerun with the same seed test it, and what came of that."""

import uuid
from functools import partial

import streamlit as st

from cnn_builder.runs import Run
from cnn_builder.runs.coach import Finding
from cnn_builder.runs.coach.advice_check import AdviceOutcome, advice_outcome, check_advice, rerun_of
from cnn_builder.runs.coach.suggestions import Suggestion
from cnn_builder.ui import server, state
from cnn_builder.ui.shared.confusion_view import details_of
from cnn_builder.ui.shared.errors import callback
from cnn_builder.ui.shared.text import plain
from cnn_builder.ui.train import actions, run_state
from cnn_builder.ui.train.reuse import fill_form

_SIGN = {"right": ":green[✓]", "wrong": ":red[✗]", "open": ":gray[≈]"}


def advice(run: Run, finding: Finding) -> None:
    """The buttons of a finding's suggestions, and what the reruns showed that test them."""
    told = []
    with st.container(horizontal=True, gap="small"):
        for place, suggestion in enumerate(finding.suggested):
            key = f"{finding.code}-{place}"
            st.button(
                f"Try: {plain(suggestion.title)}", key=f"try-{key}", on_click=_try, args=(run.dataset, suggestion),
                help="Fills the form with this run's settings and this change.",
            )  # fmt: skip
            if run.is_active:
                continue
            rerun = rerun_of(server.store(), run, suggestion)
            if rerun is None:
                st.button(
                    "Test it", key=f"test-{key}", type="tertiary", on_click=actions.attempt,
                    args=(partial(_test, run, suggestion, uuid.uuid4().hex),),
                    help=f"Trains once more with {plain(suggestion.title)}, otherwise the same and with the same seed, "
                    "and then says whether the advice was right.",
                )  # fmt: skip
            else:
                told.append((suggestion, rerun))
    for suggestion, rerun in told:
        _outcome(run, finding, suggestion, rerun)


def _outcome(run: Run, finding: Finding, suggestion: Suggestion, rerun: Run) -> None:
    """What came of testing an advice, with the way to the rerun."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"advice-{rerun.run_id}"):
        st.markdown(_outcome_words(run, finding, suggestion, rerun))
        st.button(
            "Open the rerun",
            key=f"advice-open-{rerun.run_id}",
            type="tertiary",
            on_click=callback(state.set_current_run_id),
            args=(rerun.run_id,),
        )  # fmt: skip


def _outcome_words(run: Run, finding: Finding, suggestion: Suggestion, rerun: Run) -> str:
    title = plain(suggestion.title)
    if rerun.is_active:
        return f"**{title}** is being tested: the run is {plain(rerun.status)}."
    store = server.store()
    metrics = (store.metrics(run.run_id, kind="epoch"), store.metrics(rerun.run_id, kind="epoch"))
    found: AdviceOutcome | None = advice_outcome(finding, (run, rerun), metrics, (details_of(run), details_of(rerun)))
    if found is None:
        return f"**{title}** was tested: the run is {plain(rerun.status)} and has no score to compare."
    return f"{_SIGN[found.judgement]} **{title}** · {plain(found.title)}. {plain(found.words)}"


@callback
def _try(dataset: str, suggestion: Suggestion) -> None:
    """Fill the form with the run's own request and the one change; the network is undone by Undo."""
    fill_form(suggestion.architecture, dataset, suggestion.settings)
    run_state.set_fill_message(
        f"The form now has **{plain(suggestion.title)}** and otherwise that run's settings. Press **Train**."
    )


def _test(run: Run, suggestion: Suggestion, click: str) -> None:
    check_advice(server.store(), run, suggestion, click)
    server.supervisor().nudge()
    run_state.set_fill_message("The rerun is queued. What comes of it is told here, below the advice.")
