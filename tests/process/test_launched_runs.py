"""Runs from their start to their end, on whatever starts them: this machine, or a Ray cluster."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_builder.runs import RunSettings
from tests.support.networks import TINY_DIGITS
from tests.support.ray_house import LaunchedRuns, has_ended

LONG = RunSettings(epochs=10_000, batch_size=8)


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[LaunchedRuns]:
    made = LaunchedRuns(tmp_path)
    yield made
    made.close()


def test_a_run_waits_trains_is_changed_stopped_resumed_and_killed(runs: LaunchedRuns) -> None:
    store = runs.store
    run_id = store.create_run(TINY_DIGITS, "digits", LONG).run_id
    waiting = store.create_run(TINY_DIGITS, "digits", RunSettings(epochs=2, train_limit=200)).run_id
    runs.until(run_id, runs.trains)
    assert store.queue_position(waiting) == 1  # one at a time was asked for

    store.request_learning_rate(run_id, 0.02)
    runs.until(run_id, lambda _: any(event.value == 0.02 for event in store.events(run_id)))
    store.request_stop(run_id)
    stopped = runs.until(run_id, has_ended)
    assert (stopped.status, stopped.can_resume) == ("stopped", True) and stopped.test_accuracy is not None

    finished = runs.until(waiting, has_ended)
    assert (finished.status, finished.epoch) == ("finished", 2)

    store.request_resume(run_id)
    resumed = runs.until(run_id, runs.trains)
    assert resumed.cut > 0 and resumed.step >= stopped.step
    assert resumed.pid is not None
    os.kill(resumed.pid, signal.SIGKILL)  # the cluster of the tests is on this machine
    killed = runs.until(run_id, has_ended)
    assert (killed.status, killed.reason) == ("crashed", "killed (signal 9)")
    steps = [row.step for row in store.metrics(run_id) if row.kind == "step"]
    assert steps == sorted(set(steps))


@pytest.mark.fault(13)
def test_a_worker_that_hangs_is_ended(runs: LaunchedRuns) -> None:
    run_id = runs.store.create_run(TINY_DIGITS, "digits", LONG).run_id
    run = runs.until(run_id, runs.trains)
    assert run.pid is not None
    os.kill(run.pid, signal.SIGSTOP)
    assert runs.launcher.alive(run) and runs.launcher.kill(run)

    def gone(_: object) -> bool:
        runs.launcher.look()
        return not runs.launcher.alive(run)

    runs.until(run_id, gone)
