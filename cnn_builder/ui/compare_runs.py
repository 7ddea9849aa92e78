"""Runs side by side: their curves, what their scores cost, and two of them in detail."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import streamlit as st

from cnn_builder.architecture.diff import diff
from cnn_builder.figures.diff_table import diff_table, summary, totals_table
from cnn_builder.figures.many_curves import MEASURES, Curve, many_curves
from cnn_builder.figures.score_scatter import Point, score_scatter
from cnn_builder.figures.settings_table import settings_table
from cnn_builder.figures.verdict import verdict_words
from cnn_builder.runs import Run
from cnn_builder.runs.scored import scored, verdict
from cnn_builder.runs.settings_diff import settings_difference
from cnn_builder.runs.table import macs
from cnn_builder.ui import state
from cnn_builder.ui.run_errors import details_of
from cnn_builder.ui.text import plain

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_STYLE = Path(__file__).with_name("comparison.css")
COSTS: Mapping[str, Callable[[Run], float | None]] = {
    "Parameters": lambda run: run.total_params,
    "MACs": lambda run: macs(run.architecture),
    "Seconds": lambda run: run.seconds,
}


def lettered(runs: Sequence[Run]) -> dict[str, str]:
    """Run id → the letter and name that it has on this page; of the same name, with the first thing they differ in."""
    names = {}
    for letter, run in zip(LETTERS, runs, strict=False):
        alike = [other for other in runs if other.name == run.name]
        told = next((tell(run) for tell in _DIFFERENCES if len({tell(other) for other in alike}) == len(alike)), "")
        names[run.run_id] = f"{letter} · {run.name}" + (f" ({told})" if told and len(alike) > 1 else "")
    return names


_DIFFERENCES: tuple[Callable[[Run], str], ...] = (
    lambda run: run.dataset,
    lambda run: f"seed {run.settings.seed}",
    lambda run: f"{run.settings.optimizer} {run.settings.learning_rate:g}",
    lambda run: f"batch {run.settings.batch_size}",
    lambda run: f"{run.settings.epochs} epochs",
    lambda run: f"{run.total_params:,} parameters",
    lambda run: datetime.fromtimestamp(run.created).strftime("%d %b, %H:%M:%S"),
)


def curves(runs: Sequence[Run], names: Mapping[str, str]) -> None:
    """The chosen runs' curves over one axis."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        measure = st.selectbox("Curve", list(MEASURES), key="compare-measure", width=220)
        over_time = st.toggle("Over time", key="compare-time")
    found = [Curve(names[run.run_id], state.store().metrics(run.run_id, kind="epoch"), run.best_epoch) for run in runs]
    figure = many_curves(found, MEASURES[measure], over_time)
    if not figure.data:
        st.info(f"None of these runs has a {measure.lower()} yet.")
        return
    st.plotly_chart(figure, width="stretch", key="compare-curves", config={"displayModeBar": False})
    missing = len(runs) - len(figure.data)
    if missing:
        st.caption(f"{missing} of the runs {'has' if missing == 1 else 'have'} no {measure.lower()}.")
    elif any(run.best_epoch for run in runs):
        st.caption("The larger mark is the epoch whose model was kept.")


def costs(runs: Sequence[Run], chosen: Sequence[Run]) -> None:
    """What the scores cost, of the runs in the table that read the same data set as the first chosen one."""
    dataset = chosen[0].dataset
    cost = st.segmented_control(
        "Cost", list(COSTS), default="Parameters", required=True, key="compare-cost", label_visibility="collapsed"
    )
    cost = cost or "Parameters"
    letters = {run.run_id: letter for letter, run in zip(LETTERS, chosen, strict=False)}
    points = []
    for run in runs:
        score, value = scored(run), COSTS[cost](run)
        if run.dataset == dataset and score is not None and value:
            points.append(Point(letters.get(run.run_id, ""), run.name, float(value), score))
    if not points:
        st.info("No run here has a test score yet.")
        return
    st.plotly_chart(
        score_scatter(points, cost), width="stretch", key="compare-scatter", config={"displayModeBar": False}
    )
    left_out = sum(run.dataset != dataset for run in chosen)
    told = "Bars are 95 % intervals of the test accuracy. The axis below is logarithmic."
    if len(points) > len(chosen) - left_out:
        told += " Grey: the other runs in the table on this data set."
    if left_out:
        told += " Runs on another data set are left out: they read other images."
    st.caption(told)


def two(runs: Sequence[Run], names: Mapping[str, str]) -> None:
    """Two of the chosen runs: does one read better, and in what do they differ."""
    by_id = {run.run_id: run for run in runs}
    ids = list(by_id)
    with st.container(horizontal=True):
        first = _choice("From", ids, names, len(ids) - 2)
        second = _choice("To", ids, names, len(ids) - 1)
    if first == second:
        st.info("Choose two different runs.")
        return
    one, other = by_id[first], by_id[second]
    _judge(one, other, names)
    change = diff(one.architecture, other.architecture)
    st.html(_STYLE)
    asked, network = st.columns([1, 1.6], gap="large")
    with asked:
        st.markdown("**Settings**")
        differences = settings_difference(one, other)
        if differences:
            st.html(settings_table(differences, names[first].split(" · ")[0], names[second].split(" · ")[0]))
        else:
            st.caption("The same data set and the same settings.")
    with network:
        st.markdown(f"**Network** · {plain(summary(change))}")
        if not change.is_same:
            st.html(totals_table(change))
            st.html(diff_table(change))


def _choice(title: str, ids: list[str], names: Mapping[str, str], start: int) -> str:
    # Another choice of runs is another field: an option that is gone would be kept.
    key = f"compare-{title.lower()}-{'-'.join(one[-5:] for one in ids)}"
    return str(st.selectbox(title, ids, index=start, key=key, format_func=lambda one: names[one], width=320))


def _judge(one: Run, other: Run, names: Mapping[str, str]) -> None:
    if one.dataset != other.dataset:
        st.markdown("**No verdict** · they read different test images.")
        return
    found = verdict(one, other, (details_of(one), details_of(other)))
    if found is None:
        st.markdown("**No verdict** · one of them has no test score.")
        return
    letters = (names[one.run_id].split(" · ")[0], names[other.run_id].split(" · ")[0])
    title, words = verdict_words(found, *letters)
    with st.container(border=True, key="verdict"):
        st.markdown(f"**{plain(title)}**  \n{plain(words)}")
        st.caption("It judges these two trained models. Another seed would move each of them a little.")
