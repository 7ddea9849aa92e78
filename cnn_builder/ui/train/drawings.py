"""The user's own drawings in the Train form: the offer to train on them, and what stands in its way."""

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import DatasetInfo
from cnn_builder.data.sets.drawing_set import DrawingSet, drawing_counts, drawings_for_run, drawings_refusal
from cnn_builder.figures.locale_text import number_text
from cnn_builder.runs import RunSettings
from cnn_builder.runs.settings.checks import Problem, SettingsFix
from cnn_builder.ui.shared.text import plain
from cnn_builder.ui.shared.user_pictures import own_drawings
from cnn_builder.ui.train.form_fields import Fields

FIELD = "own_drawings"


def drawings_offer(fields: Fields, info: DatasetInfo) -> int:
    """The switch with what it does; nothing for who keeps no drawings. How many would be added to the training."""
    asked = bool(fields.values[FIELD])
    own = own_drawings(info)
    try:
        train, test = drawing_counts(own.names())
        if not asked and not train + test and not own.elsewhere():
            return 0
        reason = drawings_refusal(own, train, test)
    except CnnBuilderError as error:
        train, test, reason = 0, 0, str(error)
    with st.container(key="form-drawings", gap="xsmall"):
        fields.toggle(FIELD, "Train on my drawings too", disabled=reason is not None and not asked)
        if reason is None:
            st.caption(
                f"{number_text(train)} of your {number_text(train + test)} drawings are added to the training images; "
                f"the other {number_text(test)} only test the network."
            )
        elif not asked:  # else it is a problem of the run, which is told with the others
            st.caption(plain(reason))
    return train if asked and reason is None else 0


def drawings_problems(info: DatasetInfo, settings: RunSettings) -> tuple[Problem, ...]:
    """Why the run cannot take the drawings that it asks for."""
    if not settings.own_drawings:
        return ()
    own = own_drawings(info)
    try:
        reason = drawings_refusal(own, *drawing_counts(own.names()))
    except CnnBuilderError as error:
        reason = str(error)
    if reason is None:
        return ()
    without = SettingsFix("Train without my drawings", settings.model_copy(update={FIELD: False}))
    return (Problem(reason, blocks=True, settings_fix=without),)


def drawings_to_take(info: DatasetInfo, settings: RunSettings) -> DrawingSet | None:
    """The drawings as they are now, where the run asks for them. Raises DatasetError."""
    return drawings_for_run(own_drawings(info)) if settings.own_drawings else None
