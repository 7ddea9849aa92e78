"""Real workers that are killed, stopped, filled up and damaged, and what is left of their runs."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from cnn_builder.architecture import Architecture
from cnn_builder.engine.training.checkpoint_file import DAMAGED, LAST, PREVIOUS, read_checkpoint
from cnn_builder.runs import LocalLauncher, Metric, Run, RunSettings, Store, Supervisor
from cnn_builder.runs.workers.launcher import WORKER
from cnn_builder.settings import Settings

NETWORK = Architecture.from_dict(
    {
        "version": 1,
        "name": "small",
        "input_shape": [28, 28, 1],
        "layers": [
            {"type": "Conv2D", "filters": 4, "kernel_size": 3, "strides": 3, "activation": "relu"},
            {"type": "BatchNormalization"},
            {"type": "Flatten"},
            {"type": "Dropout", "rate": 0.3},
            {"type": "Dense", "units": 10, "activation": "softmax"},
        ],
    }
)
# One image a step: an epoch is long enough that every interruption falls into the middle of one.
REQUEST = RunSettings(
    epochs=3, batch_size=1, optimizer="SGD", momentum=0.9, learning_rate=0.002, seed=4, deterministic=True
)
LONG = RunSettings(epochs=10_000, batch_size=8)


class House:
    """A store with its launcher and supervisor."""

    def __init__(self, settings: Settings, command: tuple[str, ...] = WORKER) -> None:
        self.settings = settings
        self.store = Store.open(settings)
        self.launcher = LocalLauncher(settings, command)
        self.supervisor = Supervisor(self.store, self.launcher, 2)

    def begin(self, request: RunSettings, architecture: Architecture = NETWORK) -> str:
        return self.store.create_run(architecture, "digits", request).run_id

    def until(self, run_id: str, done: Callable[[Run], object], seconds: float = 600.0) -> Run:
        """Tick until the run is so; fails after `seconds`, with the worker's log."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.supervisor.tick()
            if done(run := self.store.get(run_id)):
                return run
            time.sleep(0.05)
        log = self.settings.run_folder(run_id) / "worker.log"
        pytest.fail(f"{run.status} {run.reason}\n{log.read_text() if log.exists() else 'no log'}")

    def trains(self, run: Run) -> bool:
        """Whether rows came in since the run last began."""
        if run.status in ("crashed", "diverged", "finished"):
            pytest.fail(f"{run.run_id} {run.status}: {run.reason}")
        return run.status == "running" and bool(self.store.metrics(run.run_id, after=run.cut))

    def kill(self, run: Run) -> None:
        assert run.pid is not None
        os.kill(run.pid, signal.SIGKILL)
        end = time.monotonic() + 10
        while self.launcher.alive(run):
            assert time.monotonic() < end
            time.sleep(0.02)

    def folder(self, run_id: str) -> Path:
        return self.settings.run_folder(run_id)

    def close(self) -> None:
        for run in self.store.active():
            self.launcher.kill(run)
        for child in (*self.launcher._children.values(), *self.launcher._leaving):
            child.kill()
            child.wait(timeout=300)
        self.launcher.close()
        self.store.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(Settings(home=tmp_path))
    yield made
    made.close()


def ended(run: Run) -> bool:
    return not run.is_active


def curve(rows: list[Metric]) -> tuple[list[tuple], list[int]]:
    """The epochs' values without their times, and the steps that have a row."""
    epochs = [(m.epoch, m.step, m.loss, m.accuracy, m.val_loss, m.val_accuracy) for m in rows if m.kind == "epoch"]
    return epochs, [m.step for m in rows if m.kind == "step"]


