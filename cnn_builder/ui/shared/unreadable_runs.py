"""The runs that this version cannot read: named with the reason, to be stopped or deleted."""

import time
from collections.abc import Callable, Sequence

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.runs import AnyRun, UnreadableRun
from cnn_builder.runs.workers.removal import delete_run
from cnn_builder.ui import server
from cnn_builder.ui.shared.text import ago, plain


def unreadable_runs(entries: Sequence[AnyRun]) -> None:
    """List those of the runs that cannot be read; nothing where there are none."""
    found = [run for run in entries if isinstance(run, UnreadableRun)]
    if not found:
        return
    count = "1 run" if len(found) == 1 else f"{len(found)} runs"
    with st.expander(f"{count} cannot be read", icon=":material/warning:", key="unreadable-runs"):
        st.caption("Another version of CNN Builder made them, or their data is damaged. An update may read them.")
        for run in found:
            _unreadable(run)


def _unreadable(run: UnreadableRun) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        problem = run.problem[:1].upper() + run.problem[1:]
        st.markdown(f"**{plain(run.name)}** · {run.status} · {ago(run.created, time.time())}  \n{plain(problem)}")
        if run.status in ("starting", "running"):
            if st.button("Stop", key=f"stop-unreadable-{run.run_id}"):
                _attempt(lambda: server.store().request_stop(run.run_id))
            return
        with st.popover("Delete", disabled=run.status == "stopping"):
            st.write("Delete this run with its curves and its models? This cannot be undone.")
            if st.button("Delete the run", key=f"delete-unreadable-{run.run_id}", type="primary", width="stretch"):
                _attempt(lambda: delete_run(server.store(), server.settings(), run.run_id))


def _attempt(action: Callable[[], object]) -> None:
    """Do it and draw the page again; an error is shown in its place."""
    try:
        action()
    except CnnBuilderError as error:
        st.error(plain(str(error)))
    else:
        st.rerun()
