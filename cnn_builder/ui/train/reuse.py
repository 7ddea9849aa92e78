"""Fill the Train form with a run's request, unchanged or with one change."""

from cnn_builder.architecture import Architecture
from cnn_builder.data import describe
from cnn_builder.runs import RunSettings
from cnn_builder.ui import state
from cnn_builder.ui.train.form_state import current_values, set_field
from cnn_builder.ui.train.form_values import form_values


def take_offered() -> None:
    """Fill the form with the settings that another page offers, if any. The form must not be drawn yet."""
    offered = state.take_offered_training()
    if offered is not None:
        current_values()  # first the values kept for this document, which would else replace these
        for name, value in form_values(RunSettings(**offered), describe(state.document().dataset)).items():
            set_field(name, value)


def fill_form(architecture: Architecture, dataset: str, settings: RunSettings) -> None:
    """Fill the form with this request. For callbacks. Build shows the network, too; Undo there restores the old one."""
    for name, value in form_values(settings, describe(dataset)).items():
        set_field(name, value)
    state.set_document(state.document().with_architecture(architecture, dataset))
