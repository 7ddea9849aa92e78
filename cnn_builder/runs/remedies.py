"""One change to try after a run: its own settings and network, with the same seed, and one thing different."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cnn_builder.architecture import Architecture
from cnn_builder.architecture.layers.dense import Dense
from cnn_builder.architecture.layers.dropout import Dropout
from cnn_builder.runs.errors import RunSettingsError
from cnn_builder.runs.models import Run, RunSettings

DROPOUT_RATE = 0.3
PATIENCE = 3
L2 = 0.0001


@dataclass(frozen=True)
class Remedy:
    """A change by its name, and the whole request it leads to."""

    title: str
    settings: RunSettings
    architecture: Architecture


def changed(run: Run, title: str, **settings: Any) -> Iterator[Remedy]:
    """The run with other settings; nothing where they are its own already, or do not go with its others."""
    try:
        wanted = RunSettings(**{**run.settings.model_dump(), **settings})
    except RunSettingsError:
        return
    if wanted != run.settings:
        yield Remedy(title, wanted, run.architecture)


def rate(run: Run, factor: float) -> Iterator[Remedy]:
    """Another learning rate, rounded to one digit."""
    wanted = float(f"{run.settings.learning_rate * factor:.0e}")
    return changed(run, f"Learning rate {wanted:g}", learning_rate=wanted)


def longer(run: Run) -> Iterator[Remedy]:
    """Twice the epochs."""
    return changed(run, f"{2 * run.settings.epochs} epochs", epochs=2 * run.settings.epochs)


def stop_early(run: Run) -> Iterator[Remedy]:
    """End when the validation loss no longer falls."""
    if run.settings.early_stopping is None:
        yield from changed(run, f"Stop early after {PATIENCE} epochs", early_stopping=PATIENCE)


def slow_down(run: Run) -> Iterator[Remedy]:
    """A learning rate that falls over the run."""
    if run.settings.schedule == "constant" and run.settings.reduce_on_plateau is None:
        yield from changed(run, "Cosine schedule", schedule="cosine")
    else:
        yield from rate(run, 1 / 3)


def more_regular(run: Run) -> Iterator[Remedy]:
    """Dropout before the last Dense layer; where there is dropout already, a penalty on large weights."""
    layers = run.architecture.layers
    if any("Dropout" in layer.type for layer in layers):
        if run.settings.l2 == 0:
            yield from changed(run, f"L2 penalty {L2:g}", l2=L2)
        return
    last = max((place for place, layer in enumerate(layers) if isinstance(layer, Dense)), default=None)
    if last is not None:
        architecture = run.architecture.insert(last, Dropout(rate=DROPOUT_RATE))
        yield Remedy(f"Dropout {DROPOUT_RATE:g} before the last Dense layer", run.settings, architecture)


def less_regular(run: Run) -> Iterator[Remedy]:
    """Without the penalty on large weights, else without the first Dropout layer."""
    if run.settings.l2:
        yield from changed(run, "No L2 penalty", l2=0.0)
        return
    for place, layer in enumerate(run.architecture.layers):
        if isinstance(layer, Dropout):
            yield Remedy(f"Without layer {place + 1} (Dropout)", run.settings, run.architecture.remove(place))
            return
