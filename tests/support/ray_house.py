"""A store and a supervisor over the launcher that the environment asks for: this machine, or a Ray cluster.

`make test` runs its users on this machine, `make test-cluster` also with PostgreSQL, and on a cluster.
"""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from cnn_builder.architecture import Architecture
from cnn_builder.artifacts.objects import object_store
from cnn_builder.engine.training.checkpoint_file import LAST
from cnn_builder.runs import Run, RunSettings, Store, Supervisor
from cnn_builder.runs.workers.choice import launcher_for
from cnn_builder.settings import Settings
from scripts import ray_nodes
from tests.support.stores import store_url

CLUSTER = os.environ.get("CNN_BUILDER_TEST_RAY", "")
"""The folder of the cluster of `scripts.ray_nodes run`; "" for none."""
PATIENCE = 600.0
SMALL = Architecture.from_dict(
    {
        "version": 1,
        "name": "small",
        "input_shape": [28, 28, 1],
        "layers": [
            {"type": "Conv2D", "filters": 4, "kernel_size": 3, "strides": 3, "activation": "relu"},
            {"type": "Flatten"},
            {"type": "Dropout", "rate": 0.3},
            {"type": "Dense", "units": 10, "activation": "softmax"},
        ],
    }
)
# One image a step.
LONG_ENOUGH = RunSettings(
    epochs=3, batch_size=1, optimizer="SGD", momentum=0.9, learning_rate=0.002, seed=4, deterministic=True
)
"""Long enough that something happens in the middle of it."""


class LaunchedRuns:
    """Runs that are really started; `until` ticks meanwhile.

    Args:
        artifacts: the URL of files that other machines share; "" for none.
        home: by default a folder that all have.
        store: the URL of one that is there; None makes one.
    """

    def __init__(
        self, folder: Path, max_active: int = 1, artifacts: str = "", home: Path | None = None, store: str | None = None
    ) -> None:
        asked = {"CNN_BUILDER_HOME": str(home or folder / "home"), "CNN_BUILDER_STORE": store or store_url(folder)}
        asked["CNN_BUILDER_ARTIFACTS"] = artifacts
        if CLUSTER:
            address = os.environ["CNN_BUILDER_RAY_ADDRESS"]
            asked |= {"CNN_BUILDER_LAUNCHER": "ray", "CNN_BUILDER_RAY_ADDRESS": address}
        self.settings = Settings.from_env(asked)
        self.store = Store.open(self.settings)
        self.launcher = launcher_for(self.settings)
        self.supervisor = Supervisor(self.store, self.launcher, max_active)

    def until(self, run_id: str, done: Callable[[Run], object], seconds: float = PATIENCE) -> Run:
        """The run, once it is so; fails after `seconds`, with the worker's log."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.supervisor.tick()
            if done(run := self.store.get(run_id)):
                return run
            time.sleep(0.05)
        log = self.settings.run_folder(run_id) / "worker.log"
        told = log.read_text()[-3000:] if log.exists() else "no log"
        pytest.fail(f"{run.status} {run.reason} {self.launcher.problem}\n{told}")

    def index(self, run_id: str) -> dict[str, dict[str, Any]]:
        """The run's files under the URL, with the "sha256" of each."""
        assert self.settings.artifacts is not None
        found: dict[str, Any] = json.loads(object_store(self.settings.artifacts).read(f"runs/{run_id}/index.json"))
        return dict(found["files"])

    def is_put(self, run: Run) -> bool:
        """Whether it trains, and a checkpoint of it is under the URL."""
        try:
            return self.trains(run) and LAST in self.index(run.run_id)
        except FileNotFoundError:
            return False

    def trains(self, run: Run) -> bool:
        """Whether rows came in since the run last began."""
        if run.status in ("crashed", "diverged", "finished"):
            pytest.fail(f"{run.run_id} {run.status}: {run.reason}")
        return run.status == "running" and bool(self.store.metrics(run.run_id, after=run.cut))

    def close(self) -> None:
        for run in self.store.active():
            if run.status != "queued":
                self.launcher.kill(run)
        end = time.monotonic() + 20
        for run in self.store.list() if not CLUSTER else ():  # asking how a process of ours ended reaps it
            while run.pid and self.launcher.alive(run) and time.monotonic() < end:
                time.sleep(0.05)
            until = time.monotonic() + 2  # a process ends before its last thread does; another machine's is not ours
            while run.pid and self.launcher.exit_reason(run) is None and time.monotonic() < until:
                time.sleep(0.05)
        self.launcher.close()
        self.store.close()


def has_ended(run: Run) -> bool:
    return not run.is_active


def node_of(run: Run) -> str:
    """The name of the node that a run's worker is below."""
    assert run.pid is not None
    above = {parent.pid for parent in psutil.Process(run.pid).parents()}
    folder = Path(CLUSTER)
    for name in ray_nodes.NODES:
        leader = int((folder / f"{name}.pid").read_text())
        if leader in above:
            return name
        if {child.pid for child in psutil.Process(leader).children(recursive=True)} & above:
            return name
    raise AssertionError(above)
