"""The database is gone for 30 seconds while a worker trains: each metric is there exactly once."""

import os
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from cnn_builder.runs import LocalLauncher, RunSettings, Store, StoreUnreachable, Supervisor
from cnn_builder.settings import Settings
from scripts import postgres
from tests.support.networks import TINY_DIGITS

OUTAGE = 30.0
"""Seconds; the promise is about as long an outage."""


@pytest.mark.fault(18)
def test_a_worker_goes_on_without_the_database_and_replays_each_metric_once(settings: Settings) -> None:
    server = Path(os.environ[postgres.FOLDER])
    with Store.open(settings) as store:
        run_id = store.create_run(TINY_DIGITS, "digits", RunSettings(epochs=10_000, batch_size=8)).run_id
        launcher = LocalLauncher(settings)
        supervisor = Supervisor(store, launcher, 1)

        def until(met: Callable[[], object]) -> None:
            end = time.monotonic() + 90
            while not met():
                supervisor.tick()
                assert time.monotonic() < end, store.get(run_id)
                time.sleep(0.1)

        until(lambda: store.get(run_id).epoch > 2)
        postgres.stop(server, "immediate")  # as a crash: whoever is in the middle of something is cut off
        gone = time.monotonic()
        with pytest.raises(StoreUnreachable, match="cannot be reached"):
            store.get(run_id)
        with pytest.raises(StoreUnreachable):
            supervisor.tick()
        time.sleep(max(0.0, OUTAGE - (time.monotonic() - gone)))
        postgres.start(server)
        before = store.get(run_id)
        assert before.status == "running"  # nobody took it for dead
        until(lambda: store.get(run_id).epoch > before.epoch + 2)
        store.request_stop(run_id)
        until(lambda: store.get(run_id).status == "stopped")
        for child in launcher._children.values():
            child.wait(timeout=30)

        epochs = [row.epoch for row in store.metrics(run_id, kind="epoch")]
        assert epochs == list(range(1, len(epochs) + 1)) and len(epochs) > before.epoch
        rows = store.metrics(run_id)
        steps = [row.step for row in rows if row.kind == "step"]
        assert len(set(steps)) == len(steps) and steps == sorted(steps)
        assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
        assert max(later - earlier for earlier, later in pairwise(steps)) <= 64  # no group of steps is missing
        (note,) = [event.text for event in store.events(run_id) if "could not be reached" in event.text]
        assert note.endswith("nothing was lost")
