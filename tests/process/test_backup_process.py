"""A backup while a run trains: restored into an empty home, the run is there and goes on."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cnn_builder.runs import LocalLauncher, RunSettings, Store, Supervisor
from cnn_builder.runs.run_files import LAST_STATE
from cnn_builder.runs.workers.launcher import worker_env
from cnn_builder.settings import Settings
from tests.support.networks import TINY_DIGITS
from tests.support.paths import ROOT


def command(settings: Settings, *arguments: str) -> str:
    return subprocess.check_output(
        [sys.executable, "-m", "cnn_builder", *arguments], cwd=ROOT, env=worker_env(settings), text=True, timeout=300
    )


class Work:
    """A supervisor whose workers are seen off at the end."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._launcher = LocalLauncher(settings)
        self._supervisor = Supervisor(store, self._launcher, 1)

    def until(self, met: Callable[[], bool]) -> None:
        end = time.monotonic() + 300
        while not met():
            self._supervisor.tick()
            assert time.monotonic() < end
            time.sleep(0.1)

    def close(self) -> None:
        for child in self._launcher._children.values():
            child.wait(timeout=300)


def test_a_run_at_work_is_backed_up_and_resumed_elsewhere(settings: Settings, tmp_path: Path) -> None:
    elsewhere = replace(settings, home=tmp_path / "elsewhere")
    with Store.open(settings) as store:
        run_id = store.create_run(TINY_DIGITS, "digits", RunSettings(epochs=400, batch_size=8)).run_id
        work = Work(store, settings)
        work.until((settings.run_folder(run_id) / LAST_STATE).is_file)
        told = json.loads(command(settings, "backup", str(tmp_path / "backup"), "--json"))
        assert told["runs"] == 1 and store.get(run_id).status == "running"  # it did not notice
        store.request_stop(run_id)
        work.until(lambda: not store.get(run_id).is_active)
        work.close()
    command(elsewhere, "restore", str(tmp_path / "backup"))
    with Store.open(elsewhere) as store:
        found = store.get(run_id)
        assert (found.status, found.reason) == ("interrupted", "restored from a backup")
        kept = max(row.step for row in store.metrics(run_id))
        store.request_resume(run_id)
        work = Work(store, elsewhere)
        work.until(lambda: store.get(run_id).status == "running" and store.get(run_id).step > kept)
        (resumed,) = [event for event in store.events(run_id) if event.kind == "resumed"]
        assert 0 < resumed.step <= kept
        steps = [row.step for row in store.metrics(run_id, kind="step")]
        assert steps == sorted(set(steps)) and resumed.step in steps  # each once, and none missing before it
        store.request_stop(run_id)
        work.until(lambda: not store.get(run_id).is_active)
        work.close()
