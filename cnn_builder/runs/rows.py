"""Between the store's rows and the models."""

import hashlib
import json
import math
from dataclasses import fields
from functools import lru_cache
from typing import Any

from cnn_builder.architecture import Architecture
from cnn_builder.runs.events import Event
from cnn_builder.runs.models import Metric, Run, RunSettings

_PLAIN = tuple(f.name for f in fields(Run) if f.name not in ("architecture", "settings", "evaluation", "tags"))
METRIC = tuple(f.name for f in fields(Metric))
_EVENT = tuple(f.name for f in fields(Event))
_FLOATS = ("loss", "accuracy", "val_loss", "val_accuracy", "seconds")


def dump(value: Any) -> str:
    """Compact JSON; a number that is not finite, which JSON does not have, becomes null."""
    return json.dumps(_clean(value), allow_nan=False, separators=(",", ":"), sort_keys=True)


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    if isinstance(value, float):
        return finite(value)
    return value


def finite(value: float | None) -> float | None:
    """The number, or None where it is not finite."""
    return float(value) if value is not None and math.isfinite(value) else None


def request_digest(architecture: Architecture, dataset: str, settings: RunSettings) -> str:
    """Equal where the same network would be trained in the same way; names do not matter."""
    network = {k: v for k, v in architecture.to_dict().items() if k != "name"}
    text = dump({"network": network, "dataset": dataset, "settings": settings.model_dump(mode="json")})
    return hashlib.sha256(text.encode()).hexdigest()


def to_run(row: Any) -> Run:
    """A row of the runs table as a Run."""
    return Run(
        **{name: getattr(row, name) for name in _PLAIN},
        architecture=_architecture(row.architecture),
        settings=RunSettings(**json.loads(row.settings)),
        evaluation=json.loads(row.evaluation) if row.evaluation else None,
        tags=tuple(json.loads(row.tags)),
    )


@lru_cache(maxsize=512)
def _architecture(text: str) -> Architecture:
    return Architecture.from_json(text)  # immutable, so that one value can serve every reader


def to_event(row: Any) -> Event:
    """A row of the events table as an Event."""
    return Event(**{name: getattr(row, name) for name in _EVENT})


def from_metric(run_id: str, seq: int, metric: Metric) -> dict[str, Any]:
    """A Metric as a row of the metrics table."""
    values: dict[str, Any] = {name: getattr(metric, name) for name in METRIC}
    return {**values, **{name: finite(values[name]) for name in _FLOATS}, "run_id": run_id, "seq": seq}
