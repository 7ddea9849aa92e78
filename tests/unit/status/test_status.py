"""The status: what trains and waits, the processes of a home, memory and disk, and all of it for Prometheus."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cnn_builder.architecture import PRESETS
from cnn_builder.limits import LOW_DISK_BYTES
from cnn_builder.runs import RunSettings, Store
from cnn_builder.runs.workers import processes
from cnn_builder.runs.workers.cgroup_memory import Group
from cnn_builder.settings import Settings
from cnn_builder.status import AppStatus, DiskSpace, MemoryUse, metrics_text, take_status
from cnn_builder.status.snapshot import attention
from cnn_builder.status.worker_processes import MODULE, worker_processes
from tests.support.unreadable import make_unreadable

NOBODY = 2**22 + 1
"""Above every process id."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings) as opened:
        yield opened


def queued(store: Store, name: str) -> str:
    return store.create_run(PRESETS[name].architecture, "digits", RunSettings(epochs=7)).run_id


def begin(store: Store, pid: int, started: float | None) -> str:
    run = store.claim_next(1)
    assert run is not None
    store.set_process(run.run_id, pid, started or 0.0)
    store.begin(run.run_id, 100)
    return run.run_id


@pytest.fixture
def busy(store: Store) -> tuple[str, str, str]:
    """One run that trains, in this very process, and two that wait."""
    first, second, third = (queued(store, name) for name in ("LeNet-5", "L1", "L2"))
    assert begin(store, os.getpid(), processes.process_started(os.getpid())) == first
    return first, second, third


def samples(text: str) -> dict[str, float]:
    """Prometheus' text as values by name and labels; anything that is not of the format fails."""
    found: dict[str, float] = {}
    typed: set[str] = set()
    for line in text.splitlines():
        if kind := re.fullmatch(r"# (HELP|TYPE) (cnn_builder_[a-z_]+) (.+)", line):
            typed |= {kind[2]} if kind[1] == "TYPE" and kind[3] == "gauge" else set()
        else:
            read = re.fullmatch(r'([a-z_]+)(\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+\})? (-?[0-9.e+]+)', line)
            assert read is not None and read[1] in typed, line
            assert read[1] + (read[2] or "") not in found
            found[read[1] + (read[2] or "")] = float(read[3])
    return found


def test_what_trains_and_what_waits(store: Store, settings: Settings, busy: tuple[str, str, str]) -> None:
    created = store.get(busy[2]).created
    status = take_status(store, settings, sessions=3, clock=lambda: created + 60)
    (training,) = status.training
    assert (training.run_id, training.status, training.position, training.epochs) == (busy[0], "running", None, 7)
    assert [(run.run_id, run.position) for run in status.queue] == [(busy[1], 1), (busy[2], 2)]
    assert status.queue[1].seconds == pytest.approx(60)
    assert status.counts == {"running": 1, "queued": 2}
    (worker,) = status.workers
    assert (worker.kind, worker.run_id, worker.pid, worker.alive) == ("training", busy[0], os.getpid(), True)
    assert worker.memory is not None and worker.memory > 10_000_000 and worker.age is not None and worker.age > 0
    assert json.loads(json.dumps(status.to_dict(), allow_nan=False))["queue"][0]["position"] == 1


def test_a_run_of_a_newer_version_is_told_as_far_as_it_is_known(
    store: Store, settings: Settings, busy: tuple[str, str, str]
) -> None:
    make_unreadable(store, busy[0])
    (training,) = take_status(store, settings).training
    assert (training.run_id, training.status, training.epochs) == (busy[0], "running", None)


def test_a_process_that_is_gone(store: Store, settings: Settings) -> None:
    queued(store, "L1")
    run_id = begin(store, NOBODY, 1.0)
    status = take_status(store, settings)
    (worker,) = status.workers
    assert (worker.alive, worker.memory, worker.age) == (False, None, None)
    assert any(run_id in words and "gone" in words for words in status.attention)
    assert samples(metrics_text(status))["cnn_builder_processes_gone"] == 1


