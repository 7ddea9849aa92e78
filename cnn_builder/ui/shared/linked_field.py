"""A widget for a value that lives elsewhere, such as the document's data set, which undo or another tab may change.

A browser sends the values of all widgets with each of its messages. What it sends before it has drawn a change from
elsewhere is the old value, and Streamlit takes that for an entry: it would edit the document, and the edits that were
undone could not be redone. A key of its own after each change would tell the two apart, but for a moment both widgets
would be on the page.

Streamlit knows the option of a selectbox by its text. The text of an option that has changed meanwhile, as a run's does
when it ends, comes back as a value of its own, which is no option at all.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cnn_builder.ui import state
from cnn_builder.ui.shared.errors import callback

LATE_SECONDS = 2.0
"""How long after a change from elsewhere the old value is a late message: quicker than anyone enters it again."""
_NOTHING = object()
clock = time.monotonic


@dataclass
class FieldValues:
    """What a field shows, and what it showed before the last change from elsewhere."""

    value: Any
    before: Any = _NOTHING
    changed: float = 0.0

    def change(self, value: Any) -> None:
        """Another value, from elsewhere."""
        if value != self.value:
            self.before, self.value, self.changed = self.value, value, clock()

    def enter(self, value: Any) -> None:
        """Another value, entered by the user."""
        self.value, self.before = value, _NOTHING

    def is_late(self, sent: Any) -> bool:
        """Whether what the browser sent was on its way when the field was changed from elsewhere."""
        return sent != self.value and sent == self.before and clock() - self.changed < LATE_SECONDS


def linked(key: str, value: Any, take: Callable[[Any], None], options: Collection[Any] | None = None) -> dict[str, Any]:
    """The arguments `key` and `on_change` of a widget that shows `value`; what a user enters goes to `take`.

    `options` are a selectbox's: nothing else is taken but None, where there is nothing to choose by itself.
    """
    shown: FieldValues = state.linked_fields().setdefault(key, FieldValues(value))
    shown.change(value)
    st.session_state[key] = value

    def entered() -> None:
        sent = st.session_state[key]
        if options is not None and sent is not None and sent not in options:
            return
        if not shown.is_late(sent):
            shown.enter(sent)
            take(sent)

    return {"key": key, "on_change": callback(entered)}
