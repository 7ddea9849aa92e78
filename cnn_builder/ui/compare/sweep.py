"""A sweep: the front of accuracy against cost, its candidates, and each as a diff from the network it started from."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from cnn_builder.architecture import trace
from cnn_builder.architecture.diff import diff
from cnn_builder.architecture.effect import signed
from cnn_builder.figures.diff_table import diff_table, summary, totals_table
from cnn_builder.figures.locale_text import number_text
from cnn_builder.figures.settings_table import settings_table
from cnn_builder.figures.sweep_front import FrontPoint, front_chart
from cnn_builder.runs import Run, SweepError
from cnn_builder.runs.results.score_comparison import Scored, scored
from cnn_builder.runs.settings.words import setting_rows
from cnn_builder.runs.sweeps.outcomes import Outcome, best_by, best_outcome, outcomes, pareto_front
from cnn_builder.runs.sweeps.plan import Sweep
from cnn_builder.runs.sweeps.variables import values_words, variable_title
from cnn_builder.ui import server, state
from cnn_builder.ui.compare.runs import COSTS
from cnn_builder.ui.shared.linked_field import linked
from cnn_builder.ui.shared.reader import localized
from cnn_builder.ui.shared.styles import DIFF_TABLE
from cnn_builder.ui.shared.text import ago, plain

MOST_SWEEPS = 50
_CONFIG = {
    "number": st.column_config.NumberColumn("No.", width="small", pinned=True),
    "values": st.column_config.TextColumn("Candidate", width="large"),
    "test_accuracy": st.column_config.NumberColumn("Test accuracy", format="%.4f"),
    "interval": st.column_config.TextColumn("95 % confidence interval"),
    "val_accuracy": st.column_config.NumberColumn(
        "Validation accuracy", format="%.4f", help="Of the epoch whose model was kept."
    ),
    "parameters": st.column_config.NumberColumn("Parameters", format="localized"),
    "difference": st.column_config.TextColumn("Against the start"),
    "macs": st.column_config.NumberColumn("MACs", format="localized"),
    "seconds": st.column_config.NumberColumn("Training time, s", format="%.1f"),
    "front": st.column_config.CheckboxColumn("Front", help="No other candidate costs as little and is as accurate."),
    "status": st.column_config.TextColumn("Status"),
}


def sweep_section() -> None:
    """The choice of a sweep, where there are any, and what came of the chosen one."""
    made = {one.sweep_id: one for one in server.store().sweeps(MOST_SWEEPS)}
    wanted = state.current_sweep_id()
    if wanted is not None and wanted not in made:
        try:
            found = server.store().sweep(wanted)
            made[found.sweep_id] = found
        except SweepError as error:
            state.set_current_sweep_id(None)
            st.warning(plain(str(error)))
        wanted = state.current_sweep_id()
    if not made:
        return
    labels = _labels(made, time.time())
    st.selectbox(
        "Sweep", list(labels), index=None, format_func=lambda one: labels[one],
        placeholder="Choose a sweep to see its candidates",
        **linked("compare-sweep", wanted if wanted in made else None, state.set_current_sweep_id, labels),
    )  # fmt: skip
    if wanted in made:
        _shown(made[wanted])
        st.header("All runs", anchor=False)


def _labels(made: Mapping[str, Sweep], now: float) -> dict[str, str]:
    """Each sweep's line; the browser knows a choice by its line, so no two may be alike."""
    labels = {}
    for sweep_id, one in made.items():
        varied = ", ".join(variable_title(variable.path, one.architecture) for variable in one.plan.variables)
        labels[sweep_id] = f"{one.name} · {varied} · {len(one.candidates)} runs · {ago(one.created, now)}"
        if list(labels.values()).count(labels[sweep_id]) > 1:
            labels[sweep_id] += f" · {sweep_id}"
    return labels


def _shown(sweep: Sweep) -> None:
    found = outcomes(server.store(), sweep)
    best = best_outcome(sweep, found)
    st.markdown(_words(sweep, found, best))
    cost = st.segmented_control(
        "Cost of the sweep", list(COSTS), default="Parameters", required=True, key="sweep-cost",
        label_visibility="collapsed",
    )  # fmt: skip
    points = front_points(sweep, found, best, cost or "Parameters")
    if points:
        st.plotly_chart(
            localized(front_chart(points, cost or "Parameters")), width="stretch", key="sweep-front",
            config={"displayModeBar": False},
        )  # fmt: skip
        st.caption(
            "The line is the front: the candidates that no other beats. The star is the best; the bars are 95 % "
            "confidence intervals, so where they overlap the order may be chance."
        )
    _candidates(sweep, found, best, {point.number for point in points if point.on_front})


