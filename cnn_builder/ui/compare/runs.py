"""Runs side by side: their curves, their cost against their accuracy, and two of them in detail."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from cnn_builder.architecture.diff import diff
from cnn_builder.data import same_test_images
from cnn_builder.figures.curves import marks
from cnn_builder.figures.diff_table import diff_table, summary, totals_table
from cnn_builder.figures.many_curves import MEASURES, TRAINING_TIME, ComparedRun, many_curves
from cnn_builder.figures.score_scatter import Point, score_scatter
from cnn_builder.figures.settings_table import settings_table
from cnn_builder.figures.verdict import verdict_words
from cnn_builder.runs import Event, Run
from cnn_builder.runs.results.event_words import history_words
from cnn_builder.runs.results.learning_rates import rates_of
from cnn_builder.runs.results.run_labels import differences, name_apart
from cnn_builder.runs.results.score_comparison import scored, verdict
from cnn_builder.runs.results.table import macs
from cnn_builder.runs.settings.diff import settings_difference
from cnn_builder.runs.store.events import LEARNING_RATE, RESUMED
from cnn_builder.ui import server
from cnn_builder.ui.compare.seeds import article, judge_seeds, seed_curves, seed_groups
from cnn_builder.ui.shared.confusion_view import details_of
from cnn_builder.ui.shared.reader import localized
from cnn_builder.ui.shared.styles import DIFF_TABLE
from cnn_builder.ui.shared.text import plain

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
COSTS: Mapping[str, Callable[[Run], float | None]] = {
    "Parameters": lambda run: run.total_params,
    "MACs": lambda run: macs(run.architecture),
    TRAINING_TIME: lambda run: run.seconds,
}


def named_by_letter(runs: Sequence[Run]) -> dict[str, str]:
    """Run id → its letter and name on this page; runs of the same name also get what they differ in."""
    apart = differences(runs)
    names = {}
    for letter, run in zip(LETTERS, runs, strict=False):
        names[run.run_id] = f"{letter} · {name_apart(run, apart[run.run_id])}"
    return names


def compared_curves(runs: Sequence[Run], names: Mapping[str, str]) -> None:
    """The chosen runs' curves over one axis."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        measure = st.selectbox("Curve", list(MEASURES), key="compare-measure", width=320)
        groups = seed_groups(runs, names)
        banded = any(len(group.runs) > 1 for group in groups) and st.toggle(
            "Seeds as bands", True, key="compare-bands",
            help="Runs that differ by their seed alone are one band: the mean, from the lowest to the highest.",
        )  # fmt: skip
        over_time = not banded and st.toggle("Over time", key="compare-time")
    if banded:
        seed_curves(groups, measure, lambda run: _curve(run, run.name, server.store().events(run.run_id)))
        return
    events = {run.run_id: server.store().events(run.run_id) for run in runs}
    found = [_curve(run, names[run.run_id], events[run.run_id]) for run in runs]
    figure = many_curves(found, measure, over_time)
    if not figure.data:
        st.info(f"None of these runs has {article(measure)} {measure.lower()} yet.")
        return
    st.plotly_chart(localized(figure), width="stretch", key="compare-curves", config={"displayModeBar": False})
    missing = len(runs) - len(figure.data)
    if missing:
        st.caption(f"{missing} of the runs {'has' if missing == 1 else 'have'} no {measure.lower()}.")
    elif any(run.best_epoch for run in runs):
        st.caption(
            "The larger marker is the epoch whose model was kept: the one with the highest validation accuracy, "
            "or the last one where no validation split chose."
        )
    told = [
        f"{plain(names[run.run_id])}: {plain(line)}" for run in runs for line in history_words(events[run.run_id], 3)
    ]
    if told:
        st.caption("  \n".join(told))


def _curve(run: Run, name: str, events: Sequence[Event]) -> ComparedRun:
    epochs = server.store().metrics(run.run_id, kind="epoch")
    per_epoch = (run.total_steps or 0) / run.settings.epochs
    return ComparedRun(name, epochs, run.best_epoch, rates_of(run, epochs, events), marks(events, per_epoch))


