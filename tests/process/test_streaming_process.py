"""A worker that streams its images from the disk: killed, resumed, and done."""

import os
import signal
import time
from pathlib import Path

import psutil
import pytest

from cnn_builder.architecture import Architecture
from cnn_builder.data import load_dataset
from cnn_builder.runs import LocalLauncher, RunSettings, Store, Supervisor
from cnn_builder.runs.run_files import BEST, LAST_STATE
from cnn_builder.settings import Settings
from tests.support.networks import TINY_DIGITS
from tests.support.own_data import imported, pictures

PATIENCE = 300.0


def two_classes() -> Architecture:
    layers = TINY_DIGITS.to_dict()["layers"]
    return Architecture.from_dict({**TINY_DIGITS.to_dict(), "layers": [*layers[:-1], {**layers[-1], "units": 2}]})


@pytest.mark.fault(6)
@pytest.mark.skipif(not hasattr(psutil.Process, "memory_maps"), reason="this system does not tell what is mapped")
def test_a_killed_worker_goes_on_with_the_images_on_the_disk(tmp_path: Path) -> None:
    imported(tmp_path, files=pictures(("cat", "dog"), 30, 28, 28))
    settings = Settings(home=tmp_path, stream_over_mb=0)
    name = load_dataset("pets", settings).info.name
    launcher, end = LocalLauncher(settings), time.monotonic() + PATIENCE
    with Store.open(settings) as store:
        supervisor = Supervisor(store, launcher, 1)
        run_id = store.create_run(two_classes(), name, RunSettings(epochs=10_000, batch_size=4)).run_id
        while not (working := store.get(run_id)).step or not _checkpoint(settings, run_id):
            supervisor.tick()
            assert time.monotonic() < end, _log(settings, run_id)
            time.sleep(0.1)
        assert working.pid is not None
        fingerprint = name.partition("@")[2]
        assert any(fingerprint in place.path for place in psutil.Process(working.pid).memory_maps())
        os.kill(working.pid, signal.SIGKILL)
        while store.get(run_id).is_active:
            supervisor.tick()
            time.sleep(0.1)
        store.request_resume(run_id)
        while not (again := store.get(run_id)).is_active or again.status != "running":
            supervisor.tick()
            assert time.monotonic() < end, _log(settings, run_id)
            time.sleep(0.1)
        assert again.step > 0  # from its checkpoint, not from the beginning
        store.request_stop(run_id)
        while store.get(run_id).is_active:
            supervisor.tick()
            assert time.monotonic() < end, _log(settings, run_id)
            time.sleep(0.1)
        done = store.get(run_id)
        assert (done.status, done.test_accuracy is not None) == ("stopped", True)
        while launcher.exit_reason(done) is None:
            time.sleep(0.05)
    launcher.close()
    assert (settings.run_folder(run_id) / BEST).is_file()


def _checkpoint(settings: Settings, run_id: str) -> bool:
    return (settings.run_folder(run_id) / LAST_STATE).is_file()


def _log(settings: Settings, run_id: str) -> str:
    path = settings.run_folder(run_id) / "worker.log"
    return path.read_text() if path.exists() else "no log"
