"""One change to try after a run: its own settings and network, with the same seed, and one thing different."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cnn_builder.architecture import Architecture
from cnn_builder.architecture.layers import Layer
from cnn_builder.architecture.layers.dense import Dense
from cnn_builder.architecture.layers.dropout import Dropout
from cnn_builder.architecture.layers.leaky_relu import LeakyReLU
from cnn_builder.runs.errors import RunSettingsError
from cnn_builder.runs.models import Run, RunSettings

DROPOUT_RATE = 0.3
PATIENCE = 3
L2 = 0.0001


@dataclass(frozen=True)
class Suggestion:
    """A change by its name, and the whole request it leads to."""

    title: str
    settings: RunSettings
    architecture: Architecture


def changed(run: Run, title: str, **settings: Any) -> Iterator[Suggestion]:
    """The run with other settings; nothing where they are its own already, or do not go with its others."""
    try:
        requested = RunSettings(**{**run.settings.model_dump(), **settings})
    except RunSettingsError:
        return
    if requested != run.settings:
        yield Suggestion(title, requested, run.architecture)


def rate(run: Run, factor: float) -> Iterator[Suggestion]:
    """Another learning rate, rounded to one digit."""
    requested = float(f"{run.settings.learning_rate * factor:.0e}")
    return changed(run, f"Learning rate {requested:g}", learning_rate=requested)


def longer(run: Run) -> Iterator[Suggestion]:
    """Twice the epochs."""
    return changed(run, f"{2 * run.settings.epochs} epochs", epochs=2 * run.settings.epochs)


def stop_early(run: Run) -> Iterator[Suggestion]:
    """End when the validation loss no longer falls."""
    if run.settings.early_stopping is None:
        yield from changed(run, f"Early stopping, patience {PATIENCE}", early_stopping=PATIENCE)


def slow_down(run: Run) -> Iterator[Suggestion]:
    """A learning rate that falls over the run."""
    if run.settings.schedule == "constant" and run.settings.reduce_on_plateau is None:
        yield from changed(run, "Cosine schedule", schedule="cosine")
    else:
        yield from rate(run, 1 / 3)


def more_regular(run: Run) -> Iterator[Suggestion]:
    """Dropout before the last Dense layer; where there is dropout already, a penalty on large weights."""
    layers = run.architecture.layers
    if any("Dropout" in layer.type for layer in layers):
        if run.settings.l2 == 0:
            yield from changed(run, f"L2 penalty {L2:g}", l2=L2)
        return
    last = max((place for place, layer in enumerate(layers) if isinstance(layer, Dense)), default=None)
    if last is not None:
        architecture = run.architecture.insert(last, Dropout(rate=DROPOUT_RATE))
        yield Suggestion(f"Dropout {DROPOUT_RATE:g} before the last Dense layer", run.settings, architecture)


def leaky(run: Run, index: int) -> Iterator[Suggestion]:
    """Leaky ReLU in place of the ReLU of layer `index`, which keeps a slope below 0."""
    layer = run.architecture.layers[index]
    if layer.type == "ReLU":
        new: Layer = LeakyReLU()
    elif getattr(layer, "activation", None) == "relu":
        new = layer.changed(activation="leaky_relu")
    else:
        return
    yield Suggestion(f"Leaky ReLU in layer {index + 1}", run.settings, run.architecture.replace(index, new))


def relu_instead(run: Run) -> Iterator[Suggestion]:
    """ReLU in place of every sigmoid and tanh but the last layer's."""
    architecture, last = run.architecture, len(run.architecture.layers) - 1
    for place, layer in enumerate(architecture.layers[:last]):
        if getattr(layer, "activation", None) in ("sigmoid", "tanh"):
            architecture = architecture.replace(place, layer.changed(activation="relu"))
    if architecture != run.architecture:
        yield Suggestion("ReLU instead of sigmoid and tanh", run.settings, architecture)


def clip(run: Run) -> Iterator[Suggestion]:
    """Gradients cut to a norm of 1 together, unless they are cut already."""
    if run.settings.clipnorm is None and run.settings.clipvalue is None:
        yield from changed(run, "Clip gradients, global norm 1", global_clipnorm=1.0)


def less_regular(run: Run) -> Iterator[Suggestion]:
    """Without the penalty on large weights, else without the first Dropout layer."""
    if run.settings.l2:
        yield from changed(run, "No L2 penalty", l2=0.0)
        return
    for place, layer in enumerate(run.architecture.layers):
        if isinstance(layer, Dropout):
            yield Suggestion(f"Remove layer {place + 1} (Dropout)", run.settings, run.architecture.remove(place))
            return
