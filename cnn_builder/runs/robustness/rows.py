"""What is kept of the robustness of a run, and of the runs with the layers that should help, a row a perturbation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cnn_builder.data import find_dataset
from cnn_builder.runs.image_kind import settings_for_run
from cnn_builder.runs.models import AnyRun, Run
from cnn_builder.runs.robustness.curve import RobustnessCurve
from cnn_builder.runs.robustness.kept import read_robustness
from cnn_builder.runs.robustness.perturbations import PERTURBATIONS
from cnn_builder.runs.robustness.rerun import find_rerun, remedy
from cnn_builder.settings import Settings


@dataclass(frozen=True)
class RobustnessRow:
    """A perturbation: its curve, or why there is none; the layer that should help; the run with it, and its curve."""

    key: str
    curve: RobustnessCurve | str
    layer: str
    after: RobustnessCurve | None = None
    rerun: Run | None = None


def robustness_rows(run: Run, settings: Settings, runs: Iterable[AnyRun]) -> list[RobustnessRow]:
    """What is kept of a run, a row a perturbation that was measured; empty where nothing is.

    Args:
        runs: all of them, among which those with the layers that should help are found.
    """
    info, kept = find_dataset(run.dataset, settings_for_run(run)), read_robustness(settings.run_folder(run.run_id))
    if info is None or kept is None:
        return []
    rows, others = [], list(runs) if run.imported is None else []
    for key in PERTURBATIONS:
        curve = kept.curves.get(key) or kept.unsuitable.get(key)
        if curve is None:
            continue
        rerun = find_rerun(others, run, key, info)
        found = None if rerun is None else read_robustness(settings.run_folder(rerun.run_id))
        after = found.curves.get(key) if found is not None and found.images == kept.images else None
        rows.append(RobustnessRow(key, curve, remedy(key, info).layer.type, after, rerun))
    return rows
