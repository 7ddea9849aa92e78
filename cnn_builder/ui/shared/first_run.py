"""The first run: the network that reads handwriting after half a minute, and the button that trains it."""

import streamlit as st

from cnn_builder.architecture import PRESETS
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import DatasetError, dataset_title, describe, load_dataset
from cnn_builder.runs import Run, RunSettings
from cnn_builder.ui import server, state
from cnn_builder.ui.shared.text import plain

PRESET = PRESETS["First-reader"]
SETTINGS = RunSettings(**PRESET.training)
WITHOUT_SAMPLE = "digits"
"""The data set that is always there, where the sample of MNIST can't be read."""
PAGE = "pages/start.py"


def is_first_run(run: Run) -> bool:
    """Whether the button made it, or could have: the Start page shows such a run while it trains."""
    return run.architecture.layers == PRESET.architecture.layers and run.dataset in (PRESET.dataset, WITHOUT_SAMPLE)


def first_run_button(key: str, label: str = "Train a network now", primary: bool = True) -> None:
    """The button that starts the first run and shows it on the Start page; what stands in the way is told below it.

    Pressed twice, or in two tabs, it is one run: the store returns the one that waits or trains already.
    """
    pressed = st.button(label, key=key, type="primary" if primary else "secondary", icon=":material/play_arrow:")
    if pressed:
        _try(PRESET.dataset)
    if (reason := st.session_state.get(state.FIRST_RUN_PROBLEM)) is not None:
        st.error(plain(reason))
        other = describe(WITHOUT_SAMPLE)
        if st.button(f"Train on {other.title} instead", key=f"{key}-instead", help=other.story):
            _try(other.name)


def _try(dataset: str) -> None:
    """Start a run and open the Start page, or keep the reason why not and draw this page again."""
    st.session_state.pop(state.FIRST_RUN_PROBLEM, None)
    try:
        with st.spinner(f"Reading {dataset_title(dataset)} …"):  # from the package, at its first use: a few seconds
            load_dataset(dataset, server.settings())  # a worker would meet the same error, half a minute later
        run = server.store().create_run(PRESET.architecture, dataset, SETTINGS)
        server.supervisor().nudge()
    except DatasetError as error:
        st.session_state[state.FIRST_RUN_PROBLEM] = str(error)
        st.rerun()
    except CnnBuilderError as error:
        st.error(plain(str(error)))
    else:
        state.set_current_run_id(run.run_id)
        st.switch_page(PAGE, query_params={state.RUN_PARAM: run.run_id})
