"""What two runs were asked differently."""

from typing import Any

from cnn_builder.runs.models import Run
from cnn_builder.runs.run_settings import RunSettings


def settings_difference(first: Run, second: Run) -> list[tuple[str, Any, Any]]:
    """(setting, first's, second's) for what differs: the data set, then the settings in their order."""
    pairs = [("dataset", first.dataset, second.dataset)]
    pairs += [(name, getattr(first.settings, name), getattr(second.settings, name)) for name in _names()]
    return [pair for pair in pairs if pair[1] != pair[2]]


def settings_given(settings: RunSettings) -> list[tuple[str, Any]]:
    """(setting, value) for the everyday ones, and for those that are not their defaults."""
    everyday = ("epochs", "batch_size", "optimizer", "learning_rate", "validation_split", "validation_data", "seed")
    told = {*everyday, *(name for name, _ in unusual(settings))}
    return [(name, getattr(settings, name)) for name in _names() if name in told]


def unusual(settings: RunSettings) -> list[tuple[str, Any]]:
    """(setting, value) for those that are not their defaults."""
    defaults = RunSettings()
    given = [(name, getattr(settings, name)) for name in _names()]
    return [(name, value) for name, value in given if value != getattr(defaults, name)]


def _names() -> tuple[str, ...]:
    return tuple(RunSettings.model_fields)
