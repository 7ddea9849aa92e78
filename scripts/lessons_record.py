"""Trains the lessons through the command line and keeps what came out: `python -m scripts.lessons_record [NAME…]`.

Each run becomes `docs/lessons/NAME.json`; `python -m scripts.lessons_page` makes the page of them. The runs stay in the
store (`CNN_BUILDER_HOME`), where the app shows them. Takes about eight minutes on two cores.
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnn_builder.architecture import PRESETS, Architecture
from cnn_builder.architecture.repair import repairs
from cnn_builder.data import load_dataset
from cnn_builder.figures.verdict import verdict_words
from cnn_builder.runs import Run, Store
from cnn_builder.runs.results.evaluation import read_evaluation
from cnn_builder.runs.results.score_comparison import scored, verdict
from cnn_builder.runs.run_files import BEST
from cnn_builder.runs.settings.lessons import LESSONS, Lesson
from cnn_builder.settings import Settings

RECORDS = Path(__file__).resolve().parents[1] / "docs" / "lessons"
FIRST = 5  # test images whose reading is told


@dataclass(frozen=True)
class Recorded:
    """A network, the lesson whose settings it is trained with, and the record it is judged against, if any."""

    architecture: Architecture
    lesson: Lesson
    against: str | None = None


def lessons() -> dict[str, Recorded]:
    """Each run by its record's name."""
    l1, l2, l3 = (PRESETS[name].architecture for name in ("L1", "L2", "L3"))
    valid = l2.replace(0, l2.layers[0].changed(padding="valid"))
    third = l2.insert(4, l2.layers[2]).insert(5, l2.layers[3])
    return {
        "L1": Recorded(l1, LESSONS["L1"]),
        "L2": Recorded(l2, LESSONS["L2"]),
        "L2-valid": Recorded(valid.with_name("L2 valid"), LESSONS["L2"], against="L2"),
        "L2-third-block": Recorded(third.with_name("L2 third block"), LESSONS["L2"], against="L2"),
        "L3": Recorded(repairs(l3)[0].architecture, LESSONS["L3"]),
    }


def options(lesson: Lesson) -> list[str]:
    """The options of the command line's ``train`` that ask for a lesson's data set and settings."""
    asked, given = lesson.settings, ["--dataset", lesson.dataset]
    for name in ("train_limit", "test_limit"):
        if getattr(asked, name) is not None:
            given += [f"--{name.replace('_', '-')}", str(getattr(asked, name))]
    if asked.validation_data == "split":
        given += ["--validation-split", f"{asked.validation_split:g}"]
    given += ["--epochs", str(asked.epochs), "--batch-size", str(asked.batch_size)]
    return given if asked.validation_data == "split" else [*given, "--validation-data", "test"]


def train(recorded: Recorded) -> str:
    """Train it through the command line; the run's id. Raises CalledProcessError."""
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder) / "network.json"
        spec.write_text(recorded.architecture.to_json(), encoding="utf-8")
        command = [sys.executable, "-m", "cnn_builder", "train", str(spec), *options(recorded.lesson), "--json"]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return str(json.loads(done.stdout.splitlines()[-1])["run_id"])


def first_readings(run: Run, settings: Settings) -> list[str]:
    """The classes that the run's best model reads in the first test images."""
    from cnn_builder.engine.build import probabilities
    from cnn_builder.engine.training.checkpoints import load_model

    data = load_dataset(run.dataset, settings)
    model = load_model(run.architecture, settings.run_folder(run.run_id) / BEST)
    answers = probabilities(model, run.architecture, data.x_test[:FIRST]).argmax(axis=1)
    return [data.info.classes[answer] for answer in answers]


def record(run: Run, store: Store, settings: Settings, other: Run | None) -> dict[str, Any]:
    """What is kept of a run. `other`: the run it is judged against."""
    found = scored(run)
    if found is None:
        raise RuntimeError(f"Run {run.run_id} has no score.")
    judged = None
    if other is not None:
        details = tuple(read_evaluation(settings.run_folder(one.run_id)) for one in (other, run))
        if (said := verdict(other, run, (details[0], details[1]))) is not None:
            judged = verdict_words(said, other.name, run.name)
    kept = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy", "seconds")
    rows = [row for row in store.metrics(run.run_id) if row.kind == "epoch"]
    return {
        "run_id": run.run_id,
        "architecture": run.architecture.to_dict(),
        "epochs": [{name: getattr(row, name) for name in kept} for row in rows],
        "best_epoch": run.best_epoch,
        "test": {
            "accuracy": run.test_accuracy,
            "loss": run.test_loss,
            "images": found.images,
            "interval": [found.interval.low, found.interval.high],
        },
        "first_readings": first_readings(run, settings),
        "verdict": judged,
    }


def main(names: list[str]) -> int:
    settings, known = Settings.from_env(), lessons()
    with Store.open(settings) as store:
        for name in names or known:
            other = known[name].against
            judge = store.get(json.loads((RECORDS / f"{other}.json").read_text())["run_id"]) if other else None
            run = store.get(train(known[name]))
            content = record(run, store, settings, judge)
            (RECORDS / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
            print(f"{name}: run {run.run_id}, test accuracy {run.test_accuracy:.4f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
