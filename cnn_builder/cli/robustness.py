"""`runs robustness`: which changes of its images break a run's network, and what helps."""

import json
from typing import TYPE_CHECKING, Any

import click

from cnn_builder.cli.runs import opened

if TYPE_CHECKING:
    from cnn_builder.data import DatasetInfo
    from cnn_builder.runs import Run, ServiceClient, Store
    from cnn_builder.runs.robustness.curve import RobustnessCurve


@click.command()
@click.argument("run_id")
@click.option("--only", metavar="NAME", multiple=True, help="Only this perturbation; can be given several times.")
@click.option(
    "--retrain", is_flag=True,
    help="Queue the same network with the layer that should help against the perturbation named with --only, with the "
    "same settings and seed; when it has been trained, run this command again without --retrain.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per perturbation, one per line.")
def robustness(run_id: str, only: tuple[str, ...], retrain: bool, as_json: bool) -> None:
    """Read up to 1,000 test images at every level of nine perturbations: shift, rotation, scale, thickness, noise,
    contrast, occlusion, fgsm and pgd. What was measured is kept with the run.
    """
    from cnn_builder.data import describe
    from cnn_builder.runs import NO_DATASET, ServiceClient
    from cnn_builder.runs.robustness.perturbations import PERTURBATIONS
    from cnn_builder.settings import Settings

    for name in only:
        if name not in PERTURBATIONS:
            raise click.UsageError(f"--only: expected one of {', '.join(PERTURBATIONS)}, received {name!r}.")
    if retrain and len(only) != 1:
        raise click.UsageError("--retrain goes with one perturbation: name it with --only NAME.")
    settings = Settings.from_env()
    with opened(run_id) as (store, run):
        if run.dataset == NO_DATASET:
            raise click.ClickException(
                f"Run {run.run_id} was imported without a data set: expected a run with test images to read."
            )
        info = describe(run.dataset)
        if retrain:
            from cnn_builder.runs.robustness.rerun import queue_rerun

            made = queue_rerun(store, settings, run, only[0], info)
            click.echo(json.dumps({"run_id": made.run_id, "name": made.name, "status": made.status})
                       if as_json else f"{made.run_id}: {made.status} ({made.name})")  # fmt: skip
            return
        service = ServiceClient(settings)
        try:
            for key in only or PERTURBATIONS:
                answer = measured(key, run, info, store, service)
                click.echo(json.dumps(answer, allow_nan=False) if as_json else robustness_text(answer))
        finally:
            service.close()


def measured(
    key: str, run: "Run", info: "DatasetInfo", store: "Store", service: "ServiceClient"
) -> dict[str, Any]:  # fmt: skip
    """The stable JSON object of one perturbation. `below` are the levels from where on accuracy is below 90 %."""
    from cnn_builder.runs.robustness.perturbations import PERTURBATIONS, SEED
    from cnn_builder.runs.robustness.rerun import find_rerun, remedy
    from cnn_builder.runs.workers.service_api import Questions

    perturbation = PERTURBATIONS[key]
    answer: dict[str, Any] = {"perturbation": key, "unit": perturbation.unit, "layer": remedy(key, info).layer.type}
    curve = Questions(service, run.run_id).robustness(key)
    if isinstance(curve, str):
        return {**answer, "images": 0, "levels": [], "accuracy": [], "below": None, "why": curve, "rerun": None}
    limits = curve.limits
    answer |= {
        "images": curve.images, "seed": SEED, "neutral": curve.neutral, "levels": list(curve.levels),
        "accuracy": curve.accuracies, "below": [limits.low, limits.high],
    }  # fmt: skip
    rerun = find_rerun(store.list(None), run, key, info)
    if rerun is None or rerun.status not in ("finished", "stopped"):
        told = None if rerun is None else {"run_id": rerun.run_id, "status": rerun.status}
        return {**answer, "rerun": told}
    after = Questions(service, rerun.run_id).robustness(key)
    return {**answer, "rerun": _effect(curve, after, rerun)}


def _effect(curve: "RobustnessCurve", after: "RobustnessCurve | str", rerun: "Run") -> dict[str, Any]:
    """What the run with the layer reads, and the paired change at the first levels below 90 %."""
    from cnn_builder.runs.robustness.curve import change_at, first_failures

    told: dict[str, Any] = {"run_id": rerun.run_id, "status": rerun.status}
    if isinstance(after, str):
        return told
    changes = []
    for place in first_failures(curve):
        found = change_at(curve, after, place)
        interval = [found.interval.low, found.interval.high]
        changes.append({"level": curve.levels[place], "difference": found.difference, "interval": interval})
    limits = after.limits
    return {**told, "accuracy": after.accuracies, "below": [limits.low, limits.high], "changes": changes}


def robustness_text(answer: dict[str, Any]) -> str:
    """One perturbation in one line."""
    from cnn_builder.figures.shares import points
    from cnn_builder.runs.robustness.perturbations import PERTURBATIONS

    perturbation = PERTURBATIONS[answer["perturbation"]]
    if "why" in answer:
        return f"{perturbation.title}: not measured. {answer['why']}"
    low, high = answer["below"]
    reached = [perturbation.level_text(float(f"{level:.3g}")) for level in (low, high) if level is not None]
    values = "  ".join(
        f"{perturbation.level_text(level)} {value:.3f}"
        for level, value in zip(answer["levels"], answer["accuracy"], strict=True)
    )
    line = f"{perturbation.title}: {values}; below 90 % {'from ' + ' and '.join(reached) if reached else 'nowhere'}"
    rerun = answer["rerun"]
    if rerun is None:
        return f"{line}; try {answer['layer']}"
    changes = [
        f"{points(one['difference'])} points at {perturbation.level_text(one['level'])}"
        for one in rerun.get("changes", [])
    ]
    return f"{line}; with {answer['layer']} ({rerun['run_id']}): {', '.join(changes) or rerun['status']}"
