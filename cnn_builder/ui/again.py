"""A run's request, put into the Train form again, whole or with one change."""

from cnn_builder.architecture import Architecture
from cnn_builder.data import DATASETS
from cnn_builder.runs import RunSettings
from cnn_builder.ui import state
from cnn_builder.ui.run_form_fields import enter
from cnn_builder.ui.run_form_values import form_values


def fill_form(architecture: Architecture, dataset: str, settings: RunSettings) -> None:
    """Have the form ask for this. For callbacks. The network is then Build's too, where Undo takes it back."""
    for name, value in form_values(settings, DATASETS[dataset]).items():
        enter(name, value)
    state.set_document(state.document().with_architecture(architecture, dataset))
