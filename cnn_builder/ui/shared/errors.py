"""Errors that nobody expected: the page shows one line with a short id, the log has the traceback under the same id."""

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.ui import state
from cnn_builder.ui.shared.text import plain

_log = logging.getLogger(__name__)
_P = ParamSpec("_P")
_R = TypeVar("_R")


@contextmanager
def shown_errors() -> Iterator[None]:
    """Show what goes wrong in the block: the user's mistakes in their own words, ours with an id."""
    try:
        yield
    except Exception as error:  # the last resort of a page: nothing else stands between this and a traceback
        st.error(_words(error))


def _words(error: Exception) -> str:
    """The error as it is shown; one of ours goes to the log with its id."""
    if isinstance(error, CnnBuilderError):
        return plain(str(error))
    number = secrets.token_hex(3)
    _log.error("Error %s", number, exc_info=error)
    return (
        f"Something went wrong here ({type(error).__name__}, error {number}). Your work is kept. Reload the page; "
        f"if it happens again, look for {number} in the server's log."
    )


def callback(function: Callable[_P, object]) -> Callable[_P, None]:
    """A widget's `on_click` or `on_change` that shows its errors.

    It runs before the page is drawn. Without this an error there would leave the page undrawn, under Streamlit's own
    words; with it the page is drawn as it was, below the error.
    """

    @wraps(function)
    def guarded(*args: _P.args, **kwargs: _P.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except Exception as error:  # nothing else stands between this and a traceback
            state.set_callback_error(_words(error))
            st.rerun()  # of the page: in a fragment, only the fragment would be drawn anew

    return guarded


def callback_errors() -> None:
    """Show what went wrong in a callback, once."""
    words = state.take_callback_error()
    if words:
        st.error(words)


def fragment(function: Callable[_P, _R], run_every: str | float | None = None) -> Callable[_P, _R | None]:
    """`st.fragment` that shows its errors: when it reruns alone, the page's frame does not see them."""

    @wraps(function)
    def guarded(*args: _P.args, **kwargs: _P.kwargs) -> _R | None:
        with shown_errors():
            return function(*args, **kwargs)
        return None

    return st.fragment(guarded, run_every=run_every)
