"""A run for TensorBoard and MLflow, read back by these tools themselves."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_builder.architecture import PRESETS
from cnn_builder.engine.export.tensorboard import write_event_files
from cnn_builder.figures.model_card import model_card
from cnn_builder.runs import Event, Metric, Run, RunSettings, Store, StoreError
from cnn_builder.runs.exports.mlflow_run import log_to_mlflow
from cnn_builder.runs.results.card_facts import card_facts
from cnn_builder.settings import Settings

# The tools' own imports are not ours to mend.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]

ROWS = [
    Metric(1, 4, "step", 2.0, 0.25, seconds=0.5),
    Metric(1, 8, "epoch", 1.5, 0.5, 1.25, 0.625, seconds=1.0),
    Metric(2, 16, "epoch", 0.75, 0.75, None, None, seconds=2.0),
]


@pytest.fixture
def settings(own_home: Path) -> Settings:
    return Settings(home=own_home)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings) as opened:
        yield opened


@pytest.fixture
def run(store: Store) -> Run:
    """A run that trained for two epochs, at half the learning rate from its second on."""
    store.create_run(PRESETS["LeNet-5"].architecture, "digits", RunSettings(epochs=2, learning_rate=0.25))
    claimed = store.claim_next(1)
    assert claimed is not None
    store.begin(claimed.run_id, 16)
    store.append(claimed.run_id, ROWS)
    store.add_event(claimed.run_id, Event("learning_rate", 8, 1, 0.125))
    store.beat(claimed.run_id, 16, 2)
    result = {"test_accuracy": 0.875, "test_loss": 0.5, "best_epoch": 2, "seconds": 3.0}
    store.finish(claimed.run_id, "finished", None, result)
    return store.get(claimed.run_id)


def test_tensorboard_reads_what_the_run_measured(run: Run, store: Store, settings: Settings, tmp_path: Path) -> None:
    event_accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    facts = write_event_files(run, store.events(run.run_id), settings, tmp_path / "events.zip")
    with zipfile.ZipFile(tmp_path / "events.zip") as packed:
        packed.extractall(tmp_path)

    def read(part: str) -> dict[str, list[tuple[int, float]]]:
        found = event_accumulator.EventAccumulator(str(tmp_path / run.run_id / part)).Reload()
        return {tag: [(one.step, one.value) for one in found.Scalars(tag)] for tag in found.Tags()["scalars"]}

    train = read("train")
    assert train["epoch_loss"] == [(0, 1.5), (1, 0.75)] and train["epoch_accuracy"] == [(0, 0.5), (1, 0.75)]
    assert train["epoch_learning_rate"] == [(0, 0.25), (1, 0.125)] and train["batch_loss"] == [(4, 2.0)]
    assert read("validation") == {"epoch_loss": [(0, 1.25)], "epoch_accuracy": [(0, 0.625)]}
    assert facts["scalars"] == 10
    events = event_accumulator.EventAccumulator(str(tmp_path / run.run_id / "train")).Reload()
    assert b"| Learning rate | 0.25 |" in events.Tensors("settings")[0].tensor_proto.string_val[0]
    assert [round(one.wall_time - (run.started or 0), 3) for one in events.Scalars("epoch_loss")] == [1.0, 3.0]


def test_mlflow_reads_what_the_run_measured(run: Run, store: Store, settings: Settings, tmp_path: Path) -> None:
    mlflow = pytest.importorskip("mlflow", reason="MLflow is optional: requirements-export.txt installs it")
    events = store.events(run.run_id)
    card = model_card(card_facts(run, store, settings)).encode()
    target = str(tmp_path / "mlflow.db")
    made = log_to_mlflow(run, ROWS[1:], events, target, {"model_card.md": card})

    client = mlflow.MlflowClient(f"sqlite:///{target}")
    read = client.get_run(made.mlflow_run_id)
    assert read.info.status == "FINISHED" and read.info.run_name == "LeNet-5"
    assert read.data.params["optimizer"] == "Adam" and read.data.params["epochs"] == "2"
    assert "momentum" not in read.data.params
    assert read.data.metrics["test_accuracy"] == 0.875 and read.data.tags["cnn_builder.run_id"] == run.run_id
    history = client.get_metric_history(made.mlflow_run_id, "loss")
    assert [(one.step, one.value) for one in history] == [(1, 1.5), (2, 0.75)]
    assert [one.value for one in client.get_metric_history(made.mlflow_run_id, "val_accuracy")] == [0.625]
    names = {one.path for one in client.list_artifacts(made.mlflow_run_id)}
    assert names == {"model_card.md", "architecture.json"}
    assert (tmp_path / "mlflow-artifacts" / made.mlflow_run_id / "artifacts" / "model_card.md").read_bytes() == card
    with pytest.raises(StoreError, match=r"is in MLflow already, as run"):
        log_to_mlflow(run, ROWS[1:], events, target, {})
    with pytest.raises(StoreError, match=r"^MLflow at .* refuses"):
        log_to_mlflow(run, [], [], "no-such-scheme://nowhere", {})
