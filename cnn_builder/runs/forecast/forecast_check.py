"""What an epoch really took: finished runs, to hold a forecast against."""

from dataclasses import dataclass
from statistics import median

from cnn_builder.architecture import Architecture
from cnn_builder.data import find_dataset
from cnn_builder.runs.forecast import Calibration, forecast
from cnn_builder.runs.image_counts import images_of
from cnn_builder.runs.models import Run
from cnn_builder.runs.store import Store

LOOKED_AT = 20
"""Newest runs among which one like the network is looked for."""


@dataclass(frozen=True)
class TimedRun:
    """A run's seconds per epoch, and those the forecast for its own settings gives."""

    run: Run
    seconds: float
    forecast: float


def last_like(store: Store, calibration: Calibration, architecture: Architecture, dataset: str) -> TimedRun | None:
    """The newest finished run of the same layers on the same data set and device; None where there is none."""
    info = find_dataset(dataset)
    if info is None:
        return None
    for run in store.list(limit=LOOKED_AT):
        if run.status != "finished" or run.dataset != dataset or not _alike(run.architecture, architecture):
            continue
        if run.device is not None and run.device != calibration.device:
            continue  # the forecast is for another device
        seconds = epoch_seconds(store, run)
        if seconds is not None:
            images, validated = images_of(info, run.settings)
            images += run.drawings.train if run.drawings else 0
            settings = run.settings
            expected = forecast(calibration, architecture, images, validated, settings.batch_size, settings.precision)
            return TimedRun(run, seconds, expected.seconds)
    return None


def _alike(one: Architecture, other: Architecture) -> bool:
    """Whether they do the same work, whatever they are called."""
    return (one.input_shape, one.layers) == (other.input_shape, other.layers)


def epoch_seconds(store: Store, run: Run) -> float | None:
    """A run's typical epoch. The first, which compiles the network too, counts only where there is no other."""
    taken = [row.seconds for row in store.metrics(run.run_id, kind="epoch")]
    seconds = [value for value in taken if value is not None]
    return median(seconds[1:] or seconds) if seconds else None
