"""Supervisor, launcher and store together, with a stand-in worker that reads and writes the real store."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cnn_builder.runs import LocalLauncher, Run, RunSettings, Store, StoreBusy, Supervisor
from cnn_builder.runs.workers.launcher import worker_env
from cnn_builder.settings import Settings
from tests.support.networks import TINY

# Trains for `epochs` tenths of a second, and moves the queue as it ends.
WORKER = """
import sys, time
from cnn_builder.runs import LocalLauncher, Metric, Store, Supervisor
from cnn_builder.settings import Settings
settings, run_id = Settings.from_env(), sys.argv[2]
store = Store.open(settings)
run = store.get(run_id)
store.begin(run_id, run.settings.epochs)
for step in range(1, run.settings.epochs + 1):
    time.sleep(0.1)
    store.append(run_id, [Metric(step, step, "step", 1 / step, 0.5)])
    store.beat(run_id, step, step)
    if store.asked(run_id).stop:
        store.finish(run_id, "stopped")
        break
else:
    store.finish(run_id, "finished", result={"seconds": 1.0})
command = [sys.executable, "-c", (settings.home / "worker.py").read_text()]
Supervisor(store, LocalLauncher(settings, command), settings.max_active_runs).tick()
"""

SERVER = """
import sys
from cnn_builder.runs import LocalLauncher, Store, Supervisor
from cnn_builder.settings import Settings
settings = Settings.from_env()
command = [sys.executable, "-c", (settings.home / "worker.py").read_text()]
Supervisor(Store.open(settings), LocalLauncher(settings, command), settings.max_active_runs).start_thread()
sys.stdin.readline()
"""

JUMPS = """
import itertools, time
clock, jumps = time.time, itertools.cycle((3600, -3600))
time.time = lambda: clock() + next(jumps)
"""
"""In front of a program: each look at its clock finds it an hour before or after the time."""


class House:
    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home)
        (home / "worker.py").write_text(WORKER)
        self.store = Store.open(self.settings)
        self.launcher = LocalLauncher(self.settings, [sys.executable, "-c", WORKER])
        self.supervisor = Supervisor(self.store, self.launcher, 1)

    def queue(self, epochs: int, seed: int = 0) -> str:
        return self.store.create_run(TINY, "mnist", RunSettings(epochs=epochs, seed=seed)).run_id

    def status(self, run_id: str) -> str:
        return self.store.get(run_id).status

    def wait(self, condition: Callable[[], object], tick: bool = True, seconds: float = 600.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if tick:
                self.supervisor.tick()
            assert time.monotonic() < deadline, [(r.status, r.reason) for r in self.store.list()]
            time.sleep(0.05)

    def close(self) -> None:
        for run in self.store.active():
            self.launcher.kill(run)
        for child in self.launcher._children.values():
            child.wait(timeout=300)
        self.store.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.close()


def server(house: House, program: str = SERVER) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, env=worker_env(house.settings), cwd=house.settings.home
    )


def end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.communicate(timeout=180)


@pytest.mark.fault(1)
def test_a_killed_worker_is_a_crash_with_its_signal_and_its_metrics(house: House) -> None:
    run_id = house.queue(epochs=1000)
    house.wait(lambda: house.store.metrics(run_id))
    pid = house.store.get(run_id).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    house.wait(lambda: house.status(run_id) == "crashed", seconds=10)
    run = house.store.get(run_id)
    assert run.reason == "killed (signal 9)" and run.ended is not None
    assert house.store.metrics(run_id)


def test_the_queue_moves_without_a_server(house: House) -> None:
    made = [house.queue(epochs=1, seed=seed) for seed in range(3)]
    house.supervisor.tick()
    house.wait(lambda: all(house.status(run_id) == "finished" for run_id in made), tick=False)
    starts = [house.store.get(run_id).started for run_id in made]
    assert starts == sorted(starts, key=lambda when: when or 0)


def test_stop_ends_a_run_cleanly(house: House) -> None:
    run_id = house.queue(epochs=1000)
    house.wait(lambda: house.status(run_id) == "running")
    house.store.request_stop(run_id)
    house.wait(lambda: house.status(run_id) == "stopped")
    assert house.store.get(run_id).reason is None


@pytest.mark.fault(5)
def test_a_run_outlives_its_server_and_is_found_by_the_next(house: House) -> None:
    run_id = house.queue(epochs=40)
    first = server(house)
    house.wait(lambda: house.store.metrics(run_id), tick=False)
    end(first)
    kept = len(house.store.metrics(run_id))
    second = server(house)
    house.wait(lambda: house.status(run_id) == "finished", tick=False)
    end(second)
    assert kept < 40 and len(house.store.metrics(run_id)) == 40


@pytest.mark.fault(9)
def test_a_clock_that_jumps_by_an_hour_is_no_crash(house: House) -> None:
    """The server's and the worker's; the machine's own is everybody's."""
    slow = WORKER.replace("sleep(0.1)", "sleep(2.5)")  # the server looks at it several times between two steps
    assert slow != WORKER
    (house.settings.home / "worker.py").write_text(JUMPS + slow)
    run_id = house.queue(epochs=4)
    first = server(house, JUMPS + SERVER)

    def ended() -> bool:
        run = house.store.get(run_id)
        assert (run.status, run.reason) in {(status, None) for status in ("queued", "starting", "running", "finished")}
        return run.status == "finished"

    house.wait(ended, tick=False)
    end(first)
    run = house.store.get(run_id)
    assert len(house.store.metrics(run_id)) == 4
    assert run.started is not None and abs(run.started - run.created) > 3000  # they did jump


@pytest.mark.fault(15)
def test_two_servers_start_each_run_once(house: House) -> None:
    servers = [server(house), server(house)]
    made = [house.queue(epochs=2, seed=seed) for seed in range(4)]
    house.wait(lambda: all(house.status(run_id) == "finished" for run_id in made), tick=False)
    for one in servers:
        end(one)
    for run_id in made:
        assert len(house.store.metrics(run_id)) == 2
        assert "Traceback" not in (house.settings.run_folder(run_id) / "worker.log").read_text()


@pytest.mark.fault(1)
def test_another_servers_dead_worker_is_gone(house: House) -> None:
    run_id = house.queue(epochs=1000)
    first = server(house)
    house.wait(lambda: house.store.metrics(run_id), tick=False)
    end(first)
    assert house.launcher.kill(house.store.get(run_id))
    house.wait(lambda: house.status(run_id) == "crashed", seconds=10)
    assert house.store.get(run_id).reason == "process gone"


def freeze(house: House, run: Run) -> None:
    """Stop the worker's process between two of its writes: in one, it would hold the store as well."""
    assert run.pid is not None
    while True:
        os.kill(run.pid, signal.SIGSTOP)
        try:
            house.store.set_tags(run.run_id, ["frozen"])
            return
        except StoreBusy:
            os.kill(run.pid, signal.SIGCONT)


@pytest.mark.fault(13)
def test_a_frozen_worker_is_said_and_can_be_stopped(house: House) -> None:
    run_id = house.queue(epochs=1000)
    house.wait(lambda: house.store.metrics(run_id))
    run = house.store.get(run_id)
    assert run.pid is not None
    freeze(house, run)
    now = [0.0]
    supervisor = Supervisor(house.store, house.launcher, 1, lambda: now[0])
    supervisor.tick()
    now[0] += 31
    supervisor.tick()
    assert house.store.get(run_id).reason == "not responding"
    house.store.request_stop(run_id)
    supervisor.tick()
    assert house.status(run_id) == "stopped"
    house.wait(lambda: not house.launcher.alive(run), tick=False)