@pytest.mark.fault(1, 6, 11, 20)
def test_a_run_interrupted_three_times_ends_as_the_one_left_alone(house: House, tmp_path: Path) -> None:
    alone = House(Settings(home=tmp_path / "alone"))
    try:
        left_alone = alone.begin(REQUEST)
        run_id = house.begin(REQUEST)
        alone.supervisor.tick()

        # Stopped in an epoch: what it had is scored, and it can go on.
        house.until(run_id, house.trains)
        house.store.request_stop(run_id)
        stopped = house.until(run_id, ended)
        assert stopped.status == "stopped" and stopped.can_resume
        assert stopped.total_steps is not None and 0 < stopped.step < stopped.total_steps

        # Killed: it says so, its rows are kept, and it can go on.
        house.store.request_resume(run_id)
        killed = house.until(run_id, house.trains)
        assert killed.cut > 0 and killed.test_accuracy is None  # its score was of a model that is trained on
        house.kill(killed)
        killed = house.until(run_id, ended, seconds=10)
        assert (killed.status, killed.reason) == ("crashed", "killed (signal 9)") and killed.can_resume

        # Its last checkpoint is damaged: the one before is used, and it is said.
        folder = house.folder(run_id)
        shutil.copy(folder / LAST, folder / PREVIOUS)
        damaged = bytearray((folder / LAST).read_bytes())
        damaged[len(damaged) // 2] ^= 1
        (folder / LAST).write_bytes(damaged)
        house.store.request_resume(run_id)
        at_work = house.until(run_id, house.trains)

        # The machine restarts: worker and server are gone, and this start of the machine is another.
        house.kill(at_work)
        with sqlite3.connect(tmp_path / "runs.sqlite", timeout=10) as connection:
            connection.execute("UPDATE runs SET boot = 'an earlier start'")
        connection.close()
        interrupted = house.until(run_id, ended, seconds=10)
        assert (interrupted.status, interrupted.reason) == ("interrupted", "the machine was restarted")
        house.store.request_resume(run_id)
        finished = house.until(run_id, ended)
        expected = alone.until(left_alone, ended)

        texts = [event.text for event in house.store.events(run_id) if event.kind == "note"]
        assert (folder / DAMAGED).read_bytes() == damaged
        assert any("checksum is wrong. The one before is used." in text for text in texts)
        assert sum(event.kind == "resumed" for event in house.store.events(run_id)) == 3
        assert (finished.status, expected.status) == ("finished", "finished")
        for name, array in read_checkpoint(alone.folder(left_alone) / LAST).arrays.items():
            np.testing.assert_array_equal(read_checkpoint(folder / LAST).arrays[name], array, err_msg=name)
        for field in ("best_epoch", "test_loss", "test_accuracy", "step", "total_steps"):
            assert getattr(finished, field) == getattr(expected, field), field
        epochs, steps = curve(house.store.metrics(run_id))
        assert epochs == curve(alone.store.metrics(left_alone))[0] and len(epochs) == 3
        assert steps == sorted(set(steps)) and steps[-1] == expected.total_steps
        seconds = [row.seconds or 0.0 for row in house.store.metrics(run_id, kind="epoch")]
        assert finished.seconds is not None and sum(seconds) <= finished.seconds
    finally:
        alone.close()


@pytest.mark.fault(6)
def test_a_run_killed_after_three_seconds_of_training_gets_further_each_time(house: House) -> None:
    """Its epochs are long: it is never at the end of one."""
    wide = {"type": "Conv2D", "filters": 96, "kernel_size": 3, "padding": "same"}
    slow = Architecture.from_dict({**NETWORK.to_dict(), "layers": [wide, wide, *NETWORK.to_dict()["layers"]]})
    run_id = house.begin(RunSettings(epochs=100, batch_size=4), slow)
    kept = 0
    for _ in range(2):

        def trained(run: Run) -> list[Metric]:
            rows = house.store.metrics(run_id, after=run.cut) if run.status == "running" else []
            seconds = [row.seconds or 0.0 for row in rows]
            return rows if rows and seconds[-1] - seconds[0] >= 3 else []

        run = house.until(run_id, trained)
        first_row = trained(run)[0]  # most of its time was compiling
        house.kill(run)
        house.until(run_id, ended)
        before, kept = kept, read_checkpoint(house.folder(run_id) / LAST).state["step"]
        assert kept > first_row.step > before
        house.store.request_resume(run_id)


def test_the_learning_rate_changes_while_it_trains(house: House) -> None:
    run_id = house.begin(LONG)
    house.until(run_id, house.trains)
    house.store.request_learning_rate(run_id, 0.0005)
    house.until(run_id, lambda _: house.store.events(run_id))
    house.store.request_stop(run_id)
    assert house.until(run_id, ended).status == "stopped"
    (event,) = house.store.events(run_id)
    assert (event.kind, event.value) == ("learning_rate", 0.0005) and event.step > 0
    assert read_checkpoint(house.folder(run_id) / LAST).state["learning_rate"] == 0.0005


@pytest.mark.fault(10)
def test_a_run_whose_loss_is_no_number_ends_and_keeps_finite_weights(house: House) -> None:
    convolution = {"type": "Conv2D", "filters": 8, "kernel_size": 3, "strides": 3}
    layers = [convolution, convolution, {"type": "Flatten"}, {"type": "Dense", "units": 10}]
    deep = Architecture.from_dict({**NETWORK.to_dict(), "layers": layers})
    run_id = house.begin(LONG.model_copy(update={"optimizer": "SGD", "learning_rate": 0.001}), deep)
    last = house.folder(run_id) / LAST
    house.until(run_id, lambda run: house.trains(run) and last.exists())
    house.store.request_learning_rate(run_id, 10.0)
    run = house.until(run_id, ended)
    assert run.status == "diverged" and run.reason is not None
    step = int(run.reason.removeprefix("diverged at step ").replace(",", ""))
    kept = read_checkpoint(last)
    assert 0 < kept.state["step"] <= step
    assert all(np.isfinite(array).all() for array in kept.arrays.values() if array.dtype.kind == "f")
    assert house.store.metrics(run_id)


FILL = "small disk"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 24 MB."""
    folder = tmp_path / FILL
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk may not be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Write until nothing more fits."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 10, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return filler


@pytest.mark.fault(3)
def test_a_full_disk_ends_the_run_and_spoils_nothing(small_disk: Path) -> None:
    house = House(Settings(home=small_disk))
    try:
        run_id = house.begin(LONG)
        last = house.folder(run_id) / LAST
        house.until(run_id, lambda run: house.trains(run) and last.exists())
        filler = fill(small_disk)
        crashed = house.until(run_id, ended)
        assert (crashed.status, crashed.reason) == ("crashed", "disk full") and crashed.can_resume
        step = read_checkpoint(last).state["step"]
        assert step > 0
        filler.unlink()
        house.store.request_resume(run_id)
        house.until(run_id, house.trains)
        resumed = next(event for event in house.store.events(run_id) if event.kind == "resumed")
        assert resumed.step == step
    finally:
        house.close()


@pytest.mark.fault(2)
def test_a_worker_out_of_memory_says_so(tmp_path: Path) -> None:
    """Its address space is bounded; the activations of the first batch are more than that."""
    limited = ("sh", "-c", 'ulimit -v 12000000; exec "$@"', "sh", *WORKER)
    house = House(Settings(home=tmp_path, memory_limit_mb=1_000_000), limited)
    try:
        wide = {"type": "Conv2D", "filters": 8192, "kernel_size": 3, "padding": "same"}
        huge = Architecture.from_dict({**NETWORK.to_dict(), "layers": [wide, wide, *NETWORK.to_dict()["layers"]]})
        run_id = house.begin(RunSettings(epochs=1, batch_size=1200), huge)
        run = house.until(run_id, ended)
        assert run.status == "crashed"
        # TensorFlow says it, or its native code crashes on what it does not get.
        assert run.reason is not None and "memory: training needs about " in run.reason
        assert " GB" in run.reason and "\n" not in run.reason
        assert house.store.list()  # the server goes on
    finally:
        house.close()


SERVER = """
import os, sys, time
from pathlib import Path
group = Path(sys.argv[1])
(group / "cgroup.procs").write_text(str(os.getpid()))
from cnn_builder.runs import LocalLauncher, Store, Supervisor
from cnn_builder.settings import Settings
settings = Settings.from_env()
store = Store.open(settings)
eat = "held = [bytearray(1 << 20) for _ in range(4096)]"
supervisor = Supervisor(store, LocalLauncher(settings, [sys.executable, "-c", eat]), 1)
while store.active():
    supervisor.tick()
    time.sleep(0.05)
print(store.list()[0].reason)
"""


@pytest.fixture
def group() -> Iterator[Path]:
    """A control group that may use 256 MB."""
    made = Path(f"/sys/fs/cgroup/memory/cnn-builder-{os.getpid()}")
    if not made.parent.is_dir():
        made = Path(f"/sys/fs/cgroup/cnn-builder-{os.getpid()}")
    limit = "memory.limit_in_bytes" if made.parent.name == "memory" else "memory.max"
    try:
        made.mkdir()
        (made / limit).write_text(str(256 << 20))
    except OSError:
        if made.is_dir():
            made.rmdir()
        pytest.skip("a control group may not be made here")
    yield made
    made.rmdir()


@pytest.mark.fault(2)
def test_the_system_ends_a_worker_for_memory_and_the_server_goes_on(group: Path, house: House) -> None:
    run_id = house.begin(REQUEST)
    from cnn_builder.runs.workers.launcher import worker_env

    server = [sys.executable, "-c", SERVER, str(group)]
    done = subprocess.run(
        server, env=worker_env(house.settings), capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stderr
    run = house.store.get(run_id)
    assert run.status == "crashed" and run.reason is not None
    assert run.reason.startswith("out of memory: training needs about ") and "the limit is 268 MB" in run.reason
