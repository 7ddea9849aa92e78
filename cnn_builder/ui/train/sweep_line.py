"""Which sweep the shown run belongs to, how far that is, and the way to its comparison."""

import streamlit as st

from cnn_builder.runs import Run
from cnn_builder.runs.sweeps.variables import values_words
from cnn_builder.ui import server, state
from cnn_builder.ui.shared.text import plain
from cnn_builder.ui.train import actions


def sweep_line(run: Run) -> None:
    """A line for a run of a sweep; nothing for another."""
    sweep = server.store().sweep_of(run.run_id)
    if sweep is None:
        return
    mine = next(one for one in sweep.candidates if one.run_id == run.run_id)
    runs = server.store().runs_of(sweep)
    active = sum(other.is_active for other in runs.values())
    ended = len(sweep.candidates) - active
    words = f"Candidate {mine.number + 1} of {len(sweep.candidates)} of a sweep: "
    words += f"{values_words(mine.values, sweep.architecture)}. {ended} of {len(sweep.candidates)} runs have ended."
    if mine.stopped:
        words += f" The sweep stopped this run: {mine.stopped}."
    with st.container(horizontal=True, vertical_alignment="center", key="sweep-line"):
        st.caption(plain(words))
        st.page_link(
            "pages/compare.py", label="Compare the sweep", icon=":material/scatter_plot:",
            query_params={state.SWEEP_PARAM: sweep.sweep_id},
        )  # fmt: skip
        if active:
            st.button(
                "Stop the sweep", key="stop-sweep", type="tertiary", on_click=actions.attempt,
                args=(lambda: server.store().stop_sweep(sweep),),
                help="Ends its runs that train, and removes those that wait.",
            )  # fmt: skip
