"""A sweep as people run it: real workers, one of them killed, and what came of it afterwards."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from cnn_builder.runs import Store
from cnn_builder.settings import Settings
from tests.support.networks import TINY_DIGITS
from tests.support.paths import ROOT

COMMAND = [sys.executable, "-m", "cnn_builder"]


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def kill_the_first(settings: Settings) -> str:
    """Kill the worker of the first run that trains; the run's id."""
    until = time.monotonic() + 180
    with Store.open(settings) as store:
        while time.monotonic() < until:
            for found in store.list():
                if found.status == "running" and found.pid and store.metrics(found.run_id):
                    os.kill(found.pid, signal.SIGKILL)
                    return found.run_id
            time.sleep(0.05)
    raise AssertionError("no run was training within three minutes")


def test_a_killed_run_of_a_sweep_leaves_the_others_and_is_resumed(own_home: Path, tmp_path: Path) -> None:
    spec = tmp_path / "tiny.json"
    spec.write_text(TINY_DIGITS.to_json(), encoding="utf-8")
    # The first takes its time, so that it is at work when it is killed.
    vary = ("--vary", "batch_size=1,64", "--vary", "layers.0.pool_size=4,2,1", "--max-params", "1000")
    arguments = ["sweep", str(spec), "--dataset", "digits", "--epochs", "4", "--runs", "6", *vary, "--json"]
    started = subprocess.Popen(
        [*COMMAND, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    killed = kill_the_first(Settings(home=own_home))
    out, errors = started.communicate(timeout=300)
    assert started.returncode == 0, errors
    *candidates, last = lines(out)
    by_id = {one["run_id"]: one for one in candidates}
    assert by_id[killed]["status"] == "crashed" and by_id[killed]["test_accuracy"] is None
    (other,) = (one for one in candidates if one["run_id"] != killed)
    assert other["status"] == "finished" and last["best"] == other["run_id"]
    assert last["skipped"] == 4 and all(one["total_params"] <= 1000 for one in candidates)

    def again(*command: str) -> list[dict[str, Any]]:
        return lines(subprocess.check_output([*COMMAND, *command, "--json"], cwd=ROOT, text=True, timeout=300))

    again("runs", "resume", killed)
    *found, _ = again("sweeps", "show", last["sweep_id"])
    assert {one["status"] for one in found} == {"finished"}