def score_against_cost(runs: Sequence[Run], chosen: Sequence[Run]) -> None:
    """Test accuracy against cost, for the runs in the table that use the same data set as the first chosen one."""
    dataset = chosen[0].dataset
    cost = st.segmented_control(
        "Cost", list(COSTS), default="Parameters", required=True, key="compare-cost", label_visibility="collapsed"
    )
    cost = cost or "Parameters"
    letters = {run.run_id: letter for letter, run in zip(LETTERS, chosen, strict=False)}
    points = []
    for run in runs:
        score, value = scored(run), COSTS[cost](run)
        if same_test_images(run.dataset, dataset) and score is not None and value:
            points.append(Point(letters.get(run.run_id, ""), run.name, float(value), score))
    if not points:
        st.info("None of these runs has a test accuracy yet.")
        return
    st.plotly_chart(
        localized(score_scatter(points, cost)), width="stretch", key="compare-scatter", config={"displayModeBar": False}
    )
    left_out = sum(not same_test_images(run.dataset, dataset) for run in chosen)
    caption = "Bars are 95 % confidence intervals of the test accuracy. The horizontal axis is logarithmic."
    if len(points) > len(chosen) - left_out:
        caption += " Grey: the other runs in the table on this data set."
    if left_out:
        caption += " Runs with other test images are left out."
    st.caption(caption)


def compare_pair(runs: Sequence[Run], names: Mapping[str, str]) -> None:
    """Two of the chosen runs: is one more accurate, and how do they differ."""
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
    st.html(DIFF_TABLE)
    asked, network = st.columns([1, 1.6], gap="large")
    with asked:
        st.markdown("**Settings**")
        unlike = [*settings_difference(one, other), *_unlike_on_the_way(one, other)]
        if unlike:
            st.html(settings_table(unlike, names[first].split(" · ")[0], names[second].split(" · ")[0]))
        elif one.imported or other.imported:
            st.caption("Same data set. The training of an imported model is not known.")
        else:
            st.caption("Same data set and same settings; nothing was changed on the way.")
    with network:
        st.markdown(f"**Network** · {plain(summary(change))}")
        if not change.is_same:
            st.html(totals_table(change))
            st.html(diff_table(change))


def _unlike_on_the_way(one: Run, other: Run) -> list[tuple[str, str, str]]:
    """What happened to one run and not to the other, or otherwise: the learning rate, going on after an end."""
    told = [server.store().events(run.run_id) for run in (one, other)]
    rows = []
    for title, kind in (("Learning rate changed", LEARNING_RATE), ("Resumed", RESUMED)):
        first, second = (
            "; ".join(history_words([event for event in events if event.kind == kind])) or "never" for events in told
        )
        if (first, second) != ("never", "never"):
            rows.append((title, first, second))
    return rows


def _choice(title: str, ids: list[str], names: Mapping[str, str], start: int) -> str:
    # Another choice of runs is another field: an option that is gone would be kept.
    key = f"compare-{title.lower()}-{'-'.join(one[-5:] for one in ids)}"
    return str(st.selectbox(title, ids, index=start, key=key, format_func=lambda one: names[one], width=320))


def _judge(one: Run, other: Run, names: Mapping[str, str]) -> None:
    if not same_test_images(one.dataset, other.dataset):
        st.markdown("**Not comparable** · the runs were not tested on the same images.")
        return
    found = verdict(one, other, (details_of(one), details_of(other)))
    if found is None:
        st.markdown("**Not comparable** · at least one of the runs has no test accuracy.")
        return
    letters = (names[one.run_id].split(" · ")[0], names[other.run_id].split(" · ")[0])
    title, words = verdict_words(found, *letters)
    with st.container(border=True, key="verdict"):
        st.markdown(f"**{plain(title)}**  \n{plain(words)}")
        st.caption("This compares these two trained models. With other seeds, both accuracies would differ slightly.")
    judge_seeds(one, other, letters)
