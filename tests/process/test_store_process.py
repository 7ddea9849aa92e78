"""The store under several processes, and under kill -9."""

import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cnn_builder.runs import RunSettings, Store
from cnn_builder.runs.workers.launcher import worker_env
from cnn_builder.settings import Settings
from tests.support.networks import TINY

OPEN = """
import sys, time
from cnn_builder.architecture import Architecture
from cnn_builder.runs import RunSettings, Store
from cnn_builder.settings import Settings
architecture = Architecture.from_json(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
store = Store.open(Settings.from_env())
for seed in range(5):
    store.create_run(architecture, "mnist", RunSettings(seed=seed))
claimed = []
while (run := store.claim_next(99)) is not None:
    claimed.append(run.run_id)
print(*claimed)
"""

WRITE = """
import sys
from cnn_builder.runs import Metric, Store
from cnn_builder.settings import Settings
store = Store.open(Settings.from_env())
print("ready", flush=True)
step = 0
while True:
    step += 20
    store.append(sys.argv[1], [Metric(1, step + i, "step", 0.5, 0.5) for i in range(20)])
    store.beat(sys.argv[1], step, 1)
"""


def start(settings: Settings, script: str, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=worker_env(settings),
    )


def ready(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None and process.stdout.readline() == "ready\n"


@pytest.mark.fault(15)
def test_eight_processes_may_open_a_new_store_at_once(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "new")
    processes = [start(settings, OPEN, TINY.to_json()) for _ in range(8)]
    for process in processes:
        ready(process)
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    claimed = [run_id for process in processes for run_id in process.communicate(timeout=180)[0].split()]
    assert [process.returncode for process in processes] == [0] * 8
    with Store.open(settings) as store:
        made = [run.run_id for run in store.list()]
    assert sorted(claimed) == sorted(made) and len(made) == 5


@pytest.mark.fault(16)
def test_the_store_is_whole_after_25_kills_while_writing(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with Store.open(settings) as store:
        run_id = store.create_run(TINY, "mnist", RunSettings()).run_id
        store.claim_next(1)
        before = 0
        for turn in range(25):
            process = start(settings, WRITE, run_id)
            ready(process)
            while turn % 2 and len(store.metrics(run_id)) == before:
                time.sleep(0.001)
            time.sleep(0.003 * turn)
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=180)
            found = store.metrics(run_id)
            assert [row.seq for row in found] == list(range(1, len(found) + 1))
            assert len(found) % 20 == 0 and len(found) >= before
            before = len(found)
    connection = sqlite3.connect(tmp_path / "runs.sqlite")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    assert before > 0