def _words(sweep: Sweep, found: Sequence[Outcome], best: Outcome | None) -> str:
    ended = sum(one.has_ended for one in found)
    words = f"{ended} of {len(found)} runs have ended."
    if sweep.over_budget:
        words += f" {number_text(sweep.over_budget)} combinations were beyond the budget and not built."
    if sweep.unfit:
        words += f" {number_text(sweep.unfit)} could not be trained."
    told = plain(words)
    if best is not None and best.run is not None:
        how = best_by(sweep).replace("val_", "validation ").replace("_", " ")
        what = plain(values_words(best.candidate.values, sweep.architecture))
        told = (
            f"**Best by {how}: No. {best.candidate.number + 1}**, {what}, "
            f"test accuracy {best.run.test_accuracy:.4f}.  \n{told}"
        )
    return told


def front_points(sweep: Sweep, found: Sequence[Outcome], best: Outcome | None, cost: str) -> list[FrontPoint]:
    """The candidates that have a score and this cost, in their order."""
    rated: list[tuple[Outcome, Run, Scored, float]] = []
    for one in found:
        score = scored(one.run) if one.run is not None and one.has_ended else None
        price = COSTS[cost](one.run) if one.run is not None else None
        if one.run is not None and score is not None and price:
            rated.append((one, one.run, score, float(price)))
    front = pareto_front(rated, lambda item: item[3], lambda item: item[2].right / item[2].images)
    numbers = {item[0].candidate.number for item in front}
    return [
        FrontPoint(
            one.candidate.number + 1, values_words(one.candidate.values, sweep.architecture), price, score,
            one.candidate.number in numbers, best is not None and one is best,
        )
        for one, _, score, price in rated
    ]  # fmt: skip


def _candidates(sweep: Sweep, found: Sequence[Outcome], best: Outcome | None, front: set[int]) -> None:
    """The table, and the chosen row (the best to begin with) as a diff from the start."""
    place = found.index(best) if best is not None else 0
    answer = st.dataframe(
        candidates_frame(sweep, found, front), key=f"sweep-table-{sweep.sweep_id}", on_select="rerun",
        selection_mode="single-row", hide_index=True, column_config=_CONFIG, placeholder="–",
        height=min(38 + 35 * len(found), 388), alt="Candidates of the sweep, one per row",
    )  # fmt: skip
    rows = answer["selection"]["rows"]
    _difference(sweep, found[rows[0] if rows and rows[0] < len(found) else place])


def candidates_frame(sweep: Sweep, found: Sequence[Outcome], front: set[int]) -> pd.DataFrame:
    """A row a candidate. `front` are numbers from 1."""
    start, rows = trace(sweep.architecture).total_params, []
    for one in found:
        candidate, run = one.candidate, one.run
        score = scored(run) if run is not None and one.has_ended else None
        more = candidate.total_params - start
        row: dict[str, Any] = {
            "number": candidate.number + 1,
            "values": values_words(candidate.values, sweep.architecture),
            "test_accuracy": run.test_accuracy if run and one.has_ended else None,
            "interval": f"{score.interval.low:.4f} – {score.interval.high:.4f}" if score else None,
            "val_accuracy": one.val_accuracy,
            "parameters": candidate.total_params,
            "difference": signed(more) if more else "same",
            "macs": candidate.total_macs,
            "seconds": run.seconds if run else None,
            "front": candidate.number + 1 in front,
            "status": f"{one.status}: {candidate.stopped}" if candidate.stopped else one.status,
        }
        rows.append(row)
    return pd.DataFrame(rows, columns=list(_CONFIG))


def _difference(sweep: Sweep, one: Outcome) -> None:
    """One candidate against the network and the settings that the sweep started from."""
    number = one.candidate.number + 1
    if one.run is None:
        st.caption(f"The run of No. {number} was deleted.")
        return
    change = diff(sweep.architecture, one.run.architecture)
    st.html(DIFF_TABLE)
    st.markdown(f"**No. {number} against the start** · {plain(summary(change))}")
    if not change.is_same:
        st.html(totals_table(change))
        st.html(diff_table(change))
    pairs = zip(setting_rows(sweep.settings), setting_rows(one.run.settings), strict=True)
    unlike = [(title, before, after) for (_, title, before), (_, _, after) in pairs if before != after]
    if unlike:
        st.html(settings_table(unlike, "Start", f"No. {number}"))
    st.page_link(
        "pages/train.py", label=f"Open the run of No. {number}", icon=":material/show_chart:",
        query_params={state.RUN_PARAM: one.run.run_id},
    )  # fmt: skip
