"""The Train form's values: they live as the document does, in a file beside it, and outlive the form's widgets."""

from typing import Any

import streamlit as st

from cnn_builder.documents.training_form import TrainingForm, TrainingForms
from cnn_builder.ui import server, state
from cnn_builder.ui.shared.linked_field import FieldValues
from cnn_builder.ui.train import run_state
from cnn_builder.ui.train.form_values import DEFAULTS, acceptable

_PREFIX = "run-"
LIMITS = ("train_limit", "test_limit")


def key(name: str) -> str:
    """The key of a field's widget."""
    return _PREFIX + name


def current_values() -> dict[str, Any]:
    """The values of all fields: what was just entered, what was entered before, or the defaults."""
    _take_over()
    for name in DEFAULTS:
        _take(name)
    return {name: _shown(name).value for name in DEFAULTS}


def set_field(name: str, value: Any) -> None:
    """Put a value into a field from elsewhere. Before the widget is drawn, as in a callback."""
    _take(name)
    _shown(name).change(value)
    if key(name) in st.session_state:
        st.session_state[key(name)] = value


def _shown(name: str) -> FieldValues:
    return run_state.form().fields.setdefault(name, FieldValues(DEFAULTS[name]))


def _take(name: str) -> None:
    """Take what was entered into a field, but for a value that was on its way when the field was changed."""
    shown = _shown(name)
    sent = st.session_state.get(key(name), shown.value)
    if shown.is_late(sent):
        st.session_state[key(name)] = shown.value
    elif sent != shown.value:
        shown.enter(sent)


def reset() -> None:
    """Put its default into every field."""
    current_values()
    for name, default in DEFAULTS.items():
        set_field(name, default)


def change_limits(old: str, new: str) -> None:
    """The limits of images that go with another data set: those it had when it was left, or none."""
    values, limits = current_values(), run_state.form().limits
    limits[old] = {name: values[name] for name in LIMITS}
    for name in LIMITS:
        value = limits.get(new, {}).get(name)
        set_field(name, value if acceptable(name, value) else None)


def save_form() -> None:
    """Write the form's file where it is not up to date. Raises DocumentError."""
    kept, document = run_state.form(), state.document_id()
    sweep = run_state.kept_sweep_form().changed()
    now = TrainingForm({name: _shown(name).value for name in DEFAULTS}, kept.limits, sweep)
    new = kept.saved is None and now == TrainingForm(DEFAULTS)
    if new or now == kept.saved:
        return  # no file for everyone who only looks
    files = _files()
    files.save(document, now)
    kept.saved, kept.stamp = TrainingForm(now.values, dict(kept.limits), sweep), files.stamp(document)


def _take_over() -> None:
    """Take the values of the document that is open now, and what another tab has saved since."""
    state.document()
    kept, files, document = run_state.form(), _files(), state.document_id()
    stamp = files.stamp(document)
    same = kept.document == document
    if same and stamp in (None, kept.stamp):
        return
    found = files.load(document)
    for name, default in DEFAULTS.items():
        before = _shown(name).value
        entered = same and st.session_state.get(key(name), before) != before  # in this tab, just now
        value = found.values.get(name, default)
        if not entered:
            set_field(name, value if acceptable(name, value) else default)
    if not same or kept.saved is None or found.sweep != kept.saved.sweep:
        run_state.set_sweep_form(run_state.SweepForm.read(found.sweep))
    kept.limits, kept.document, kept.stamp = dict(found.limits), document, stamp
    kept.saved = None if stamp is None else found


def _files() -> TrainingForms:
    return TrainingForms(server.settings().own_home / "documents")
