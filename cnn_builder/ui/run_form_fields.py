"""A field of the Train form: its widget, its one line of help, and what is wrong with it under it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from typing import Any

import streamlit as st

from cnn_builder.runs.run_settings import ABOUT
from cnn_builder.ui import run_state
from cnn_builder.ui.run_form_values import DEFAULTS

_PREFIX = "run-"  # of the widgets' keys; the values outlive the widgets in run_state.form()
_OPENED = "_opened"  # groups that were opened to show an error; they are not closed under the user's hand
_WRONG = '<p role="alert" style="margin:0;font-size:.8125rem;color:light-dark(#b91c1c,#fca5a5)">{}</p>'


def key(name: str) -> str:
    """The key of a field's widget."""
    return _PREFIX + name


def current_values() -> dict[str, Any]:
    """The values of all fields: what was just entered, what was entered before, or what they begin with."""
    kept = run_state.form()
    for name, default in DEFAULTS.items():
        kept[name] = st.session_state.get(key(name), kept.get(name, default))
    return {name: kept[name] for name in DEFAULTS}


def enter(name: str, value: Any) -> None:
    """Put a value into a field, as if it had been typed. For callbacks: the widget must not be drawn yet."""
    run_state.form()[name] = value
    if key(name) in st.session_state:
        st.session_state[key(name)] = value


@dataclass(frozen=True)
class Amount:
    """A number: how far a click on + or − goes, and what stands in the field while it is empty (None: never is)."""

    step: float
    empty: str | None = None


@dataclass(frozen=True)
class Fields:
    """Draws fields that hold `values` (by name), with `wrong` (by name) under those that are refused."""

    values: dict[str, Any]
    wrong: dict[str, str]
    labels: dict[str, str] = field(default_factory=dict)

    def number(self, name: str, label: str, numbers: Amount, help: str = "", disabled: bool = False) -> None:
        """A whole number where `numbers.step` is one.

        Any number can be entered: the browser would keep one out of range to itself, and the run would be another.
        """
        self._begin(name)
        self.labels[name] = label
        empty: dict[str, Any] = {} if numbers.empty is None else {"value": None, "placeholder": numbers.empty}
        whole = isinstance(numbers.step, int)
        st.number_input(
            label,
            step=numbers.step,
            format=None if whole else "%.6g",
            key=key(name),
            help=help or ABOUT[name].help,
            disabled=disabled,
            **empty,
        )
        self._told(name)

    def choice(self, name: str, label: str, options: dict[str, str], help: str = "") -> None:
        """One of `options`: values with their words."""
        self._begin(name)
        self.labels[name] = label
        st.selectbox(
            label, list(options), key=key(name), format_func=lambda one: options[one], help=help or _help(name)
        )
        self._told(name)

    def toggle(self, name: str, label: str) -> None:
        """Yes or no."""
        self._begin(name)
        st.toggle(label, key=key(name), help=_help(name))
        self._told(name)

    def text(self, name: str, label: str, example: str, help: str) -> None:
        """A line of text."""
        self._begin(name)
        self.labels[name] = label
        st.text_input(label, key=key(name), placeholder=example, help=help)
        self._told(name)

    def group(self, title: str, names: Iterable[str]) -> Any:
        """A group of fields that is closed until it is opened, or one of `names` is wrong."""
        opened: set[str] = run_state.form().setdefault(_OPENED, set())
        if any(name in self.wrong for name in names):
            opened.add(title)
        return st.expander(title, expanded=title in opened)

    def _begin(self, name: str) -> None:
        # Only right before its widget: set while there is none, the value would come back whenever the widget does.
        st.session_state.setdefault(key(name), self.values[name])

    def _told(self, name: str) -> None:
        if name in self.wrong:
            st.html(_WRONG.format(escape(self.wrong[name])))


def _help(name: str) -> str:
    return ABOUT[name].help if name in ABOUT else ""
