"""The settings of a run, and those in which two runs differ, as rows for people."""

from cnn_builder.data import dataset_title
from cnn_builder.runs.models import Run
from cnn_builder.runs.results.drawing_score import drawings_words
from cnn_builder.runs.settings import RunSettings
from cnn_builder.runs.settings.words import VALIDATION, setting_rows

_EVERYDAY = ("epochs", "batch_size", "optimizer", "learning_rate", *VALIDATION, "seed")


def settings_difference(first: Run, second: Run) -> list[tuple[str, str, str]]:
    """(title, first's, second's) for what differs: the data set, then the settings in their order."""
    pairs = zip(_rows(first), _rows(second), strict=True)
    if first.imported or second.imported:  # the settings of an imported run are not known
        pairs = zip(_origin(first), _origin(second), strict=True)
    return [(title, before, after) for (_, title, before), (_, _, after) in pairs if before != after]


def _origin(run: Run) -> list[tuple[str, str, str]]:
    return [("dataset", "Data set", dataset_title(run.dataset)), ("origin", "Origin", run.origin)]


def settings_given(run: Run) -> list[tuple[str, str]]:
    """(title, value) for the data set, the everyday settings, and those that are not their defaults."""
    usual = {name: value for name, _, value in setting_rows(RunSettings())}
    return [
        (title, value)
        for name, title, value in _rows(run)
        if name not in usual or name in _EVERYDAY or value != usual[name]
    ]


def _rows(run: Run) -> list[tuple[str, str, str]]:
    """(name, title, value in words), the data set first."""
    rows = [("dataset", "Data set", dataset_title(run.dataset))]
    for name, title, value in setting_rows(run.settings):
        told = drawings_words(run) if name == "own_drawings" else ""
        rows.append((name, title, told or value))
    return rows
