"""Which data set the page shows: the address names it, so that a reload shows the same."""

from collections.abc import Callable

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.ui import server, state
from cnn_builder.ui.shared.errors import callback
from cnn_builder.ui.shared.linked_field import linked
from cnn_builder.ui.shared.text import plain

NEW = "New data set"


def choose_dataset() -> str | None:
    """The field and what came of the last action; the name of the data set to show, or None for a new one."""
    names = server.own_datasets().names()
    wanted = st.query_params.get(state.SET_PARAM)
    current = wanted if wanted in names else None
    if names:
        options = [NEW, *names]
        st.selectbox("Data set", options, width=320, **linked("data-choice", current or NEW, _choose, options))
    told = state.told()
    if told:
        st.error(plain(told))
    done = st.session_state.pop(state.DATA_MESSAGE, None)
    if done:
        st.toast(plain(done))
    return current


def show(name: str | None) -> None:
    """Show this data set when the page is drawn next, or the way to a new one."""
    if name is None:
        st.query_params.pop(state.SET_PARAM, None)
    else:
        st.query_params[state.SET_PARAM] = name


@callback
def perform(action: Callable[..., str | None], *arguments: object) -> None:
    """Run an action of a button; say what came of it, or why it could not be done. For callbacks."""
    try:
        done = action(*arguments)
    except CnnBuilderError as error:
        state.tell(str(error))
    else:
        if done:
            st.session_state[state.DATA_MESSAGE] = done


def _choose(name: str) -> None:
    show(None if name == NEW else name)
