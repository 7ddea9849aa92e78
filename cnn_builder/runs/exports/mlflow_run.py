"""A run in MLflow: its settings, metrics, score and files, written by MLflow's own client. An optional extra."""

import logging
import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cnn_builder import __version__
from cnn_builder.runs.errors import StoreError
from cnn_builder.runs.exports.formats import EXTRA
from cnn_builder.runs.models import Metric, Run
from cnn_builder.runs.results.learning_rates import rates_of
from cnn_builder.runs.settings.combinations import applies
from cnn_builder.runs.store.events import Event

EXPERIMENT = "CNN Builder"
RUN_TAG = "cnn_builder.run_id"
METRICS_AT_ONCE, PARAMETERS_AT_ONCE = 1000, 100
"""MLflow takes at most so many in one request: https://mlflow.org/docs/latest/api_reference/rest-api.html#log-batch"""
_STATUS = {"finished": "FINISHED", "stopped": "KILLED"}


@dataclass(frozen=True)
class LoggedRun:
    """Where the run is in MLflow."""

    experiment: str
    mlflow_run_id: str


def log_to_mlflow(
    run: Run, metrics: Sequence[Metric], events: Sequence[Event], target: str, files: Mapping[str, bytes]
) -> LoggedRun:
    """Log an ended run to the experiment "CNN Builder".

    Args:
        metrics: the epochs'.
        target: the address of a tracking server, a database's address, or the path of an SQLite file.
        files: the artifacts, by name.

    Raises StoreError where MLflow is missing or refuses, the run has not ended, or it is there already.
    """
    if find_spec("mlflow") is None:
        raise StoreError(f"MLflow is not installed here. Install it: pip install -r {EXTRA} -c constraints.txt")
    if run.is_active:
        raise StoreError(f"Run {run.run_id} cannot be logged to MLflow yet: it has not ended.")
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # nothing leaves this machine unasked
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    for name in ("mlflow", "alembic"):  # after its import, which sets them
        logging.getLogger(name).setLevel(logging.WARNING)  # the tables it makes in a new file are no news to a user
    address, artifacts = _address(target)
    try:
        client = MlflowClient(tracking_uri=address)
        known = client.get_experiment_by_name(EXPERIMENT)
        experiment = known.experiment_id if known else client.create_experiment(EXPERIMENT, artifacts)
        before = client.search_runs([experiment], f"tags.`{RUN_TAG}` = '{run.run_id}'", max_results=1)
        if before:
            raise StoreError(
                f"Run {run.run_id} is in MLflow already, as run {before[0].info.run_id}: delete that to log it anew."
            )
        began = int(1000 * (run.started or run.created))
        made = client.create_run(experiment, start_time=began, tags=_tags(run), run_name=run.name)
        _log(client, made.info.run_id, run, metrics, events, files)
    except MlflowException as error:
        raise StoreError(f"MLflow at {target} refuses: {' '.join(str(error).split()):.300}") from error
    return LoggedRun(EXPERIMENT, made.info.run_id)


def _address(target: str) -> tuple[str, str | None]:
    """MLflow's address of a target, and where the files of an SQLite database go; None where the server decides."""
    if "://" in target:
        return target, None
    path = Path(target).resolve()
    return f"sqlite:///{path}", path.with_name(f"{path.stem}-artifacts").as_uri()


def _tags(run: Run) -> dict[str, str]:
    tags = {RUN_TAG: run.run_id, "mlflow.source.name": f"CNN Builder {__version__}", "dataset": run.dataset}
    if run.notes:
        tags["mlflow.note.content"] = run.notes
    if run.tags:
        tags["tags"] = ", ".join(run.tags)
    return tags


def _log(
    client: Any, run_id: str, run: Run, metrics: Sequence[Metric], events: Sequence[Event], files: Mapping[str, bytes]
) -> None:
    from mlflow.entities import Metric as MlflowMetric
    from mlflow.entities import Param

    began = run.started or run.created
    asked = run.settings.model_dump()
    values = {name: value for name, value in asked.items() if applies(asked, name)}
    values |= {"dataset": run.dataset, "total_params": run.total_params, "network": run.architecture.name}
    parameters = [Param(name, str(value)) for name, value in values.items()]
    for start in range(0, len(parameters), PARAMETERS_AT_ONCE):
        client.log_batch(run_id, params=parameters[start : start + PARAMETERS_AT_ONCE])
    rows = [
        MlflowMetric(name, value, int(1000 * (began + seconds)), step)
        for name, value, seconds, step in _numbers(run, metrics, events)
    ]
    for start in range(0, len(rows), METRICS_AT_ONCE):
        client.log_batch(run_id, metrics=rows[start : start + METRICS_AT_ONCE])
    with tempfile.TemporaryDirectory(prefix="cnn-builder-") as folder:
        for name, content in {**files, "architecture.json": run.architecture.to_json().encode()}.items():
            (Path(folder) / name).write_bytes(content)
        client.log_artifacts(run_id, folder)
    ended = int(1000 * (run.ended or time.time()))
    client.set_terminated(run_id, _STATUS.get(run.status, "FAILED"), ended)


def _numbers(run: Run, metrics: Sequence[Metric], events: Sequence[Event]) -> Iterator[tuple[str, float, float, int]]:
    """(name, value, seconds since the training began, epoch from 1) of everything that was measured."""
    passed = 0.0
    for row, rate in zip(metrics, rates_of(run, metrics, events), strict=True):
        passed += row.seconds or 0.0
        values = {"loss": row.loss, "accuracy": row.accuracy, "val_loss": row.val_loss}
        values |= {"val_accuracy": row.val_accuracy, "learning_rate": rate}
        yield from ((name, value, passed, row.epoch) for name, value in values.items() if value is not None)
    best = run.best_epoch or 0
    for name, value in (("test_loss", run.test_loss), ("test_accuracy", run.test_accuracy), ("seconds", run.seconds)):
        if value is not None:
            yield name, value, passed, best
