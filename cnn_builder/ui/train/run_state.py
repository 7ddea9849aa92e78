"""What a session keeps for the Train page: the form's values, what the chart was sent, messages to be shown."""

import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import streamlit as st
from pydantic import TypeAdapter, ValidationError

from cnn_builder.documents.autosave import Stamp
from cnn_builder.documents.training_form import TrainingForm
from cnn_builder.ui import state
from cnn_builder.ui.shared.linked_field import FieldValues

SWEEP_PREFIX = "sweep-"
"""Of the keys of a sweep's fields."""


@dataclass
class FormState:
    """The form of the document that is open.

    Args:
        document: the id of the document; empty before one was opened.
        fields: what each field shows, by its name.
        limits: of training and test images, by data set, for every data set the user has switched away from.
        opened: groups that were opened to show an error; they are not closed under the user's hand.
        stamp: of the file, as it was last read or written.
        saved: what the file holds; None where there is none.
    """

    document: str = ""
    fields: dict[str, FieldValues] = field(default_factory=dict)
    limits: dict[str, dict[str, Any]] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)
    stamp: Stamp | None = None
    saved: TrainingForm | None = None


@dataclass
class SweepForm:
    """The fields of a sweep: the paths that vary, the text of each one's values, how it searches, and the budget."""

    paths: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    search: str = "grid"
    runs: int | None = 8
    max_params: int | None = None
    max_macs: int | None = None
    minutes: float | None = None

    def changed(self) -> dict[str, Any]:
        """The fields that are not at their defaults, as JSON has them; the texts of what varies alone."""
        kept = replace(self, texts={path: self.texts[path] for path in self.paths if path in self.texts})
        default = asdict(SweepForm())
        return {name: value for name, value in asdict(kept).items() if value != default[name]}

    @staticmethod
    def read(fields: dict[str, Any]) -> "SweepForm":
        """The form with these fields, as `changed` gives them. What is of another kind has its default."""
        try:
            return _SWEEP_FORM.validate_json(json.dumps(fields), strict=True)
        except ValidationError:
            return SweepForm()


_SWEEP_FORM = TypeAdapter(SweepForm)


def kept_sweep_form() -> SweepForm:
    """What is kept of the sweep's fields; they outlive their widgets when another page is opened."""
    kept: SweepForm = st.session_state.setdefault(state.SWEEP_FORM, SweepForm())
    return kept


def set_sweep_form(form: SweepForm) -> None:
    """Put other values into the sweep's fields. Before their widgets are drawn."""
    st.session_state[state.SWEEP_FORM] = form
    for key in list(st.session_state):
        if isinstance(key, str) and key.startswith(SWEEP_PREFIX):
            del st.session_state[key]


def form() -> FormState:
    """What is kept of the form; it outlives the form's widgets when another page is opened."""
    kept: FormState = st.session_state.setdefault(state.RUN_FORM, FormState())
    return kept


def set_error(message: str, place: str = "") -> None:
    """Store an error message, to be shown in this place when the page is drawn next."""
    st.session_state[state.RUN_REFUSED + place] = message


def take_error(place: str = "") -> str | None:
    """The stored error message for this place; it is returned once."""
    message: str | None = st.session_state.pop(state.RUN_REFUSED + place, None)
    return message


def set_fill_message(message: str) -> None:
    """Store a message about a form that was just filled; the whole page has to be drawn again first."""
    st.session_state[state.FILL_MESSAGE] = message


def take_fill_message() -> str | None:
    """The stored message about the filled form; it is returned once, to whoever draws the page again."""
    message: str | None = st.session_state.pop(state.FILL_MESSAGE, None)
    return message


def started() -> str | None:
    """The id of the run that was last started or resumed in this session."""
    run_id: str | None = st.session_state.get(state.STARTED_RUN)
    return run_id


def set_started(run_id: str) -> None:
    """This session has started this run: its status is brought into view."""
    st.session_state[state.STARTED_RUN] = run_id
    st.session_state[state.STARTED_RUNS] = starts() + 1


def starts() -> int:
    """How many runs this session has started or resumed."""
    count: int = st.session_state.get(state.STARTED_RUNS, 0)
    return count


def announced() -> dict[str, Any]:
    """What screen readers were last told of which run."""
    kept: dict[str, Any] = st.session_state.setdefault(state.ANNOUNCED, {})
    return kept


def set_toast(message: str) -> None:
    """Store a message, to be shown as a toast when the page is drawn next."""
    st.session_state[state.FILL_TOAST] = message


def take_toast() -> str | None:
    """The stored toast; it is returned once."""
    message: str | None = st.session_state.pop(state.FILL_TOAST, None)
    return message
