"""The prediction service: a real process that answers, is killed, and answers again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cnn_builder.architecture import Architecture
from cnn_builder.data import load_dataset
from cnn_builder.engine.train import train
from cnn_builder.runs import Run, RunNotFound, RunSettings, ServiceClient, ServiceError, Store
from cnn_builder.runs.workers.launcher import worker_env
from cnn_builder.settings import Settings

# Keras' own way of turning TensorFlow's variables into arrays is not yet NumPy 2's.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

LINEAR = Architecture.from_dict(
    {
        "version": 1,
        "name": "linear",
        "input_shape": [28, 28, 1],
        "layers": [{"type": "Flatten"}, {"type": "Dense", "units": 10}],
    }
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Run]:
    settings = Settings(home=tmp_path_factory.mktemp("service"))
    with Store.open(settings) as store:
        store.create_run(LINEAR, "digits", RunSettings(epochs=4))
        run = store.claim_next(1)
        assert run is not None
        train(run, store, settings)
        return settings, store.get(run.run_id)


@pytest.fixture
def client(trained: tuple[Settings, Run]) -> Iterator[ServiceClient]:
    made = ServiceClient(trained[0])
    yield made
    made.close()


@pytest.mark.fault(19)
def test_it_reads_images_quickly_and_again_after_a_kill(client: ServiceClient, trained: tuple[Settings, Run]) -> None:
    digits, run = load_dataset("digits"), trained[1]
    assert run.evaluation is not None
    began = time.monotonic()
    client.predict(run.run_id, digits.x_test[0])
    waking = time.monotonic() - began
    for sample in run.evaluation["samples"]:
        read = client.predict(run.run_id, digits.x_test[sample["index"]])
        assert sum(read) == pytest.approx(1, abs=1e-5)
        assert max(read) == pytest.approx(sample["probability"], abs=1e-5)
        assert str(int(np.argmax(read))) == sample["predicted"]
    began = time.monotonic()
    for image in digits.x_test[:20]:
        client.predict(run.run_id, image)
    assert time.monotonic() - began < waking  # neither TensorFlow nor the model is loaded again
    process = client._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert len(client.predict(run.run_id, digits.x_test[0])) == 10


def test_a_question_it_cannot_answer_is_told_and_the_next_is_answered(
    client: ServiceClient, trained: tuple[Settings, Run]
) -> None:
    settings, run = trained
    image = np.zeros((28, 28, 1), np.uint8)
    with Store.open(settings) as store:
        waiting = store.create_run(LINEAR, "digits", RunSettings(seed=1))
        with pytest.raises(RunNotFound):
            store.get("nosuchrun")
    with pytest.raises(ServiceError, match="no trained model yet"):
        client.predict(waiting.run_id, image)
    with pytest.raises(ServiceError, match="no run has the id"):
        client.predict("nosuchrun", image)
    with pytest.raises(ServiceError, match="expected uint8 images"):
        client.predict(run.run_id, np.zeros((8, 8, 1), np.uint8))
    with pytest.raises(ServiceError, match="knows ping, predict"):
        client.ask({"op": "dance"})
    assert len(client.predict(run.run_id, image)) == 10


def test_it_ends_with_its_server_and_writes_nothing_else(tmp_path: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "cnn_builder.engine.worker", "service"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=worker_env(Settings(home=tmp_path)),
        timeout=60,
        check=False,
    )
    assert (process.returncode, process.stdout) == (0, b"")
