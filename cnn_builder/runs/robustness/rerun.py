"""The same network trained with the layer that should help, and by how much it did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cnn_builder.architecture import Architecture
from cnn_builder.architecture.layers import LAYER_TYPES, Layer
from cnn_builder.data import DatasetInfo
from cnn_builder.limits import MAX_NAME
from cnn_builder.runs.errors import RunStateError
from cnn_builder.runs.models import AnyRun, Run
from cnn_builder.runs.robustness.perturbations import PERTURBATIONS
from cnn_builder.runs.settings.checks import check_request
from cnn_builder.runs.store import Store
from cnn_builder.settings import Settings


@dataclass(frozen=True)
class Remedy:
    """A layer that changes training images as the perturbation changes test images; `caveat` says what it leaves."""

    layer: Layer
    caveat: str = ""


def remedy(key: str, info: DatasetInfo) -> Remedy:
    """The layer that should help against a perturbation; for drawings, what comes in at the edge is background."""
    drawing = info.preparation in ("mnist", "digits")
    fill = {"fill_mode": "constant", "fill_value": float(info.light_background)} if drawing else {}
    nothing = float(info.light_background)
    made: dict[str, tuple[str, dict[str, object], str]] = {
        "shift": ("RandomTranslation", {"height_factor": 0.2, "width_factor": 0.2, **fill}, ""),
        "rotation": ("RandomRotation", {"factor": 0.12, **fill}, ""),
        "scale": ("RandomZoom", {"height_factor": 0.4, **fill}, ""),
        "thickness": (
            "RandomZoom", {"height_factor": 0.4, **fill},
            "No layer changes the strokes alone: RandomZoom changes their width together with the size.",
        ),
        "noise": ("GaussianNoise", {"stddev": 0.3}, ""),
        "contrast": ("RandomContrast", {"factor": (0.9, 0.9), "value_range": (0.0, 1.0)}, ""),
        "occlusion": (
            "RandomErasing", {"scale": (0.1, 0.5), "fill_value": nothing, "value_range": (0.0, 1.0)}, "",
        ),
        "fgsm": ("GaussianNoise", {"stddev": 0.3}, _ADVERSARIAL),
        "pgd": ("GaussianNoise", {"stddev": 0.3}, _ADVERSARIAL),
    }  # fmt: skip
    name, settings, caveat = made[key]
    return Remedy(LAYER_TYPES[name].create(settings), caveat)


_ADVERSARIAL = (
    "Noise is not aimed at the network as these steps are: expect little of it. What helps is training on such steps, "
    "which no layer does."
)


def with_remedy(run: Run, key: str, info: DatasetInfo) -> Architecture | None:
    """The run's network with the layer before all others; None where it has one of that type already.

    Where the input is no map, the layer stands between two Reshape layers.
    """
    architecture, layer = run.architecture, remedy(key, info).layer
    if any(present.type == layer.type for present in architecture.layers):
        return None
    shape = architecture.input_shape
    if len(shape) == 3:
        return architecture.insert(0, layer)
    into, back = (LAYER_TYPES["Reshape"].create({"target_shape": list(target)}) for target in (info.input_shape, shape))
    return architecture.insert(0, back).insert(0, layer).insert(0, into)


def find_rerun(runs: Iterable[AnyRun], run: Run, key: str, info: DatasetInfo) -> Run | None:
    """The latest run of the network with that layer, on the same data with the same settings and seed."""
    wanted = with_remedy(run, key, info)
    if wanted is None:
        return None
    same = [
        other
        for other in runs
        if isinstance(other, Run)
        and other.architecture.layers == wanted.layers
        and other.architecture.input_shape == wanted.input_shape
        and (other.dataset, other.settings, other.imported) == (run.dataset, run.settings, None)
        and (other.drawings and other.drawings.fingerprint) == (run.drawings and run.drawings.fingerprint)
        and other.status not in ("crashed", "interrupted")
    ]
    return max(same, key=lambda other: other.run_id, default=None)


def queue_rerun(
    store: Store, settings: Settings, run: Run, key: str, info: DatasetInfo, click: str | None = None
) -> Run:
    """Queue the run's network with the layer that should help, otherwise as it was: settings, seed, own drawings.

    Args:
        click: makes one run of one click.

    Raises RunStateError where it cannot be trained so, StoreError.
    """
    title = PERTURBATIONS[key].title
    architecture = with_remedy(run, key, info)
    layer = remedy(key, info).layer.type
    if run.imported is not None:
        raise RunStateError(f"Run {run.run_id} was imported: the settings it was trained with are not known here.")
    if architecture is None:
        raise RunStateError(f"Run {run.run_id} has a {layer} layer already, the one against {title.lower()}.")
    for problem in check_request(architecture, info, run.settings, settings.memory_limit):
        if problem.blocks:
            raise RunStateError(f"The network with {layer} cannot be trained: {problem.message}")
    name = f"{run.name[: MAX_NAME - len(layer) - 3]} + {layer}"
    drawings = store.drawings(run.run_id) if run.settings.own_drawings else None
    return store.create_run(architecture.with_name(name), run.dataset, run.settings, name, click, drawings)
