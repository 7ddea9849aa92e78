"""A run's metrics as TensorBoard's event files, laid out and named as Keras' own TensorBoard callback does it.

An event file is a TFRecord file of `Event` messages; TensorFlow brings both, so that TensorBoard itself is needed only
to look at them. https://keras.io/api/callbacks/tensorboard
"""

import math
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cnn_builder.engine.backend import tf
from cnn_builder.runs import Metric, Run, Store
from cnn_builder.runs.results.learning_rates import rates_of
from cnn_builder.runs.settings.diff import settings_given
from cnn_builder.runs.store.events import Event
from cnn_builder.settings import Settings

_Event, _Summary = tf.compat.v1.Event, tf.compat.v1.Summary


@dataclass(frozen=True)
class Scalar:
    """A number of one tag at a step; `seconds` since the training began."""

    tag: str
    step: int
    seconds: float
    value: float


def write_event_files(run: Run, events: list[Event], settings: Settings, path: Path) -> dict[str, Any]:
    """Write a zip file with a folder of the run's name that has an event file for "train" and one for "validation".

    Returns "scalars", how many numbers are in it. Raises StoreError, OSError.
    """
    with Store.open(settings) as store:
        metrics = store.metrics(run.run_id)
    rows = scalars(run, metrics, events)
    began = run.started or run.created
    with (
        TemporaryDirectory(prefix="cnn-builder-") as folder,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for part, found in rows.items():
            if not found:
                continue
            name = f"events.out.tfevents.{int(began)}.{run.run_id}"
            file = Path(folder) / part
            _write_events(file, began, found, [_settings_event(run, began)] if part == "train" else [])
            packed.write(file, f"{run.run_id}/{part}/{name}")
    return {"scalars": sum(map(len, rows.values()))}


def scalars(run: Run, metrics: Sequence[Metric], events: Sequence[Event]) -> dict[str, list[Scalar]]:
    """The run's numbers as "train" and "validation".

    Epochs, from 0 as in Keras, have "epoch_loss", "epoch_accuracy" and "epoch_learning_rate"; groups of steps have
    "batch_loss" and "batch_accuracy" at their last step.
    """
    found: dict[str, list[Scalar]] = {"train": [], "validation": []}
    passed = 0.0
    for row, rate in zip(metrics, rates_of(run, metrics, events), strict=True):
        if row.kind == "step":
            values = {"batch_loss": row.loss, "batch_accuracy": row.accuracy}
            found["train"] += _known(values, row.step, row.seconds or passed)
            continue
        passed += row.seconds or 0.0
        values = {"epoch_loss": row.loss, "epoch_accuracy": row.accuracy, "epoch_learning_rate": rate}
        found["train"] += _known(values, row.epoch - 1, passed)
        values = {"epoch_loss": row.val_loss, "epoch_accuracy": row.val_accuracy}
        found["validation"] += _known(values, row.epoch - 1, passed)
    return found


def _known(values: dict[str, float | None], step: int, seconds: float) -> Iterator[Scalar]:
    for tag, value in values.items():
        if value is not None and math.isfinite(value):
            yield Scalar(tag, step, seconds, float(value))


def _write_events(file: Path, began: float, rows: Sequence[Scalar], others: Sequence[Any]) -> None:
    with tf.io.TFRecordWriter(str(file)) as writer:
        writer.write(_Event(wall_time=began, file_version="brain.Event:2").SerializeToString())
        for event in others:
            writer.write(event.SerializeToString())
        for row in rows:
            summary = _Summary(value=[_Summary.Value(tag=row.tag, simple_value=row.value)])
            event = _Event(wall_time=began + row.seconds, step=row.step, summary=summary)
            writer.write(event.SerializeToString())


def _settings_event(run: Run, began: float) -> Any:
    """The settings as a Markdown table, for TensorBoard's Text tab."""
    rows = [f"| {title} | {value} |".replace("\n", " ") for title, value in settings_given(run)]
    text = "\n".join([f"| {run.name} | {run.run_id} |", "| --- | --- |", *rows])
    plugin = tf.compat.v1.SummaryMetadata.PluginData(plugin_name="text")
    value = _Summary.Value(
        tag="settings",
        metadata=tf.compat.v1.SummaryMetadata(plugin_data=plugin),
        tensor=tf.make_tensor_proto([text.encode()], dtype=tf.string),
    )
    return _Event(wall_time=began, step=0, summary=_Summary(value=[value]))
