"""The Ray launcher, with an invented process that speaks with the cluster. Ray itself: `make test-cluster`."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cnn_builder.runs import LauncherError, LocalLauncher, Run, RunSettings
from cnn_builder.runs.errors import ClusterUnreachable
from cnn_builder.runs.workers import processes
from cnn_builder.runs.workers.choice import launcher_for
from cnn_builder.runs.workers.launcher import Lost
from cnn_builder.runs.workers.ray_launcher import RETRY_SECONDS, RayLauncher
from cnn_builder.settings import Settings
from tests.support.networks import TINY

# Answers from a file; "unreachable" in it ends the process, as the real one does.
AGENT = """
import json, sys
from pathlib import Path
from cnn_builder.runs.workers.messages import read_message, write_message
while (message := read_message(sys.stdin.buffer)) is not None:
    cluster = json.loads(Path(sys.argv[1]).read_text())
    answer = cluster if message[0]["op"] == "look" else {"killed": True}
    if "down" in cluster:
        answer = {"unreachable": cluster["down"]}
    write_message(sys.stdout.buffer, {"id": message[0]["id"], **answer})
    if "down" in cluster:
        break
"""
CLUSTER = {"runs": ["first-run-1"], "nodes": {"aa": True, "bb": False}, "places": 2, "failed": {}}
RUN = Run(
    run_id="first-run-1", name="Tiny", status="running", reason=None, dataset="mnist", architecture=TINY,
    settings=RunSettings(), total_params=0, created=0.0, pid=7, pid_started=1.0, boot="ray aa",
)  # fmt: skip


class House:
    def __init__(self, folder: Path) -> None:
        self.file, self.now = folder / "cluster.json", 0.0
        self.is_now(CLUSTER)
        command = [sys.executable, "-c", AGENT, str(self.file)]
        self.launcher = RayLauncher(Settings(home=folder), command, lambda: self.now)

    def is_now(self, cluster: dict) -> None:
        self.file.write_text(json.dumps(cluster))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.launcher.close()


def test_what_became_of_a_run_follows_from_its_actor_and_its_node(house: House) -> None:
    assert house.launcher.look() == 2
    assert house.launcher.alive(RUN) and house.launcher.lost(RUN) is None
    house.is_now({**CLUSTER, "runs": [], "failed": {"other-run-1": "ModuleNotFoundError: no such module"}})
    house.launcher.look()
    assert not house.launcher.alive(RUN)
    assert house.launcher.lost(RUN) == Lost("lost node (its Ray worker)", starts_again=True, most=1)
    assert house.launcher.lost(replace(RUN, boot="ray bb")) == Lost("lost node", starts_again=True, most=1)
    anew = house.launcher.lost(replace(RUN, boot="ray cc"))
    assert anew == Lost("the cluster was started anew", starts_again=True, most=None)
    assert house.launcher.exit_reason(replace(RUN, run_id="other-run-1")) == "ModuleNotFoundError: no such module"
    assert house.launcher.submit("other-run-1") is None  # its worker says itself where it is
    assert house.launcher.kill(RUN)


def test_runs_that_the_machine_itself_started_before_are_left_to_it(house: House) -> None:
    house.launcher.look()
    local = replace(RUN, boot=processes.boot_id())
    assert house.launcher.lost(local) is None and not house.launcher.alive(local)
    assert house.launcher.lost(replace(RUN, boot="earlier")) == Lost("the machine was restarted")
    # And the other way round: who cannot ask the cluster takes none of its runs for dead.
    machine = LocalLauncher(Settings(home=house.file.parent))
    assert machine.alive(RUN) and machine.lost(RUN) is None and not machine.kill(RUN)


def test_a_head_that_does_not_answer_is_said_and_tried_again(house: House) -> None:
    house.is_now({"down": "no answer from the head within 8 s"})
    for _ in range(2):
        with pytest.raises(ClusterUnreachable, match=r"127\.0\.0\.1:6379 cannot be reached: no answer from the head"):
            house.launcher.look()
    house.is_now(CLUSTER)
    with pytest.raises(ClusterUnreachable):  # not before a while
        house.launcher.look()
    assert house.launcher.problem is not None and house.launcher.problem.endswith("go on when it is back.")
    house.now += RETRY_SECONDS
    assert house.launcher.look() == 2 and house.launcher.problem is None


def test_an_agent_that_ends_is_the_cluster_not_being_reached(tmp_path: Path) -> None:
    launcher = RayLauncher(Settings(home=tmp_path), [sys.executable, "-c", "raise SystemExit(1)"])
    with pytest.raises(ClusterUnreachable, match="cannot be reached"):
        launcher.submit("first-run-1")


def test_ray_is_not_used_without_its_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=tmp_path, launcher="ray")
    for mode in ("", "disabled"):
        monkeypatch.setenv("RAY_AUTH_MODE", mode)
        with pytest.raises(LauncherError, match=f"expected RAY_AUTH_MODE=token, received '{mode}'"):
            launcher_for(settings)
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    assert isinstance(launcher_for(settings), RayLauncher)
    assert isinstance(launcher_for(Settings(home=tmp_path)), LocalLauncher)


def test_the_agent_says_that_ray_is_not_installed(tmp_path: Path) -> None:
    code = "import sys; sys.modules['ray'] = None; from cnn_builder.runs.workers import ray_agent; ray_agent.main()"
    launcher = RayLauncher(Settings(home=tmp_path), [sys.executable, "-c", code])
    with pytest.raises(ClusterUnreachable, match=r"Ray is not installed\. Install it: pip install -r requirements-c"):
        launcher.look()


def test_a_worker_ends_with_the_actor_that_holds_it() -> None:
    """Even one that is stopped: the system does it."""
    code = (
        "import os, signal, time; from cnn_builder.runs.workers.processes import end_with_parent as tied;"
        "tied(os.getppid());"
        "print(os.getpid(), flush=True); os.kill(os.getpid(), signal.SIGSTOP); time.sleep(60)"
    )
    holder = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', sys.argv[1]]); time.sleep(60)"
    actor = subprocess.Popen([sys.executable, "-c", holder, code], stdout=subprocess.PIPE, text=True)
    assert actor.stdout is not None
    worker = int(actor.stdout.readline())
    assert processes.process_started(worker) is not None
    actor.kill()
    actor.communicate(timeout=60)  # its pipe ends when the last one that holds it has ended, or nearly so
    end = time.monotonic() + 10
    while processes.process_started(worker) is not None:
        assert time.monotonic() < end
        time.sleep(0.02)
