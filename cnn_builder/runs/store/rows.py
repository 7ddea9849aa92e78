"""Between the store's rows and the models."""

import hashlib
import json
import math
from dataclasses import fields
from functools import lru_cache
from textwrap import shorten
from typing import Any

from pydantic import ValidationError

from cnn_builder.architecture import Architecture
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.runs.errors import RunUnreadable
from cnn_builder.runs.models import AnyRun, Imported, Metric, Run, RunDrawings, RunSettings, UnreadableRun
from cnn_builder.runs.store.events import Event

_PARTS = ("architecture", "settings", "evaluation", "tags", "drawings", "imported")
"""Columns that hold JSON."""
_PLAIN = tuple(f.name for f in fields(Run) if f.name not in _PARTS)
_UNREADABLE = tuple(f.name for f in fields(UnreadableRun) if f.name != "problem")
_PROBLEM_LENGTH = 130
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


def request_digest(
    architecture: Architecture, dataset: str, settings: RunSettings, drawings: RunDrawings | None = None
) -> str:
    """Equal where the same network would be trained in the same way; names do not matter."""
    network = {k: v for k, v in architecture.to_dict().items() if k != "name"}
    asked = {"network": network, "dataset": dataset, "settings": settings.model_dump(mode="json")}
    text = dump(asked if drawings is None else {**asked, "drawings": drawings.fingerprint})
    return hashlib.sha256(text.encode()).hexdigest()


def to_run(row: Any) -> Run:
    """A row of the runs table as a Run. Raises RunUnreadable."""
    found = to_any_run(row)
    if isinstance(found, UnreadableRun):
        raise RunUnreadable(
            f"Run {found.run_id} cannot be read by this version of CNN Builder: {found.problem} "
            "Update CNN Builder, or delete the run."
        )
    return found


def to_any_run(row: Any) -> AnyRun:
    """A row of the runs table as a Run, or as an UnreadableRun where this version cannot read it."""
    part = ""
    try:
        part = "network"
        architecture = _architecture(row.architecture)
        part = "settings"
        settings = RunSettings(**json.loads(row.settings))
        part = "evaluation"
        evaluation = json.loads(row.evaluation) if row.evaluation else None
        part = "tags"
        tags = tuple(json.loads(row.tags))
        part = "drawings"
        drawings = RunDrawings(**json.loads(row.drawings)) if row.drawings else None
        part = "origin"
        imported = Imported(**json.loads(row.imported)) if row.imported else None
    # What another version or a damaged file may hold instead; every other error is a mistake of ours.
    except (CnnBuilderError, ValueError, TypeError, RecursionError) as error:
        plain = {name: getattr(row, name) for name in _UNREADABLE}
        return UnreadableRun(**plain, problem=f"its {part}: {_one_line(error)}")
    plain = {name: getattr(row, name) for name in _PLAIN}
    parts: dict[str, Any] = {"evaluation": evaluation, "tags": tags, "drawings": drawings, "imported": imported}
    return Run(**plain, architecture=architecture, settings=settings, **parts)


def _one_line(error: Exception) -> str:
    """An error's words as one sentence; Pydantic's first line only counts its errors."""
    text = str(error)
    if isinstance(error, ValidationError):
        text = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:2])
    short = shorten(text, _PROBLEM_LENGTH, placeholder=" …").rstrip(".") or type(error).__name__
    return short if short.endswith("…") else f"{short}."


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
