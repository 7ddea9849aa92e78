"""`runs layers`: what a run's layers looked like after its epochs."""

import json
from typing import TYPE_CHECKING, Any

import click

from cnn_builder.cli.runs import opened

if TYPE_CHECKING:
    from cnn_builder.runs.layer_statistics.statistics import Distribution, EpochStatistics, LayerStatistics

NUMBERS = ("mean", "std", "minimum", "maximum", "zeros")


@click.command()
@click.argument("run_id")
@click.option(
    "--json", "as_json", is_flag=True,
    help="Print one JSON object per epoch and layer, one per line, with the histograms; `index` counts from 0.",
)  # fmt: skip
def layers(run_id: str, as_json: bool) -> None:
    """Print the weights, gradients and activations of each layer after the epochs that were kept, 0 before training."""
    from cnn_builder.runs.layer_statistics.kept import read_statistics
    from cnn_builder.settings import Settings

    with opened(run_id) as (_, run):
        epochs = read_statistics(Settings.from_env().run_folder(run.run_id))
    if not epochs:
        raise click.ClickException(f"Run {run.run_id} has no statistics of its layers: expected a run that kept them.")
    for epoch in epochs:
        for layer in epoch.layers:
            click.echo(json.dumps(as_data(epoch, layer), allow_nan=False) if as_json else as_line(epoch, layer))


def as_data(epoch: "EpochStatistics", layer: "LayerStatistics") -> dict[str, Any]:
    """The stable JSON object of one layer after one epoch; null where it has no such numbers."""
    from cnn_builder.runs.layer_statistics.statistics import QUANTITIES

    parts = {name: _numbers(layer.distribution(name)) for name in QUANTITIES}
    told = {"epoch": epoch.epoch, "index": layer.index, "type": layer.type, "images": epoch.images, **parts}
    return {**told, "units": layer.units, "dead": layer.dead}


def _numbers(found: "Distribution | None") -> dict[str, Any] | None:
    if found is None:
        return None
    return {**{name: getattr(found, name) for name in NUMBERS}, "counts": list(found.counts)}


def as_line(epoch: "EpochStatistics", layer: "LayerStatistics") -> str:
    """One layer after one epoch, in one line."""
    parts = [f"epoch {epoch.epoch}", f"layer {layer.index + 1} {layer.type}"]
    if layer.weights is not None:
        parts.append(f"weights {layer.weights.mean:.3g} ± {layer.weights.std:.3g}")
    if layer.gradients is not None:
        parts.append(f"gradients {layer.gradients.rms:.3g}")
    if layer.activations is not None:
        parts.append(f"activations {layer.activations.mean:.3g} ± {layer.activations.std:.3g}")
        parts.append(f"zeros {layer.activations.zeros:.2f}")
    if layer.units:
        parts.append(f"dead {layer.dead} of {layer.units}")
    return "  ".join(parts)
