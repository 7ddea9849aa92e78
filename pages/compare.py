"""Compare: the runs as a table, their curves over one axis, and two of them side by side."""

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.ui import compare_runs, state
from cnn_builder.ui.compare_table import MOST_RUNS, download, filtered, follow, runs_table
from cnn_builder.ui.navigation import inside_frame


def main() -> None:
    st.title("Compare", anchor=False)
    try:
        runs = state.store().list(MOST_RUNS)
    except CnnBuilderError as error:
        st.error(str(error))
        st.button("Try again")
        return
    if not runs:
        st.info("Nothing is trained yet. Train two networks, then see here which one reads better, and at what cost.")
        st.page_link("pages/train.py", label="Go to Train", icon="➡️")
        return
    follow(runs)
    shown = filtered(runs)
    if not shown:
        st.info("No run is like this. Take a word or a choice away.")
        return
    chosen = runs_table(shown)
    download(shown)
    if not chosen:
        st.caption("Choose runs in the table's first column to see their curves here.")
        return
    names = compare_runs.lettered(chosen)
    st.subheader("Curves", anchor=False)
    compare_runs.curves(chosen, names)
    if len(chosen) > 1:
        st.subheader("Two runs", anchor=False)
        compare_runs.two(chosen, names)
    st.subheader("Cost and score", anchor=False)
    compare_runs.costs(shown, chosen)


inside_frame()
main()
