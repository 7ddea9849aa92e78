"""Start: a network that learns to read the visitor's handwriting; for whoever has runs, the latest of them."""

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.runs import Run
from cnn_builder.ui import server, state
from cnn_builder.ui.shared.first_run import first_run_button, is_first_run
from cnn_builder.ui.shared.navigation import inside_frame
from cnn_builder.ui.start import STYLE
from cnn_builder.ui.start.ended import network, score_line, ways_on
from cnn_builder.ui.start.latest import latest
from cnn_builder.ui.start.reading import reading
from cnn_builder.ui.start.watching import run_curves, run_status

RECENT = 30


def shown_run(runs: list[Run]) -> Run | None:
    """The first run that the address names, or one that trains now."""
    current = state.current_run_id()
    for run in runs:
        if is_first_run(run) and (run.run_id == current or run.is_active):
            return run
    return None


def show(run: Run | None) -> None:
    """The button, then how the training goes, then its score and the ways on; the canvas; the curves; the network."""
    st.title("A network that reads your handwriting", anchor=False)
    with st.container(key="start-action"):
        if run is None:
            st.markdown("Draw a digit and train a network on handwritten ones: it reads yours again after every epoch.")
            first_run_button("start-train")
        else:
            run_status(run)
            if not run.is_active:
                if run.test_accuracy is None:
                    first_run_button("start-retry", "Train again")
                with st.container(key="start-outcome"):  # on a phone the style sheet puts it below the answer
                    st.markdown(score_line(run))
                    ways_on(run)
    with st.container(key="start-body"):
        left, right = st.columns([1.35, 1], gap="large")
        with left:
            reading(run)
        with right:
            run_curves(run)
    if run is not None and not run.is_active:
        network(run)


def main() -> None:
    runs = server.store().list(RECENT)
    run = shown_run(runs)
    if run is None and runs:
        latest(runs)
    else:
        server.launcher().warm()
        server.service().warm()
        show(run)


def send_on() -> None:
    """An address with a document or a shared network is one of the Build page."""
    wanted = {name: st.query_params[name] for name in (state.DOC_PARAM, state.NET_PARAM) if name in st.query_params}
    if wanted:
        st.switch_page("pages/build.py", query_params=wanted)


inside_frame()
send_on()
st.html(STYLE)
try:
    main()
except CnnBuilderError as error:
    st.error(str(error))
    st.button("Try again")
