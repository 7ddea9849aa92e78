"""The local launcher with small stand-ins for the worker: started, killed, taken from standby, outliving its server."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cnn_builder.runs import LauncherError, LocalLauncher, Run, RunSettings, Store, Supervisor
from cnn_builder.runs.workers import processes
from cnn_builder.runs.workers.launcher import worker_env
from cnn_builder.settings import Settings
from tests.support.networks import TINY

WORKER = """
import os, sys, time
mode = sys.argv[1]
if mode == "standby":
    run_id = sys.stdin.readline().strip()
    if not run_id:
        sys.exit(0)
else:
    run_id = sys.argv[2]
print("worker", mode, run_id, os.environ["CNN_BUILDER_HOME"], flush=True)
if run_id.startswith("fail"):
    sys.exit(3)
time.sleep(600)
"""

SERVER = """
import sys
from pathlib import Path
from cnn_builder.runs import LocalLauncher
from cnn_builder.settings import Settings
launcher = LocalLauncher(Settings.from_env(), [sys.executable, "-c", sys.argv[1]])
launcher.warm()
standby = launcher._standby.pid
pid, started = launcher.submit("outlives-1")
launcher._settings.standby or sys.exit(1)
print(standby, pid, started, launcher._standby.pid, flush=True)
sys.stdin.readline()
"""


def run_of(run_id: str, process: tuple[int, float]) -> Run:
    return Run(
        run_id=run_id,
        name="Tiny",
        status="running",
        reason=None,
        dataset="mnist",
        architecture=TINY,
        settings=RunSettings(),
        total_params=0,
        created=0.0,
        pid=process[0],
        pid_started=process[1],
        boot=processes.boot_id(),
    )


def until(condition: Callable[[], object], seconds: float = 600.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


@pytest.fixture
def launcher(settings: Settings) -> Iterator[LocalLauncher]:
    made = LocalLauncher(settings, [sys.executable, "-c", WORKER])
    yield made
    for child in made._children.values():
        child.kill()
        child.wait()
    made.close()


def log_of(settings: Settings, run_id: str) -> str:
    path = settings.run_folder(run_id) / "worker.log"
    return path.read_text() if path.exists() else ""


def test_a_run_is_started_with_its_log_and_settings(launcher: LocalLauncher, settings: Settings) -> None:
    run = run_of("first-run-1", launcher.submit("first-run-1"))
    assert launcher.alive(run) and launcher.exit_reason(run) is None
    until(lambda: f"worker train first-run-1 {settings.home}" in log_of(settings, "first-run-1"))


def test_a_killed_worker_is_told_by_its_signal(launcher: LocalLauncher) -> None:
    run = run_of("first-run-1", launcher.submit("first-run-1"))
    assert run.pid is not None
    os.kill(run.pid, signal.SIGKILL)
    until(lambda: not launcher.alive(run))
    assert launcher.exit_reason(run) == "killed (signal 9)"


def test_a_failing_worker_is_told_by_its_code(launcher: LocalLauncher) -> None:
    run = run_of("failing-run", launcher.submit("failing-run"))
    until(lambda: not launcher.alive(run))
    assert launcher.exit_reason(run) == "exit code 3"


def test_kill_ends_a_stopped_worker(launcher: LocalLauncher) -> None:
    run = run_of("first-run-1", launcher.submit("first-run-1"))
    assert run.pid is not None
    os.kill(run.pid, signal.SIGSTOP)
    assert launcher.alive(run)
    assert launcher.kill(run)
    until(lambda: not launcher.alive(run))
    assert not launcher.kill(run)


@pytest.mark.fault(14)
def test_a_reused_process_id_is_not_the_worker(launcher: LocalLauncher, settings: Settings) -> None:
    pid, started = launcher.submit("first-run-1")
    impostor = run_of("other-run-1", (pid, started - 100))
    for one in (launcher, LocalLauncher(settings)):
        assert not one.alive(impostor)
        assert one.exit_reason(impostor) is None
        assert not one.kill(impostor)
    assert launcher.alive(run_of("first-run-1", (pid, started)))


def test_another_launcher_sees_the_worker_but_not_how_it_ended(launcher: LocalLauncher, settings: Settings) -> None:
    run = run_of("first-run-1", launcher.submit("first-run-1"))
    other = LocalLauncher(settings)
    assert other.alive(run)
    assert other.kill(run)
    until(lambda: not other.alive(run))  # even before it is reaped
    assert other.exit_reason(run) is None
    assert launcher.exit_reason(run) == "killed (signal 9)"


def test_the_standby_worker_takes_the_run_and_the_next_one_waits(launcher: LocalLauncher) -> None:
    launcher.warm()
    waiting = launcher._standby
    launcher.warm()
    assert waiting is not None and launcher._standby is waiting
    run = run_of("first-run-1", launcher.submit("first-run-1"))
    assert run.pid == waiting.pid and launcher.alive(run)
    assert launcher._standby is not None and launcher._standby.pid != run.pid
    time.sleep(0.3)
    assert launcher.alive(run)  # the end of its stdin is no reason to end any more


def test_a_dead_standby_worker_is_no_loss(launcher: LocalLauncher) -> None:
    launcher.warm()
    waiting = launcher._standby
    assert waiting is not None
    waiting.kill()
    until(lambda: processes.process_started(waiting.pid) is None)
    run = run_of("first-run-1", launcher.submit("first-run-1"))
    assert run.pid != waiting.pid and launcher.alive(run)


def test_standby_can_be_turned_off(tmp_path: Path) -> None:
    launcher = LocalLauncher(Settings(home=tmp_path, standby=False), [sys.executable, "-c", WORKER])
    launcher.warm()
    assert launcher._standby is None


def test_what_cannot_be_started_is_said(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(LauncherError, match="could not be started"):
        LocalLauncher(settings, [str(tmp_path / "missing")]).submit("first-run-1")
    (tmp_path / "file").write_text("")
    with pytest.raises(LauncherError, match="log cannot be written"):
        LocalLauncher(Settings(home=tmp_path / "file")).submit("first-run-1")


def test_a_standby_worker_that_cannot_be_started_does_not_undo_the_hand_over(settings: Settings) -> None:
    """The disk is full, or there are too many processes: the run just given out is healthy all the same."""
    launcher = LocalLauncher(settings, [sys.executable, "-c", WORKER])
    launcher.warm()
    (settings.home / "standby.log").unlink()
    (settings.home / "standby.log").mkdir()  # as if it could not be written
    with Store.open(settings) as store:
        run_id = store.create_run(TINY, "mnist", RunSettings()).run_id
        Supervisor(store, launcher, 1).tick()
        run = store.get(run_id)
        assert (run.status, run.reason) == ("starting", None) and launcher.alive(run)
        assert launcher._standby is None
        assert launcher.kill(run)
        until(lambda: not launcher.alive(run))
    launcher.close()


def test_a_page_opens_where_no_worker_can_wait(tmp_path: Path, settings: Settings) -> None:
    LocalLauncher(settings, [str(tmp_path / "missing")]).warm()  # the run says it when it is started


def test_a_long_lived_server_keeps_only_the_last_children(launcher: LocalLauncher) -> None:
    for number in range(6):
        run_id = f"failing-{number}"
        run = run_of(run_id, launcher.submit(run_id))
        until(lambda: not launcher.alive(run))  # noqa: B023 - called at once
        assert launcher.exit_reason(run) == "exit code 3"
    assert len(launcher._children) <= 2 and launcher._groups.keys() == launcher._children.keys()
    assert launcher.exit_reason(run) == "exit code 3"


@pytest.mark.fault(5)
def test_a_run_outlives_its_server_and_the_standby_worker_does_not(settings: Settings) -> None:
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, WORKER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=worker_env(settings),
    )
    assert server.stdout is not None
    first, pid, started, standby = server.stdout.readline().split()
    assert first == pid
    server.kill()
    server.communicate(timeout=180)
    found = LocalLauncher(settings)
    run = run_of("outlives-1", (int(pid), float(started)))
    until(lambda: processes.process_started(int(standby)) is None)
    assert found.alive(run)
    assert found.kill(run)
    until(lambda: not found.alive(run))
