"""For whoever has runs: the latest one, and how to go on with it."""

import time
from collections.abc import Sequence

import streamlit as st

from cnn_builder.data import dataset_title
from cnn_builder.figures.percentages import percent
from cnn_builder.runs import Run
from cnn_builder.runs.results.run_labels import differences, name_apart, status_words
from cnn_builder.ui import server, state
from cnn_builder.ui.shared.first_run import first_run_button
from cnn_builder.ui.shared.run_progress import progress
from cnn_builder.ui.shared.text import ago, plain
from cnn_builder.ui.shared.user_pictures import usable_runs
from cnn_builder.ui.start.ended import change_button, network

OTHERS = 4


def latest(runs: Sequence[Run]) -> None:
    """The newest of the runs, its network, and links to those before it; newest first."""
    run, *before = runs
    st.title("Go on", anchor=False)
    with st.container(border=True, key="start-latest"):
        st.markdown(f"**{plain(run.name)}** · {result_words(run, time.time())}")
        _ways_on(run)
        network(run)
    apart = differences(runs)
    if before:
        st.markdown("**Earlier runs**")
        with st.container(key="start-earlier", gap="xsmall"):
            for other in before[:OTHERS]:
                name = plain(name_apart(other, apart[other.run_id]))
                label = f"{name} · {result_words(other, time.time())}"
                st.page_link("pages/train.py", label=label, query_params={state.RUN_PARAM: other.run_id})
    first_run_button("start-again", "Watch a network learn to read your digits", primary=False)


def result_words(run: Run, now: float) -> str:
    """The data set, what came of the run or where it stands, and when it was made."""
    if run.is_active:
        result = progress(run, now).title.lower()
    elif run.test_accuracy is None:
        result = status_words(run)
    else:
        result = f"{percent(run.test_accuracy)} test accuracy"
    return f"{plain(dataset_title(run.dataset))} · {result} · {ago(run.created, now)}"


def _ways_on(run: Run) -> None:
    query = {state.RUN_PARAM: run.run_id}
    with st.container(horizontal=True, key="start-ways"):
        if usable_runs([run], server.settings()) and st.button(
            "Draw with it", key="start-draw", type="primary", icon=":material/draw:"
        ):
            st.switch_page("pages/draw.py", query_params=query)
        see = "See its result" if run.imported else "See its curves"
        if st.button(see, key="start-curves", icon=":material/show_chart:"):
            st.switch_page("pages/train.py", query_params=query)
        change_button(run)
