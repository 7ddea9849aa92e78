"""Compare: the runs as a table, their curves over one axis, and two of them side by side."""

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.runs import Run
from cnn_builder.ui import server
from cnn_builder.ui.compare.runs import compare_pair, compared_curves, named_by_letter, score_against_cost
from cnn_builder.ui.compare.sweep import sweep_section
from cnn_builder.ui.compare.table import MOST_RUNS, download_table, filtered, rerun_on_progress, runs_table
from cnn_builder.ui.shared.first_run import first_run_button
from cnn_builder.ui.shared.navigation import inside_frame
from cnn_builder.ui.shared.unreadable_runs import unreadable_runs


def main() -> None:
    st.title("Compare", anchor=False)
    try:
        entries = server.store().entries(MOST_RUNS)
    except CnnBuilderError as error:
        st.error(str(error))
        st.button("Try again")
        return
    runs = [run for run in entries if isinstance(run, Run)]
    unreadable_runs(entries)
    if not runs:
        st.info("No network has been trained yet. Train two, then compare their accuracy and cost here.")
        first_run_button("train-first")
        return
    rerun_on_progress(runs)
    sweep_section()
    shown = filtered(runs)
    if not shown:
        st.info("No run matches these filters. Remove one of them.")
        return
    chosen = runs_table(shown)
    download_table(shown)
    if not chosen:
        st.caption("Select runs in the first column of the table to see their curves.")
        return
    names = named_by_letter(chosen)
    st.header("Curves", anchor=False)
    compared_curves(chosen, names)
    if len(chosen) > 1:
        st.header("Two runs", anchor=False)
        compare_pair(chosen, names)
    st.header("Accuracy and cost", anchor=False)
    score_against_cost(shown, chosen)


inside_frame()
main()
