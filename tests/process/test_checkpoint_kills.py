"""kill -9 while checkpoints are written; a store that a hung writer holds. The processes need no TensorFlow."""

import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cnn_builder.engine.training.checkpoint_file import LAST, PREVIOUS, read_checkpoint
from cnn_builder.files import remove_drafts
from cnn_builder.runs import RunSettings, Store
from cnn_builder.runs.workers.launcher import worker_env
from cnn_builder.settings import Settings
from tests.support.networks import TINY

WRITE = """
import sys
from pathlib import Path
import numpy as np
from cnn_builder.engine.training.checkpoint_file import Snapshot, write_checkpoint
folder, step = Path(sys.argv[1]), int(sys.argv[2])
print("ready", flush=True)
while True:
    step += 1
    write_checkpoint(folder, Snapshot({"step": step}, {"a": np.full((400, 500), step, np.float32)}))
    print(step, flush=True)
"""

RECORD = """
import sys, time
from cnn_builder.engine.training.recorder import Recorder
from cnn_builder.runs import Metric, Store
from cnn_builder.settings import Settings
store, run_id = Store.open(Settings.from_env()), sys.argv[1]
store.begin(run_id, 1)
step = 0
with Recorder(store, run_id) as recorder:
    while not recorder.asked.stop:
        step += 1
        recorder.add(Metric(1, step, "step", 1.0, 0.5))
        recorder.check()
        time.sleep(0.01)
store.finish(run_id, "stopped")
print(step)
"""


@pytest.mark.fault(12)
def test_a_kill_while_a_checkpoint_is_written_leaves_a_whole_one(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    said = 0
    for turn in range(10):  # killed after so many whole ones, and a moment
        command = [sys.executable, "-c", WRITE, str(tmp_path), str(said)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=worker_env(settings))
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        told = [int(process.stdout.readline()) for _ in range(turn // 2)]
        time.sleep(0.002 * turn)
        process.send_signal(signal.SIGKILL)
        lines = process.communicate(timeout=180)[0].split("\n")[:-1]  # the last one may be cut off
        told += [int(line) for line in lines]
        said = max([said, *told])
        found = [read_checkpoint(tmp_path / name) for name in (LAST, PREVIOUS) if (tmp_path / name).exists()]
        assert not said or found
        for snapshot in found:
            assert (snapshot.arrays["a"] == snapshot.state["step"]).all()
        assert max([snapshot.state["step"] for snapshot in found], default=0) >= said
    assert said > 0
    remove_drafts(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} <= {LAST, PREVIOUS}


@pytest.mark.fault(4)
def test_a_hung_writer_loses_nothing_and_is_told(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with Store.open(settings) as store:
        run_id = store.create_run(TINY, "mnist", RunSettings()).run_id
        store.claim_next(1)
        command = [sys.executable, "-c", RECORD, run_id]
        worker = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=worker_env(settings))
        while not store.metrics(run_id):
            assert worker.poll() is None
            time.sleep(0.05)
        # Another process's transaction that does not end; 10 s is what a writer waits for its turn.
        hung = sqlite3.connect(tmp_path / "runs.sqlite", isolation_level=None, timeout=10)
        hung.execute("BEGIN IMMEDIATE")
        before = store.metrics(run_id)[-1].step
        end = time.monotonic() + 12
        while time.monotonic() < end:
            began = time.monotonic()
            assert store.get(run_id).status == "running" and store.metrics(run_id)[-1].step == before
            assert time.monotonic() - began < 5, "a page waited for the writer"
            time.sleep(0.5)
        hung.execute("COMMIT")
        hung.close()
        while not store.events(run_id):
            assert worker.poll() is None
            time.sleep(0.05)
        store.request_stop(run_id)
        steps = int(worker.communicate(timeout=180)[0])
        assert [metric.step for metric in store.metrics(run_id)] == list(range(1, steps + 1))
        (event,) = store.events(run_id)
        assert event.text.startswith("the store was busy for 1") and "nothing was lost" in event.text
