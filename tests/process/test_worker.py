"""Real workers: trained, killed, stopped, kept ready."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cnn_builder.architecture import Architecture
from cnn_builder.runs import LocalLauncher, Run, RunSettings, Store, Supervisor
from cnn_builder.settings import Settings
from tests.support.networks import TINY_DIGITS

LONG = RunSettings(epochs=10_000, batch_size=4)


class House:
    """A store with its launcher and supervisor."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home)
        self.store = Store.open(self.settings)
        self.launcher = LocalLauncher(self.settings)
        self.supervisor = Supervisor(self.store, self.launcher, 1)

    def until(self, run_id: str, done: Callable[[Run], bool], seconds: float = 600.0) -> Run:
        """Tick until the run is so; fails after `seconds`, with the worker's log."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.supervisor.tick()
            if done(run := self.store.get(run_id)):
                return run
            time.sleep(0.1)
        log = self.settings.run_folder(run_id) / "worker.log"
        pytest.fail(f"{run}\n{log.read_text() if log.exists() else 'no log'}")

    def close(self) -> None:
        for run in self.store.active():
            self.launcher.kill(run)
        end = time.monotonic() + 20
        for run in self.store.list():  # asking how it ended reaps it
            while run.pid and self.launcher.exit_reason(run) is None and time.monotonic() < end:
                time.sleep(0.05)
        self.launcher.close()
        self.store.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.close()


def ended(run: Run) -> bool:
    return not run.is_active


def at_work(run: Run) -> bool:
    return run.status == "running" and run.epoch >= 2


def test_a_worker_trains_a_run(house: House) -> None:
    run = house.store.create_run(TINY_DIGITS, "digits", RunSettings(epochs=3, learning_rate=0.05))
    done = house.until(run.run_id, ended)
    assert (done.status, done.reason) == ("finished", None)
    assert done.test_accuracy is not None and done.test_accuracy > 0.3
    assert sum(metric.kind == "epoch" for metric in house.store.metrics(run.run_id)) == 3


def test_a_last_batch_of_one_image_does_not_end_a_network_with_a_strided_1x1_convolution(house: House) -> None:
    """oneDNN's gradient wrote outside its memory there, and the worker crashed: see `strided_convolution`."""
    layers = [
        {"type": "ZeroPadding2D", "padding": 6},  # 40×40, a size at which it crashed each time
        {"type": "Conv2D", "filters": 8, "kernel_size": 3, "padding": "same"},
        {"type": "Conv2D", "filters": 8, "kernel_size": 1, "strides": 2},
        *TINY_DIGITS.to_dict()["layers"],
    ]
    network = Architecture.from_dict({**TINY_DIGITS.to_dict(), "layers": layers})
    request = RunSettings(epochs=8, batch_size=8, train_limit=41, validation_data="test")
    run = house.store.create_run(network, "digits", request)
    done = house.until(run.run_id, ended)
    assert (done.status, done.reason) == ("finished", None)
    assert done.total_steps == 8 * 6  # the last of an epoch's 6 batches has one image


@pytest.mark.fault(1)
def test_a_killed_worker_is_told_and_the_next_run_starts(house: House) -> None:
    first = house.store.create_run(TINY_DIGITS, "digits", LONG)
    second = house.store.create_run(TINY_DIGITS, "digits", RunSettings(epochs=1))
    working = house.until(first.run_id, at_work)
    assert house.store.get(second.run_id).status == "queued"
    assert working.pid is not None
    os.kill(working.pid, signal.SIGKILL)
    killed = house.until(first.run_id, ended, seconds=10)
    assert (killed.status, killed.reason) == ("crashed", "killed (signal 9)")
    assert house.store.metrics(first.run_id)
    assert house.until(second.run_id, ended).status == "finished"


def test_a_stop_is_obeyed_and_leaves_a_scored_model(house: House) -> None:
    run = house.store.create_run(TINY_DIGITS, "digits", LONG)
    asked = house.until(run.run_id, at_work)
    house.store.request_stop(run.run_id)
    done = house.until(run.run_id, ended)
    assert done.status == "stopped"
    assert done.epoch - asked.epoch < 10  # a few seconds, at the pace the machine has just now
    assert done.test_accuracy is not None and done.best_epoch is not None
    assert (house.settings.run_folder(run.run_id) / "best.keras").is_file()


def test_ctrl_c_in_the_terminal_is_not_the_workers(house: House) -> None:
    run = house.store.create_run(TINY_DIGITS, "digits", LONG)
    working = house.until(run.run_id, at_work)
    assert working.pid is not None
    os.kill(working.pid, signal.SIGINT)
    step = working.step
    house.until(run.run_id, lambda now: now.step > step)


def test_a_standby_worker_takes_a_run_and_another_gets_ready(house: House) -> None:
    house.launcher.warm()
    waiting = house.launcher._standby
    run = house.store.create_run(TINY_DIGITS, "digits", RunSettings(epochs=1, train_limit=600))
    done = house.until(run.run_id, ended)
    assert done.status == "finished" and waiting is not None and done.pid == waiting.pid
    assert (house.settings.run_folder(run.run_id) / "worker.log").is_file()
    again = house.launcher._standby
    assert again is not None and again.pid != done.pid and again.poll() is None


def test_who_started_a_worker_starts_the_next_run_too(house: House) -> None:
    """It has a worker ready, and learns how its own workers die; one that ends leaves it the time."""
    first, second = (
        house.store.create_run(TINY_DIGITS, "digits", RunSettings(epochs=1, train_limit=200, seed=seed))
        for seed in (0, 1)
    )
    assert house.until(first.run_id, ended).status == "finished"
    begun = house.until(second.run_id, lambda run: run.pid is not None)
    assert begun.pid == house.launcher._children[second.run_id].pid
    assert house.until(second.run_id, ended).status == "finished"


def test_a_run_that_cannot_start_says_why(house: House) -> None:
    run = house.store.create_run(TINY_DIGITS.with_input_shape((8, 8, 1)), "digits", RunSettings())
    done = house.until(run.run_id, ended)
    assert done.status == "crashed"
    assert done.reason is not None and "8×8×1" in done.reason and "\n" not in done.reason
    assert "Traceback" in (house.settings.run_folder(run.run_id) / "worker.log").read_text()