def test_a_worker_that_is_not_responding(store: Store, settings: Settings, busy: tuple[str, str, str]) -> None:
    assert take_status(store, settings).attention == ()
    store.note(busy[0], "not responding")
    (words,) = take_status(store, settings).attention
    assert busy[0] in words and "not responding" in words


@pytest.mark.skipif(sys.platform == "win32", reason="a process' environment is not told there")
def test_the_processes_of_another_home_are_not_ours(tmp_path: Path) -> None:
    code = "import sys; print(flush=True); sys.stdin.read()"
    made = []
    for kind, home in (("standby", tmp_path), ("service", tmp_path), ("service", tmp_path / "other")):
        env = {**os.environ, "CNN_BUILDER_HOME": str(home)}
        command = [sys.executable, "-c", code, "-m", MODULE, kind]
        made.append(subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
    try:
        assert all(process.stdout and process.stdout.readline() for process in made)
        found = worker_processes(tmp_path, ())
        assert [(one.kind, one.pid, one.alive) for one in found] == [
            ("standby", made[0].pid, True),
            ("prediction", made[1].pid, True),
        ]
    finally:
        for process in made:
            process.communicate()


def status_with(status: AppStatus, **versions: str) -> AppStatus:
    return replace(status, versions=versions)


def test_the_same_for_prometheus(store: Store, settings: Settings, busy: tuple[str, str, str]) -> None:
    status = take_status(store, settings, sessions=3)
    told = samples(metrics_text(status))
    assert told["cnn_builder_sessions"] == 3
    assert told['cnn_builder_runs{status="running"}'] == 1 and told['cnn_builder_runs{status="queued"}'] == 2
    assert told['cnn_builder_runs{status="crashed"}'] == 0, "a series that comes and goes cannot be alerted on"
    assert told['cnn_builder_processes{kind="training"}'] == 1 and told['cnn_builder_processes{kind="prediction"}'] == 0
    assert told["cnn_builder_queue_longest_wait_seconds"] >= 0
    assert told['cnn_builder_memory_bytes{state="total"}'] == status.memory.total
    assert told["cnn_builder_server_memory_bytes"] == status.memory.server
    assert busy[0] not in metrics_text(status), "a name would be a time series of its own"
    alone = samples(metrics_text(take_status(store, settings)))
    assert "cnn_builder_sessions" not in alone and "cnn_builder_server_memory_bytes" not in alone


def test_labels_are_escaped(store: Store, settings: Settings) -> None:
    text = metrics_text(status_with(take_status(store, settings), other='a "b"\\\nc'))
    assert 'cnn_builder_info{other="a \\"b\\"\\\\\\nc",store="SQLite"} 1\n' in text
    assert len(samples(text)) > 20 and text.endswith("\n")


def test_what_the_home_takes(store: Store, settings: Settings) -> None:
    before = take_status(store, settings).disk
    (settings.home / "runs" / "a-run").mkdir(parents=True)
    (settings.home / "runs" / "a-run" / "best.npz").write_bytes(bytes(1_000_000))
    after = take_status(store, settings).disk
    assert 1_000_000 <= after.home - before.home < 1_100_000 and 0 < after.free < after.total


def test_little_disk_and_little_memory_are_said() -> None:
    roomy, disk = MemoryUse(1000, 500, None), DiskSpace(LOW_DISK_BYTES * 9, LOW_DISK_BYTES, 0)
    assert attention((), (), roomy, disk) == ()
    (words,) = attention((), (), roomy, replace(disk, free=LOW_DISK_BYTES - 1))
    assert "disk" in words and "expected at least 2.0 GB" in words
    (words,) = attention((), (), replace(roomy, available=99), disk)
    assert "memory" in words and "99 B" in words and "100 B" in words


def test_what_a_container_uses(tmp_path: Path) -> None:
    group = Group(tmp_path)
    assert group.used() is None
    (tmp_path / "memory.current").write_text("1000\n")
    assert group.used() == 1000
    (tmp_path / "memory.stat").write_text("anon 500\ninactive_file 300\n")
    assert group.used() == 700, "files that the system keeps are given back where memory is short"
