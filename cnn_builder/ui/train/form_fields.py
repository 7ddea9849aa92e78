"""A field of the Train form: its widget, its help text, and its error message below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Any

import streamlit as st

from cnn_builder.runs.settings import ABOUT
from cnn_builder.runs.settings.words import unusual_words
from cnn_builder.ui.shared.text import plain
from cnn_builder.ui.train import run_state
from cnn_builder.ui.train.form_state import key
from cnn_builder.ui.train.form_values import settings_of

_WRONG = '<p role="alert" style="margin:0;font-size:.8125rem;color:light-dark(#b91c1c,#fca5a5)">{}</p>'


@dataclass(frozen=True)
class Amount:
    """A number: how far a click on + or − goes, and the placeholder of an empty field (None: it is never empty)."""

    step: float
    empty: str | None = None


@dataclass(frozen=True)
class Fields:
    """Draws fields that hold `values` (by name), with the messages in `wrong` (by name) below the invalid ones.

    `asked` are the settings that the values ask for, by name.
    """

    values: dict[str, Any]
    asked: dict[str, Any]
    wrong: dict[str, str]
    labels: dict[str, str] = field(default_factory=dict)

    def number(self, name: str, label: str, numbers: Amount, help: str = "", disabled: bool = False) -> None:
        """A whole number where `numbers.step` is one.

        No minimum or maximum: the browser would not send a number out of range, and the run would use the old one.
        """
        empty: dict[str, Any] = {} if numbers.empty is None else {"value": None, "placeholder": numbers.empty}
        whole = isinstance(numbers.step, int)
        with self._field(name, label) as widget:
            st.number_input(
                label,
                step=numbers.step,
                format=None if whole else "%.6g",
                key=widget,
                help=help or ABOUT[name].help,
                disabled=disabled,
                **empty,
            )

    def choice(self, name: str, label: str, options: dict[str, str], help: str = "") -> None:
        """One of `options`, which are values with their labels."""
        with self._field(name, label) as widget:
            st.selectbox(
                label, list(options), key=widget, format_func=lambda one: options[one], help=help or _help(name)
            )

    def toggle(self, name: str, label: str, disabled: bool = False) -> None:
        """Yes or no."""
        with self._field(name, label) as widget:
            st.toggle(label, key=widget, help=_help(name), disabled=disabled)

    def text(self, name: str, label: str, example: str, help: str) -> None:
        """A line of text."""
        with self._field(name, label) as widget:
            st.text_input(label, key=widget, placeholder=example, help=help)

    def group(self, title: str, names: Iterable[str]) -> Any:
        """A group of fields that is closed until it is opened, or one of `names` is invalid.

        Its header names what is not the default in it: a closed group hides no setting.
        """
        names, opened = tuple(names), run_state.form().opened
        if any(name in self.wrong for name in names):
            opened.add(title)
        settings = {name: self.asked[name] for name in settings_of(names) if name in self.asked}
        said = plain(", ".join(unusual_words(settings)))
        # The key keeps it open while its label changes.
        return st.expander(f"**{title}** · {said}" if said else title, expanded=title in opened, key=f"group-{title}")

    @contextmanager
    def _field(self, name: str, label: str) -> Iterator[str]:
        """The place of a widget, with its key; below it, what is wrong with its value."""
        self.labels[name] = label
        widget = key(name)
        # Only right before the widget: set while there is none, the value would come back whenever the widget does.
        st.session_state.setdefault(widget, self.values[name])
        yield widget
        if name in self.wrong:
            field_error(self.wrong[name])


def field_error(message: str) -> None:
    """What is wrong with a field, below it."""
    st.html(_WRONG.format(escape(message)))


def _help(name: str) -> str:
    return ABOUT[name].help if name in ABOUT else ""
