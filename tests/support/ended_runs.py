"""Runs that have ended, with all that their pages show, made without training."""

import numpy as np

from cnn_builder.architecture import PRESETS
from cnn_builder.data import load_dataset
from cnn_builder.engine.evaluation_counts import evaluated
from cnn_builder.runs import Metric, RunSettings, Store
from cnn_builder.runs.exports.formats import CHECKED_FORMATS
from cnn_builder.runs.exports.kept import keep_export
from cnn_builder.runs.results import evaluation as kept
from cnn_builder.runs.results.model_file import digest
from cnn_builder.runs.run_files import BEST
from cnn_builder.settings import Settings
from tests.support.converted import FACTS


def ended_run(store: Store, settings: Settings, preset: str, wrong: int, seed: int) -> str:
    """A run that reads the first so many test images as the next digit."""
    store.create_run(PRESETS[preset].architecture, "digits", RunSettings(seed=seed))
    run = store.claim_next(100)
    assert run is not None
    store.begin(run.run_id, 30)
    rows = [Metric(epoch, epoch * 10, "epoch", 1 / epoch, 0.8, 0.5, 0.6 + epoch / 10) for epoch in (1, 2, 3)]
    store.append(run.run_id, rows)
    store.beat(run.run_id, 30, 3)
    digits, folder = load_dataset("digits"), settings.run_folder(run.run_id)
    read = digits.y_test.copy()
    read[:wrong] = (read[:wrong] + 1) % 10
    kept.write_evaluation(folder, evaluated(digits, read, np.full((len(read), 10), 0.1)))
    (folder / BEST).write_bytes(b"a model")
    model = {"verified": True, "images": 100, "difference": 0.0, "sha256": digest(folder / BEST)}
    evaluation = {"images": len(read), "details": True, "samples": [], "model": model}
    (settings.home / "made").write_bytes(b"converted")
    for form in CHECKED_FORMATS:
        keep_export(run, settings, form, settings.home / "made", FACTS)
    score = {"test_accuracy": 1 - wrong / len(read), "test_loss": 0.2, "best_epoch": 3, "seconds": 2.0}
    store.finish(run.run_id, "finished", None, {**score, "evaluation": evaluation})
    return run.run_id
