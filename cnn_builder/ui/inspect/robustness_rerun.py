"""The same network with the layer that should help: one click queues it; then by how much it did."""

import uuid

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.figures.percentages import percent
from cnn_builder.figures.shares import points
from cnn_builder.runs import Run, RunNotFound
from cnn_builder.runs.robustness.curve import RobustnessCurve, change_at, first_failures
from cnn_builder.runs.robustness.perturbations import PERTURBATIONS
from cnn_builder.runs.robustness.rerun import queue_rerun, remedy, with_remedy
from cnn_builder.runs.robustness.words import limit_words
from cnn_builder.ui import server, state
from cnn_builder.ui.inspect.subject import Subject
from cnn_builder.ui.shared.errors import callback, fragment
from cnn_builder.ui.shared.text import plain

POLL = "2s"


def rerun_panel(
    subject: Subject, key: str, curve: RobustnessCurve, rerun: Run | None, after: RobustnessCurve | None
) -> None:
    """What should help; the button that tries it, the run while it trains, or what it brought."""
    advice = remedy(key, subject.info)
    layer = advice.layer.type
    told = f"**{layer}** ({plain(advice.layer.label())}) should help: {plain(advice.layer.summary)}"
    st.markdown(f"{told} {plain(advice.caveat)}")
    if rerun is not None and rerun.is_active:
        fragment(_waiting, run_every=POLL)(rerun.run_id)
    elif after is not None and rerun is not None:
        st.markdown("  \n".join(plain(line) for line in effect_words(curve, after, layer)))
    elif subject.run.imported is not None:
        st.caption("The run was imported: its settings are not known, so it cannot be trained again with the layer.")
    elif with_remedy(subject.run, key, subject.info) is None:
        st.caption(f"This network has a {layer} layer already.")
    else:
        st.button(
            f"Train again with {layer}", key=f"rerun-{key}", on_click=_queue, args=(subject, key, uuid.uuid4().hex),
            help="Queues the same network with this layer first, the same settings and the same seed. Then both are "
            "compared on the same images.",
        )  # fmt: skip
    if (problem := st.session_state.pop(state.RERUN_PROBLEM, None)) is not None:
        st.error(plain(problem))


@callback
def _queue(subject: Subject, key: str, click: str) -> None:
    try:
        queue_rerun(server.store(), server.settings(), subject.run, key, subject.info, click)
        server.supervisor().nudge()
    except CnnBuilderError as error:
        st.session_state[state.RERUN_PROBLEM] = str(error)


def _waiting(run_id: str) -> None:
    try:
        run = server.store().get(run_id)
    except RunNotFound:
        st.rerun()
    except CnnBuilderError as error:
        st.error(plain(str(error)))
        return
    if not run.is_active:
        st.rerun()
    at = f", epoch {max(run.epoch, 1)} of {run.settings.epochs}" if run.step else ""
    st.caption(f"{plain(run.name)} is {run.status}{at}. The comparison appears here when it has ended.")
    st.page_link("pages/train.py", label="Watch it on Train", icon="➡️", query_params={state.RUN_PARAM: run_id})


def effect_words(before: RobustnessCurve, after: RobustnessCurve, layer: str) -> list[str]:
    """What training with the layer changed: where accuracy falls below 90 %, by how much it rose, and at what cost."""
    perturbation = PERTURBATIONS[before.key]
    lines = [f"With {layer}, accuracy {limit_words(after)}; without it, it {limit_words(before)}."]
    places = [*first_failures(before), before.levels.index(before.neutral)]
    for place in places:
        level = before.levels[place]
        change = change_at(before, after, place)
        where = "On unchanged images" if level == before.neutral else f"At {perturbation.level_text(level)}"
        interval = f"95 % confidence interval {points(change.interval.low)} to {points(change.interval.high)}"
        judged = "" if change.distinguishable else "; not distinguishable"
        lines.append(
            f"{where}: {percent(before.accuracies[place])} → {percent(after.accuracies[place])}, "
            f"{points(change.difference)} points ({interval}{judged})."
        )
    return lines
