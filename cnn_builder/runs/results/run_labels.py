"""Runs of the same name are told apart by what differs between them; the same on every page."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from cnn_builder.data import dataset_title
from cnn_builder.runs.models import AnyRun, Run
from cnn_builder.runs.settings import RunSettings
from cnn_builder.runs.settings.words import setting_words

_Tell = Callable[[Run], str]

_EVERYDAY = ("optimizer", "learning_rate", "batch_size", "epochs", "train_limit", "seed")
"""The settings that are looked at first."""


def differences(runs: Sequence[Run]) -> dict[str, str]:
    """Run id → what tells the run from the others of its name, as few things as do; "" where the name does."""
    by_name: dict[str, list[Run]] = {}
    for run in runs:
        by_name.setdefault(run.name, []).append(run)
    return {run_id: words for alike in by_name.values() for run_id, words in _apart(alike).items()}


def name_apart(run: Run, apart: str) -> str:
    """The run's name with what tells it from others of that name, as `differences` has it."""
    return f"{run.name} ({apart})" if apart else run.name


def status_words(run: AnyRun) -> str:
    """The run's status in lists: "imported" where it was not trained here."""
    return "imported" if isinstance(run, Run) and run.imported else run.status


def _apart(alike: Sequence[Run]) -> dict[str, str]:
    if len(alike) == 1:
        return {alike[0].run_id: ""}
    parts: dict[str, list[str]] = {run.run_id: [] for run in alike}
    for tell in _tells():
        told = {run.run_id: tell(run) for run in alike}
        before = len({tuple(words) for words in parts.values()})
        added = {run_id: [*words, told[run_id]] for run_id, words in parts.items()}
        apart = len({tuple(words) for words in added.values()})
        if apart > before:
            parts = added
        if apart == len(alike):
            break
    return {run_id: ", ".join(words) for run_id, words in parts.items()}


def _setting(run: Run, name: str) -> str:
    return run.origin if run.imported else setting_words(name, getattr(run.settings, name))


def _tells() -> Iterator[_Tell]:
    yield lambda run: dataset_title(run.dataset)
    yield lambda run: run.origin
    yield lambda run: f"{run.total_params:,} parameters"
    for name in sorted(RunSettings.model_fields, key=lambda name: name not in _EVERYDAY):
        yield lambda run, name=name: _setting(run, name)  # type: ignore[misc]
    for pattern in ("%d %b, %H:%M", "%S s"):
        yield lambda run, pattern=pattern: datetime.fromtimestamp(run.created).strftime(pattern)  # type: ignore[misc]
    yield lambda run: run.run_id[-5:]
